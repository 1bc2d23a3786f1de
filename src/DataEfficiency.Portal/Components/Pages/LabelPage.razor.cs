using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.JSInterop;

namespace DataEfficiency.Portal.Components.Pages;

public sealed partial class LabelPage(IDbContextFactory<AppDbContext> contexts, KeyStore keys, EstimateFeed feed, ProjectAccess access,
    IJSRuntime script)
{
    private readonly CancellationTokenSource _leaving = new();
    private Project? _project;
    private KeySettings _keys = KeySettings.Default;
    private ElementReference _root;
    private int _guideline;
    private ProjectRole? _role;
    private IJSObjectReference? _module;
    private EstimateFeed.Subscription? _subscription;

    [Parameter]
    public int Id { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        await using var db = await contexts.CreateDbContextAsync();
        _keys = await keys.ReadAsync(UserIdOf(await Authentication));
        _role = await access.RoleAsync((await Authentication).User, Id);
        _project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == Id);
        _guideline = _project.GuidelineVersion;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        try
        {
            _module = await script.InvokeAsync<IJSObjectReference>("import", "/js/label/page.js");
            await _module.InvokeVoidAsync("start", _root, new { project = Id, user = UserIdOf(await Authentication),
                keys = KeyMap.Of(_keys), _keys.Bare, words = Said.PatternsOf("Labeling.ScriptWords") });
            _subscription = feed.Subscribe(Id);
            _ = FollowAsync(_subscription);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // the browser left before the page was up
        }
    }

    /// <summary>What others do while the page is open: their labels count, and a changed answer set or guideline is asked for. What the
    /// page hears by its own requests would come with the next answer only.</summary>
    private async Task FollowAsync(EstimateFeed.Subscription subscription)
    {
        try
        {
            var user = UserIdOf(await Authentication)!;
            await foreach (var update in subscription.ReadAllAsync(_leaving.Token))
            {
                if (update is not { View.Project: var project, Figures: { } figures }) continue;
                await InvokeAsync(() => _module!.InvokeVoidAsync("learn", ProgressReader.Of(project, figures, user)).AsTask());
                if (project.GuidelineVersion > _guideline)
                    await InvokeAsync(() =>
                    {
                        _guideline = project.GuidelineVersion;
                        StateHasChanged();
                    });
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // the page was left
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private static string? UserIdOf(AuthenticationState state) => state.User.FindFirstValue(ClaimTypes.NameIdentifier);

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        _subscription?.Dispose();
        if (_module is null) return;
        try
        {
            await _module.InvokeVoidAsync("stop");
            await _module.DisposeAsync();
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // a lost circuit does not end the labeling in the browser
        }
    }
}
