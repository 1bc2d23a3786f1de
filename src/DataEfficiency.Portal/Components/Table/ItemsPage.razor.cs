using System.Security.Claims;
using DataEfficiency.Portal.Components.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tasks;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.JSInterop;
using MudBlazor;

namespace DataEfficiency.Portal.Components.Table;

/// <summary>
/// A project's items. MudBlazor's grid asks for any stretch of its rows, while pages follow on each other: so it is told of the rows that
/// are here and of one page more, and the scroll bar grows as pages come.
/// </summary>
public sealed partial class ItemsPage(IDbContextFactory<AppDbContext> contexts, ItemTable table, ItemDetails details,
    IDialogService dialogs, NavigationManager navigation, IJSRuntime script) : IAsyncDisposable
{
    private const float RowHeight = 55;

    private readonly CancellationTokenSource _leaving = new();
    private readonly Dictionary<long, ItemDetail> _details = [];
    private DotNetObjectReference<ItemsPage>? _self;
    private IJSObjectReference? _module;
    private ElementReference _root;
    private Project? _project;
    private ItemChoices _choices = ItemChoices.None;
    private ItemFilter _filter = new();
    private ItemTotal _total = new(0, false);
    private MudDataGrid<ItemRow>? _grid;
    private BulkBar? _bulk;
    // another list with each filter: what still comes of an earlier one finds it gone
    private List<ItemRow> _rows = [];
    private ItemPlace? _next;
    private bool _more = true;
    private readonly HashSet<long> _chosen = [];
    private ElementReference _all;
    private string _userId = "";
    private string? _refusal;
    // the row under the cursor, and where a range of chosen ones begins
    private int _at = -1, _from = -1, _again;
    private bool _asksAll, _focusAll;

    [Parameter]
    public int Id { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier)!;
        await using (var db = await contexts.CreateDbContextAsync(_leaving.Token))
        {
            _project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == Id && p.DeletedAt == null, _leaving.Token);
            if (_project is null) return;
            _choices = await ItemChoices.ReadAsync(db, Id, _leaving.Token);
        }
        var query = QueryHelpers.ParseQuery(navigation.ToAbsoluteUri(navigation.Uri).Query);
        (_filter, _refusal) = ItemQuery.Read(query.Select(q => KeyValuePair.Create(q.Key, $"{q.Value}")));
        _total = await table.CountAsync(Id, _filter, _leaving.Token);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_focusAll)
        {
            _focusAll = false;
            await _all.FocusAsync();
        }
        if (_module is not null || _project is null) return;
        _module = await script.InvokeAsync<IJSObjectReference>("import", _leaving.Token, "/js/projects/items.js");
        await _module.InvokeVoidAsync("attach", _root, _self ??= DotNetObjectReference.Create(this));
    }

    private async Task<GridData<ItemRow>> ProvideAsync(GridStateVirtualize<ItemRow> state, CancellationToken cancellation)
    {
        while (_more && _rows.Count < state.StartIndex + state.Count) await ReadOnAsync(cancellation);
        return new()
        {
            Items = [.. _rows.Skip(state.StartIndex).Take(state.Count)], TotalItems = _rows.Count + (_more ? ItemTable.PageRows : 0),
        };
    }

    private async Task ReadOnAsync(CancellationToken cancellation)
    {
        var (rows, count) = (_rows, _rows.Count);
        var page = await table.PageAsync(Id, _filter, _next, cancellation, Math.Max(_again, ItemTable.PageRows));
        var read = await details.ReadAsync([.. page.Rows.Select(r => r.Id)], cancellation);
        // the grid asks again while it waits
        if (rows != _rows || count != _rows.Count) return;
        foreach (var (id, detail) in read) _details[id] = detail;
        rows.AddRange(page.Rows);
        (_next, _more, _again) = (page.Next, page.Next is not null, 0);
        _at = Math.Min(_at, rows.Count - 1);
    }

    private async Task SetAsync(ItemFilter filter)
    {
        (_filter, _refusal, _rows, _at) = (filter, null, [], -1);
        // what is out of sight is not changed unseen
        ChooseNone();
        if (_module is not null) await _module.InvokeVoidAsync("address", _leaving.Token, ItemQuery.Write(filter));
        await ReloadAsync();
    }

    private async Task ReloadAsync()
    {
        // as many as there were: the place in the list stays
        (_again, _rows, _next, _more, _from) = (_rows.Count, [], null, true, -1);
        _details.Clear();
        _total = await table.CountAsync(Id, _filter, _leaving.Token);
        if (_grid is not null) await _grid.ReloadServerData();
    }

    private void ChooseNone()
    {
        _chosen.Clear();
        _asksAll = false;
    }

    private void Choose(ItemRow item, bool range)
    {
        var place = _rows.FindIndex(r => r.Id == item.Id);
        if (range && _from >= 0) ChooseRange(place);
        else
        {
            _from = place;
            if (!_chosen.Remove(item.Id)) _chosen.Add(item.Id);
        }
        _at = place;
    }

    private void ChooseRange(int to) =>
        _chosen.UnionWith(_rows.Skip(Math.Min(_from, to)).Take(Math.Abs(to - _from) + 1).Select(r => r.Id));

    private async Task ChooseAllAsync()
    {
        _asksAll = false;
        _chosen.UnionWith(await table.IdsAsync(Id, _filter, _leaving.Token));
    }

    private string ExportAddress => $"/projects/{Id}/exports?{ItemQuery.Write(_filter with { Sort = default, Descending = false })}";

    private ItemDetail Detail(ItemRow item) => _details.GetValueOrDefault(item.Id, ItemDetail.None);

    /// <summary>A key that the script leaves to the table.</summary>
    [JSInvokable]
    public async Task KeyAsync(string key, bool shift)
    {
        if (_rows.Count == 0) return;
        switch (key)
        {
            case "ArrowDown" or "ArrowUp":
                if (shift && _from < 0) _from = Math.Max(0, _at);
                _at = Math.Clamp(_at + (key == "ArrowDown" ? 1 : -1), 0, _rows.Count - 1);
                if (shift) ChooseRange(_at);
                else _from = -1;
                StateHasChanged();
                await _module!.InvokeVoidAsync("show", _leaving.Token, _root, _at, RowHeight);
                break;
            case "Space" when _at >= 0:
                Choose(_rows[_at], shift);
                StateHasChanged();
                break;
            case "Enter" when _at >= 0:
                await OpenAsync(_rows[_at]);
                break;
            case "All":
                (_asksAll, _focusAll) = (true, true);
                StateHasChanged();
                break;
            case "Escape":
                ChooseNone();
                StateHasChanged();
                break;
        }
    }

    private string RowClass(ItemRow item, int place) =>
        _at >= 0 && _rows.ElementAtOrDefault(_at)?.Id == item.Id ? "line at" : _chosen.Contains(item.Id) ? "line chosen" : "line";

    // read again: somebody may have answered since the row was drawn
    private async Task OpenAsync(ItemRow item)
    {
        _at = _rows.FindIndex(r => r.Id == item.Id);
        var detail = (await details.ReadAsync([item.Id], _leaving.Token))[item.Id];
        // the list has an excerpt only
        item = item with { Text = await details.TextAsync(item.Id, _leaving.Token) ?? item.Text };
        var dialog = await dialogs.ShowAsync<ItemDialog>(null, new DialogParameters<ItemDialog>
        {
            { d => d.Item, item }, { d => d.Detail, detail }, { d => d.Project, _project! }, { d => d.UserId, _userId },
        }, new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseOnEscapeKey = true });
        if (await dialog.Result is not { Canceled: false } result) return;
        if (result.Data is BulkAsk ask)
        {
            _chosen.Clear();
            _chosen.Add(item.Id);
            await _bulk!.AskAsync(ask);
        }
        else await ReloadAsync();
        StateHasChanged();
    }

    private string Marks(ItemRow item) => string.Join("; ", new[]
    {
        ItemText.Origin(item), item.Deleted ? TableWords.Deleted.ToString() : "", item.By == FinalBy.None ? TableWords.Undecided : "",
        Detail(item).Summary, item.Unusable is not null ? ProjectWords.NotUsable : "",
    }.Where(m => m.Length > 0));

    private string By(ItemRow item) => string.Join(", ", Detail(item).Answers.Select(a => a.By).Distinct());

    private string? Seconds(ItemRow item) => Detail(item).Answers.Where(a => a.Seconds is not null).Select(a => a.Seconds!.Value).ToList()
        is { Count: > 0 } times ? string.Join(", ", times.Select(t => ProjectWords.SecondsOf(t))) : null;

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        _leaving.Dispose();
        _self?.Dispose();
        try
        {
            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // the reader is gone
        }
    }
}
