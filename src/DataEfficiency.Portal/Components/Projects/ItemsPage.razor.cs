using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;

namespace DataEfficiency.Portal.Components.Projects;

public sealed partial class ItemsPage(ProjectService projects, ProjectItems items) : IDisposable
{
    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(250);
    private Project? _project;
    private IReadOnlyList<AnswerDraft> _answers = [];
    private ItemFilter _filter = new();
    private Virtualize<ItemRow>? _list;
    private CancellationTokenSource _typing = new();
    private int _count;

    [Parameter]
    public int Id { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (await projects.FindAsync(Id) is not { } found) return;
        (_project, _answers) = (found.Project, found.Form.Answers);
        _count = await items.CountAsync(Id, _filter, CancellationToken.None);
    }

    public void Dispose() => _typing.Cancel();

    // the count of a filter is asked once, not with every page of rows
    private async ValueTask<ItemsProviderResult<ItemRow>> ProvideAsync(ItemsProviderRequest request) =>
        new(await items.PageAsync(Id, _filter, request.StartIndex, request.Count, request.CancellationToken), _count);

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
        _filter = filter;
        _count = await items.CountAsync(Id, filter, CancellationToken.None);
        if (_list is not null) await _list.RefreshDataAsync();
    }

    private static string StratumName(Stratum stratum) => stratum switch { Stratum.First32 => "first 32", Stratum.Random => "random",
        Stratum.Active => "active", _ => "imported" };

    private static string Marks(ItemRow item) => string.Join(", ", new[]
    {
        item.Flagged ? "flagged" : null, item.Skips > 0 ? $"skipped {item.Skips}×" : null, item.Unusable is not null
        ? "not usable by the model" : null,
    }.Where(m => m is not null));
}
