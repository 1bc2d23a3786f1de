using System.Globalization;
using DataEfficiency.Portal.Estimating;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components;

public sealed partial class ForecastLine(EstimateFeed feed, ForecastPublisher pictures) : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private EstimateFeed.Subscription? _subscription;
    private ForecastUpdate? _shown;
    private string? _line;

    [Parameter, EditorRequired]
    public int ProjectId { get; set; }

    protected override async Task OnInitializedAsync() => Show(await pictures.NewestAsync(ProjectId));

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender) return;
        _subscription = feed.Subscribe(ProjectId);
        // what came between the first reading and the subscription
        if (_subscription.Latest is { } latest) Show(latest);
        _ = FollowAsync(_subscription);
    }

    private async Task FollowAsync(EstimateFeed.Subscription subscription)
    {
        try
        {
            await InvokeAsync(StateHasChanged);
            await foreach (var update in subscription.ReadAllAsync(_leaving.Token))
                await InvokeAsync(() =>
                {
                    Show(update);
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

    private void Show(ForecastUpdate? update)
    {
        if (update is null || _shown is not null && update.IsOlderThan(_shown)) return;
        _shown = update;
        _line = AnnotatorText.Of(update, CultureInfo.CurrentCulture);
    }

    public void Dispose()
    {
        _leaving.Cancel();
        _subscription?.Dispose();
        _leaving.Dispose();
    }
}
