using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>
/// Looks whether a check is due, on the engine thread after a project's estimate: measures what it would take, and queues it where that is
/// little beside the labels, or offers it to the lead.
/// </summary>
public sealed partial class CheckPlanner(IDbContextFactory<AppDbContext> contexts, CheckStore store, FigureBook figures,
    IEstimatorHost host, JobBell bell, ForecastPublisher publisher, ILogger<CheckPlanner> log)
{
    // labels at which it is worth looking again: most answers change nothing here
    private readonly Dictionary<int, (long Version, int Random, int Labels)> _quiet = [];

    /// <param name="giveWay">What is more urgent than a measurement; called on this thread while one is under way.</param>
    public void Look(int projectId, Action giveWay, CancellationToken cancel)
    {
        if (Wait(figures.OfAsync(projectId, cancel).AsTask()) is not { } counts) return;
        var random = counts.DecidedBy.GetValueOrDefault(Stratum.Random);
        if (random < CosLow.Size) return;
        if (_quiet.TryGetValue(projectId, out var quiet) && random < quiet.Random && counts.Decided < quiet.Labels) return;
        try
        {
            _quiet.Remove(projectId);
            Plan(projectId, counts, giveWay, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, projectId);
        }
    }

    /// <summary>Rows of checks changed: looked at anew with the next answer.</summary>
    private void Plan(int projectId, ProjectFigures counts, Action giveWay, CancellationToken cancel)
    {
        using var db = contexts.CreateDbContext();
        var rows = db.Checks.AsNoTracking().Include(c => c.Job).Where(c => c.ProjectId == projectId).OrderBy(c => c.Id).ToList();
        if (rows.Any(c => c.IsUnderWay)) return;
        if (Wait(CheckInputs.ReadAsync(db, projectId, cancel)) is not { Project.State: ProjectState.Active } inputs) return;
        if (CheckList.Due(inputs, rows, CheckList.NextPlaced(db, projectId)) is not { } due)
        {
            var ahead = CheckList.Ahead(inputs, rows, CheckList.NextPlaced(db, projectId));
            _quiet[projectId] = (counts.Version, counts.DecidedBy.GetValueOrDefault(Stratum.Random) + Math.Max(1, ahead.Random),
                counts.Decided + Math.Max(1, ahead.Labels));
            return;
        }
        var check = new Storage.Check
        {
            ProjectId = projectId, Kind = inputs.Kind, Reason = due.Reason, Step = due.Step, Size = due.Size,
            LabelVersion = inputs.Project.LabelVersion, LabelsSpent = inputs.Spent, Model = inputs.Project.Model,
        };
        if (Refuse(inputs) is var (code, why))
        {
            (check.FailureCode, check.Failure) = (code, why.ToJson());
            Add(check, runs: false, cancel);
            return;
        }
        // a model that is held by a check of another project leaves no room: looked at again with the next answer
        if (!host.HasRoomFor(inputs.Project.Model)) return;
        try
        {
            var estimator = host.Open(inputs.Project.Model);
            check.ModelSha256 = estimator.Model.Sha256;
            var rate = Wait(CheckStore.RateAsync(db, projectId, estimator.Model.Sha256, cancel));
            var request = inputs.Request(due.Size, rate, Path.Combine(Path.GetTempPath(), "measured-check"));
            using (host.Hold(inputs.Project.Model))
            {
                var cost = estimator.MeasureCheck(request, giveWay, cancel);
                (check.ExpectedSeconds, check.ExpectedMemory) = (cost.Seconds, cost.MemoryBytes);
            }
        }
        catch (Exception e) when (e is ModelException or SaidException)
        {
            check.FailureCode = e is CheckRefusedException refused ? CheckFailures.Code(refused) : CheckFailures.Model;
            check.Failure = EngineFailure.Stored(e);
            Add(check, runs: false, cancel);
            return;
        }
        Add(check, CheckPoints.RunsByItself(TimeSpan.FromSeconds(check.ExpectedSeconds.Value),
            CheckList.PerLabel(inputs, counts.Pace.PerHour), inputs.Random.Count), cancel);
    }

    private static (string Code, Said Why)? Refuse(CheckInputs inputs)
    {
        if (inputs.IsOneAnswer) return (CheckFailures.OneAnswer, ChecksWords.OneAnswer(inputs.Training));
        return inputs.Project is { ZeroShot: { } zero, Ceiling: var ceiling } && !CheckPoints.HasGap(zero, ceiling)
            ? (CheckFailures.SmallGap, CheckFailures.GapTooSmall(zero, ceiling)) : null;
    }

    private void Add(Storage.Check check, bool runs, CancellationToken cancel)
    {
        Wait(store.AddAsync(check, runs, cancel));
        if (runs) bell.Ring();
        Wait(publisher.PublishAsync(check.ProjectId, cancel));
    }

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    [LoggerMessage(LogLevel.Error, "Planning a check of project {ProjectId} failed")]
    private partial void LogFailed(Exception e, int projectId);
}
