using System.Security.Claims;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Formats;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Components.Exports;

/// <summary>Looks at the exports twice a second while one is under way.</summary>
public sealed partial class ExportsPage(IDbContextFactory<AppDbContext> contexts, ExportJobs jobs, SavedViews views, ItemTable table,
    NavigationManager navigation, IOptions<ExportOptions> options) : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private Project? _project;
    private IReadOnlyList<ExportLine> _exports = [];
    private IReadOnlyList<ViewLine> _views = [];
    private IAnswerFormat _format = FormatKinds.All[0];
    private ExportWhat _what = FormatKinds.All[0].Says[0];
    // as the address had it
    private string _asked = "", _filter = "", _userId = "";
    private ItemTotal _total = new(0, false);
    private string? _refusal;
    private bool _pseudonyms, _busy, _watching;

    [Parameter]
    public int Id { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    private int KeptDays => Math.Max(1, (int)options.Value.Kept.TotalDays);

    private List<(string, string)> Filters =>
    [
        ("", FormatsWords.AllItems),
        .. _asked.Length > 0 && _views.All(v => v.Query != _asked) ? [(_asked, FormatsWords.AsTheTable)] : Array.Empty<(string, string)>(),
        .. _views.Where(v => v.Query.Length > 0).DistinctBy(v => v.Query)
            .Select(v => (v.Query, v.Own ? v.Name : TableWords.ViewOf(name: v.Name, by: v.By))),
    ];

    protected override async Task OnInitializedAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier)!;
        await using (var db = await contexts.CreateDbContextAsync(_leaving.Token))
            _project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == Id && p.DeletedAt == null, _leaving.Token);
        if (_project is null) return;
        _views = await views.ListAsync(Id, _userId, _leaving.Token);
        var (filter, problem) = SavedViews.Read(navigation.ToAbsoluteUri(navigation.Uri).Query);
        _asked = ItemQuery.Write(filter);
        await ChooseAsync(_asked);
        _refusal = problem;
        await LoadAsync();
        if (RendererInfo.IsInteractive) Watch();
    }

    public void Dispose() => _leaving.Cancel();

    private void Take(IAnswerFormat format)
    {
        _format = format;
        if (!format.Says.Contains(_what)) _what = format.Says[0];
    }

    private async Task ChooseAsync(string filter)
    {
        _filter = filter;
        _total = await table.CountAsync(Id, SavedViews.Read(filter).Filter, _leaving.Token);
    }

    private async Task StartAsync()
    {
        _busy = true;
        try
        {
            var (_, refusal) = await jobs.StartAsync(Id, _format.Name, _what, _filter, _pseudonyms, _userId);
            _refusal = refusal is null ? null : $"{refusal.What} {refusal.Why}";
            await LoadAsync();
            Watch();
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task CancelAsync(ExportLine export)
    {
        await jobs.CancelAsync(Id, export.Job.Id, _userId);
        await LoadAsync();
    }

    private async Task LoadAsync() => _exports = await jobs.ListAsync(Id, _leaving.Token);

    private void Watch()
    {
        if (!_watching && _exports.Any(e => e.IsOpen)) _ = WatchAsync();
    }

    private async Task WatchAsync()
    {
        _watching = true;
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
            while (_exports.Any(e => e.IsOpen) && await timer.WaitForNextTickAsync(_leaving.Token))
            {
                await LoadAsync();
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException)
        {
            // the page is left
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
        finally
        {
            _watching = false;
        }
    }

    private static string Title(ExportLine export) => string.Join(", ",
        [FormatKinds.Find(export.Ask.Format)?.Title ?? export.Ask.Format, FormatsWords.WhatOf($"{export.Ask.What}"),
            .. export.Ask.Pseudonyms ? [(string)FormatsWords.Pseudonymous] : Array.Empty<string>()]);

    private static string Shows(ExportLine export) => export.Ask.Made is { } made
        ? FormatsWords.ShowsItems(items: made.Items, version: made.LabelVersion) : "";

    private static string State(ExportLine export) => FormatsWords.StateOf(state: $"{export.Job.State}",
        percent: export.Job.Total == 0 ? 0 : 100 * export.Job.Done / export.Job.Total);
}
