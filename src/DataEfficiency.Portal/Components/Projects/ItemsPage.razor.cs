using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace DataEfficiency.Portal.Components.Projects;

public sealed partial class ItemsPage(ProjectService projects, ProjectItems items, ItemDetails details,
    IDialogService dialogs) : IDisposable
{
    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(250);
    private static (ItemState, string)[] States =>
    [
        (ItemState.All, ProjectWords.AllItems), (ItemState.Labelled, ProjectWords.Labelled), (ItemState.Open, ProjectWords.Open),
            (ItemState.Skipped, ProjectWords.Skipped),
        (ItemState.Flagged, ProjectWords.Flagged), (ItemState.Unusable, ProjectWords.NotUsable),
    ];
    private static (Stratum?, string)[] Strata =>
    [
        (null, ProjectWords.AnyQueue), (Stratum.First32, ProjectWords.QueueFirst32), (Stratum.Random, ProjectWords.QueueRandom),
            (Stratum.Active, ProjectWords.QueueActive),
        (Stratum.Test, ProjectWords.QueueTest), (Stratum.Gold, ProjectWords.QueueGold), (Stratum.Imported, ProjectWords.QueueImported),
    ];
    private static (ItemOrder, string)[] Orders =>
    [
        (ItemOrder.File, ProjectWords.AsInTheFile), (ItemOrder.LeastSure, ProjectWords.LeastSureFirst), (ItemOrder.NewestLabel,
            ProjectWords.NewestLabelFirst),
        (ItemOrder.Random, ProjectWords.RandomOrder),
    ];
    private Project? _project;
    private IReadOnlyList<AnswerDraft> _answers = [];
    private ItemFilter _filter = new();
    private MudDataGrid<ItemRow>? _list;
    private readonly Dictionary<long, ItemDetail> _details = [];
    private CancellationTokenSource _typing = new();
    // where pages ended so far: the next one is read from there, not from the beginning
    private SortedDictionary<int, ItemPlace> _places = [];
    private int _count;
    private bool _hasGold;

    [Parameter]
    public int Id { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (await projects.FindAsync(Id) is not { } found) return;
        (_project, _answers, _hasGold) = (found.Project, found.Form.Answers, found.HasGold);
        _count = await items.CountAsync(Id, _filter, CancellationToken.None);
    }

    public void Dispose() => _typing.Cancel();

    // the count of a filter is asked once, not with every page of rows
    private async Task<GridData<ItemRow>> ProvideAsync(GridStateVirtualize<ItemRow> state, CancellationToken cancellation)
    {
        var places = _places;
        var from = places.LastOrDefault(p => p.Key <= state.StartIndex).Value;
        var rows = await items.PageAsync(Id, _filter, state.StartIndex, state.Count, cancellation, from,
            place => places.TryAdd(place.Index, place));
        foreach (var (id, detail) in await details.ReadAsync([.. rows.Select(r => r.Id)], cancellation)) _details[id] = detail;
        return new() { Items = rows, TotalItems = _count };
    }

    private ItemDetail Detail(ItemRow item) => _details.GetValueOrDefault(item.Id, ItemDetail.None);

    // read again: somebody may have answered since the row was drawn
    private async Task OpenAsync(ItemRow item)
    {
        var detail = (await details.ReadAsync([item.Id], CancellationToken.None))[item.Id];
        // the list has an excerpt only
        item = item with { Text = await items.TextAsync(item.Id, CancellationToken.None) ?? item.Text };
        await dialogs.ShowAsync<ItemDialog>(null, new DialogParameters<ItemDialog> { { d => d.Item, item }, { d => d.Detail, detail } },
            new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseOnEscapeKey = true });
    }

    private async Task SearchAsync(ChangeEventArgs e)
    {
        await _typing.CancelAsync();
        _typing = new CancellationTokenSource();
        var typing = _typing.Token;
        try
        {
            await Task.Delay(TypingPause, typing);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        await SetAsync(_filter with { Search = e.Value?.ToString() ?? "" });
    }

    private async Task SetAsync(ItemFilter filter)
    {
        (_filter, _places) = (filter, []);
        _count = await items.CountAsync(Id, filter, CancellationToken.None);
        _details.Clear();
        if (_list is not null) await _list.ReloadServerData();
    }

    private static string StratumName(Stratum stratum) => stratum switch { Stratum.First32 => ProjectWords.QueueFirst32,
        Stratum.Random => ProjectWords.QueueRandom, Stratum.Active => ProjectWords.QueueActive,
        Stratum.Test => ProjectWords.QueueTest, Stratum.Gold => ProjectWords.QueueGold, _ => ProjectWords.QueueImported };

    private static string Origin(ItemRow item) => item.Stratum is not { } stratum ? ""
        : ProjectWords.OfQueue(agrees: item.Agrees, queue: StratumName(stratum));

    private string Marks(ItemRow item) =>
        string.Join("; ", new[] { Detail(item).Summary, item.Unusable is not null ? ProjectWords.NotUsable : "" }
            .Where(m => m.Length > 0));

    private string By(ItemRow item) => Detail(item).Answers is { Count: > 0 } answers
        ? string.Join(", ", answers.Select(a => a.By).Distinct()) : item.By ?? "";

    private string? Seconds(ItemRow item) => Detail(item).Answers.Where(a => a.Seconds is not null).Select(a => a.Seconds!.Value).ToList()
        is { Count: > 0 } times ? string.Join(", ", times.Select(t => ProjectWords.SecondsOf(t))) : null;
}
