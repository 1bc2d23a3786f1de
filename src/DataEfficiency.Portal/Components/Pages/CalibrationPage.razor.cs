using System.Globalization;
using System.Security.Claims;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Calibrating;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Components.Pages;

/// <summary>What a model's calibration is worth, and a new one from choice to end.</summary>
public sealed partial class CalibrationPage : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private bool _admin, _isRead;
    private ModelFolder? _model;
    private CalibrationReport? _report;
    private Job? _job;
    private IReadOnlyList<FinishedProject> _projects = [];
    private (decimal, string)? _price;
    private string? _refusal;

    [Parameter] public string Name { get; set; } = "";

    [Inject] private ModelCatalog Catalog { get; set; } = default!;
    [Inject] private CalibrationFolders Folders { get; set; } = default!;
    [Inject] private CalibrationJobs Jobs { get; set; } = default!;
    [Inject] private CalibrationCosts Costs { get; set; } = default!;
    [Inject] private CalibrationFeed Feed { get; set; } = default!;
    [Inject] private IDbContextFactory<AppDbContext> Contexts { get; set; } = default!;
    [Inject] private ProjectAccess Access { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    private Calibration? Own => _model is { State: not CalibrationState.OtherWeights } ? _model.Calibration : null;

    private bool MayJoin => _model is { } model && CalibrationPlans.TakesTasks(model);

    private string File => System.IO.File.Exists(Folders.FileOf(_model!.WeightsSha256)) ? Folders.FileOf(_model.WeightsSha256)
        : CalibrationFile.Name;

    protected override async Task OnInitializedAsync()
    {
        _admin = await Access.IsAdminAsync((await Authentication).User);
        await ReadAsync();
        if (RendererInfo.IsInteractive) _ = WatchAsync();
    }

    private async Task ReadAsync()
    {
        // the first look at a large model checks and hashes its weights
        var model = await Task.Run(() => Catalog.Find(Name));
        if (model != _model)
        {
            _model = model;
            _report = Own is { } own ? await Task.Run(() => CalibrationReport.Of(own)) : null;
        }
        _job = (await Jobs.NewestAsync(Name, _leaving.Token))?.Job;
        await using var db = await Contexts.CreateDbContextAsync(_leaving.Token);
        _projects = await LabelledProjects.FinishedAsync(db, _leaving.Token);
        _price = await db.Projects.Where(p => p.ComputePrice > 0 && p.DeletedAt == null).OrderByDescending(p => p.Model == Name)
            .ThenByDescending(p => p.Id).Select(p => new { p.ComputePrice, p.Currency }).FirstOrDefaultAsync(_leaving.Token)
            is { } price ? (price.ComputePrice!.Value, price.Currency) : null;
        _isRead = true;
    }

    private Task MeasureAsync(CalibrationAsk ask) => ActAsync(async _ =>
    {
        try
        {
            await Costs.AskAsync(ask, _leaving.Token);
        }
        catch (SaidException refused)
        {
            _refusal = refused.Said;
        }
    });

    private Task StartAsync(CalibrationAsk ask) => ActAsync(async user => _refusal = await Jobs.StartAsync(ask, user, _leaving.Token));

    private Task CancelAsync() => ActAsync(user => _job is { } job ? Jobs.CancelAsync(job.Id, user, _leaving.Token) : Task.CompletedTask);

    private async Task ActAsync(Func<string, Task> act)
    {
        // a circuit lives for hours, a role may have ended in between
        var user = (await Authentication).User;
        _refusal = await Access.IsAdminAsync(user) ? null : CalibratingWords.OnlyAdmins;
        if (_refusal is null) await act(user.FindFirstValue(ClaimTypes.NameIdentifier)!);
        await ReadAsync();
    }

    /// <summary>Looks once a second: what runs moves, and what ends gives the page another calibration.</summary>
    private async Task WatchAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (await timer.WaitForNextTickAsync(_leaving.Token))
                await InvokeAsync(async () =>
                {
                    var isBusy = _job?.State.IsOpen() == true;
                    if (isBusy || Costs.IsWaiting(Name)) await ReadAsync();
                    StateHasChanged();
                });
        }
        catch (OperationCanceledException)
        {
            // the page was left
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    public void Dispose() => _leaving.Cancel();
}
