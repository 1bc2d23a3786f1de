using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components.Checks;

/// <summary>The checks of a project: the one under way with its loss, the next one with why and its price, and what was measured.</summary>
public sealed partial class ChecksCard
{
    private const int Newest = 12;

    private CheckPicture? _picture;
    private int? _size;

    [Inject] private CheckJobs Jobs { get; set; } = default!;
    [Inject] private RankJobs Ranking { get; set; } = default!;
    [Inject] private CheckFeed Feed { get; set; } = default!;

    [Parameter, EditorRequired] public Project Project { get; set; } = default!;

    [Parameter, EditorRequired] public ChecksView View { get; set; } = default!;

    [Parameter] public bool Busy { get; set; }

    /// <summary>Whoever does not reads only.</summary>
    [Parameter] public bool Leads { get; set; } = true;

    /// <summary>Does what a lead asks for, where the person still is one; gets the person's id.</summary>
    [Parameter, EditorRequired] public Func<Func<string, Task>, Task> Act { get; set; } = default!;

    private static CultureInfo Culture => CultureInfo.CurrentCulture;

    private IReadOnlyList<Check> Shown =>
        [.. View.Rows.Where(c => c is { IsUnderWay: false, IsOffered: false }).Take(Newest)];

    protected override void OnInitialized()
    {
        _picture = Feed.Latest(Project.Id);
        Feed.Changed += OnChanged;
    }

    private void OnChanged(int project)
    {
        if (project != Project.Id) return;
        _ = InvokeAsync(() =>
        {
            _picture = Feed.Latest(Project.Id);
            StateHasChanged();
        });
    }

    private static string UnderWay(Check check, CheckProgress progress)
    {
        var (phase, share) = (CheckText.Phase(progress.Phase), ForecastNumbers.Percent(progress.Share, Culture));
        return check.ExpectedSeconds is { } seconds && progress.Share < 1
            ? ChecksWords.UnderWayLeft(phase: phase, step: progress.Step, steps: progress.Steps, share: share,
                left: CheckText.Took(seconds * (1 - progress.Share), Culture))
            : ChecksWords.UnderWay(phase: phase, step: progress.Step, steps: progress.Steps, share: share);
    }

    private static string? Loss(CheckPicture picture) =>
        picture.Losses.Count == 0 ? null : ChecksWords.LossCurve(picture.Losses[^1].Loss.ToString("0.###", Culture));

    private string Next
    {
        get
        {
            if (View.Placed is { } at && at > View.Training && View.TestGiven + View.TestOpen > 0)
                return View.TestIsWhole ? ChecksWords.NextPlaced(labels: at, left: at - View.Training)
                    : ChecksWords.NextPlacedNeedsTests(at);
            return ChecksWords.NextAt(labels: View.NextStep, left: Math.Max(0, View.NextStep - View.Random));
        }
    }

    private string TestSet => View.TestGiven + View.TestOpen == 0 ? ChecksWords.NoTestSet
        : ChecksWords.TestSetOnTop(given: View.TestGiven, total: View.TestGiven + View.TestOpen);

    private static string Trained(Check row) => row.Examples is { } examples
        ? ChecksWords.TrainedOn(labels: examples, kind: CheckText.Kind(row.Kind)) : CheckText.Why(row.Reason);

    public void Dispose() => Feed.Changed -= OnChanged;
}
