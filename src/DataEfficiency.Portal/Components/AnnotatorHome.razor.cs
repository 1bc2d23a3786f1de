using System.Security.Claims;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace DataEfficiency.Portal.Components;

public sealed partial class AnnotatorHome(AnnotatorWork works)
{
    private IReadOnlyList<ProjectWork>? _work;

    /// <summary>For a lead, whose page has other things to say when there is nothing to label.</summary>
    [Parameter]
    public bool HideWhenEmpty { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        if ((await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) is { } userId)
            _work = await works.ReadAsync(userId, CancellationToken.None);
    }

    private static string State(ProjectWork work) => work switch
    {
        { State: ProjectState.Paused } => "paused",
        { State: ProjectState.Stopped } => "finished",
        { Open: >= AnnotatorWork.CountLimit } => $"{AnnotatorWork.CountLimit:N0}+ items open",
        { Open: 0 } => "nothing open now",
        { Open: 1 } => "1 item open",
        _ => $"{work.Open:N0} items open",
    };
}
