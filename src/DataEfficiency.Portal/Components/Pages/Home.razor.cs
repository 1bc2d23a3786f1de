using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.TrackRecords;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace DataEfficiency.Portal.Components.Pages;

/// <summary>The start page: every project of this person once, led or labelled.</summary>
public sealed partial class Home(ProjectAccess access, ProjectCards cards, AnnotatorWork works, SampleProject sample, TrackBook book,
    NavigationManager navigation) : IDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<ProjectRow>? _rows;
    private TrackRecord? _record;
    private bool _leads, _isAdmin, _mayCreate, _making;
    private string? _error;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _leads = await access.LeadsAnythingAsync(user);
        _isAdmin = user.IsInRole(GlobalRoles.Admin);
        _mayCreate = user.IsInRole(GlobalRoles.Admin) || user.IsInRole(GlobalRoles.Lead);
        await LoadAsync();
        if (RendererInfo.IsInteractive) _ = WatchAsync();
    }

    public void Dispose() => _leaving.Cancel();

    private async Task TryAsync()
    {
        if (_making) return;
        (_making, _error) = (true, null);
        try
        {
            var id = await sample.CreateAsync((await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier)!);
            navigation.NavigateTo($"/projects/{id}");
        }
        catch (ImportException e)
        {
            (_making, _error) = (false, e.Message);
        }
    }

    // counts and imports move while the page is open
    private async Task WatchAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Refresh);
            while (await timer.WaitForNextTickAsync(_leaving.Token))
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
    }

    private async Task LoadAsync()
    {
        var user = (await Authentication).User;
        var userId = user.FindFirstValue(ClaimTypes.NameIdentifier)!;
        var read = await cards.ReadAsync(userId, user.IsInRole(GlobalRoles.Admin), _leaving.Token);
        int[] led = [.. read.Where(c => c.Led).Select(c => c.Project.Id)];
        _record = led.Length > 0 ? await book.OfAsync(led, _leaving.Token) : null;
        _rows = ProjectRow.Of(read, await works.ReadAsync(userId, _leaving.Token));
    }
}
