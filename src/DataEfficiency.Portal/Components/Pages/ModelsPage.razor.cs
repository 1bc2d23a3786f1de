using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace DataEfficiency.Portal.Components.Pages;

public sealed partial class ModelsPage : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<ModelFolder>? _models;
    private string? _refusal;
    private bool _admin, _watching;
    private int _ownNeeds;

    [Inject] private ModelCatalog Catalog { get; set; } = default!;
    [Inject] private ModelMeasurements Measurements { get; set; } = default!;
    [Inject] private ModelPulls Pulls { get; set; } = default!;
    [Inject] private IOwnNeeds Needs { get; set; } = default!;
    [Inject] private ProjectAccess Access { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    private bool Busy => Pulls.Latest is { Running: true } || _models is not null && _models.Any(m => Measurements.IsWaiting(m.Name));

    protected override async Task OnInitializedAsync()
    {
        _admin = await Access.IsAdminAsync((await Authentication).User);
        _ownNeeds = (await Needs.ReadAsync(_leaving.Token)).Count;
        await ReadAsync();
        if (RendererInfo.IsInteractive && Busy) _ = WatchAsync();
    }

    // the first look at a large model checks and hashes its weights
    private async Task ReadAsync() => _models = await Task.Run(Catalog.Models);

    private async Task MeasureAsync(string model)
    {
        if (!await Access.LeadsAnythingAsync((await Authentication).User)) return;
        Measurements.Ask(model);
        _ = WatchAsync();
    }

    private async Task PullAsync(string model)
    {
        // a circuit lives for hours, a role may have ended in between
        _refusal = await Access.IsAdminAsync((await Authentication).User) ? Pulls.Begin(model) : PageWords.OnlyAdminsMayPullModels;
        if (_refusal is null) _ = WatchAsync();
    }

    private async Task CancelAsync()
    {
        if (await Access.IsAdminAsync((await Authentication).User)) Pulls.Cancel();
    }

    /// <summary>Looks twice a second while something runs, and reads the folders again behind it.</summary>
    private async Task WatchAsync()
    {
        if (_watching) return;
        _watching = true;
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
            do
            {
                while (Busy && await timer.WaitForNextTickAsync(_leaving.Token)) await InvokeAsync(StateHasChanged);
                await ReadAsync();
                await InvokeAsync(StateHasChanged);
            }
            while (Busy); // asked for again while the folders were read
        }
        catch (OperationCanceledException)
        {
            // the page was left
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

    public void Dispose() => _leaving.Cancel();
}
