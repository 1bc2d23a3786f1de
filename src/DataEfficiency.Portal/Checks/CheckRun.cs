using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>
/// Checks on the engine thread, one after the other, in steps of one micro-batch, between and inside which due estimates go. What a killed
/// process has trained lies in the check's folder, and the next one goes on there.
/// </summary>
public sealed class CheckRun(IDbContextFactory<AppDbContext> contexts, CheckWork work, CheckStore store, CheckFolders folders,
    CheckFeed feed, ForecastPublisher publisher, IEstimatorHost host, TimeProvider clock)
{
    /// <summary>How often the database hears how far it is, and the check whether it is still wanted.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    private Sitting? _sitting;

    private sealed class Sitting(CheckWork.Handed handed, Storage.Check check, CheckRequest request) : IDisposable
    {
        public CheckWork.Handed Handed => handed;
        public Storage.Check Check => check;
        public CheckRequest Request => request;
        public LossCurve Losses { get; } = new();
        public long? ShownAt { get; set; }

        /// <summary>Null: it stepped aside, and what it did is in its folder.</summary>
        public ICheckRun? Run { get; set; }
        public IDisposable? Hold { get; set; }

        public void Dispose()
        {
            Run?.Dispose();
            Hold?.Dispose();
            (Run, Hold) = (null, null);
        }
    }

    /// <summary>A check has the engine: it gives way, and nothing else that is long begins.</summary>
    public bool IsBusy => _sitting?.Run is not null;

    /// <summary>There is one to do, or to close.</summary>
    public bool IsDue => _sitting is not null || work.All.Count > 0;

    /// <summary>Does one step of the oldest check. False: there is none.</summary>
    /// <param name="giveWay">What is more urgent; called on this thread.</param>
    public bool Step(Action giveWay, CancellationToken cancel)
    {
        var all = work.All;
        if (_sitting is not null && !all.Contains(_sitting.Handed)) Close();
        if (_sitting is null && all.Count == 0) return false;
        var handed = _sitting?.Handed ?? all[0];
        try
        {
            _sitting ??= Begin(handed, giveWay, cancel);
            Step(_sitting, giveWay, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            if (e is CheckRefusedException refused && Wait(store.IdAsync(handed.Turn.Job.Id, cancel)) is { } id)
                Wait(store.NoteAsync(id, CheckFailures.Code(refused), cancel));
            var cancelled = e is JobCancelledException ? _sitting?.Check.Id : null;
            Close();
            if (cancelled is { } gone) folders.Remove(gone);
            handed.Ended.TrySetException(e);
        }
        return true;
    }

    /// <summary>Keeps what was done and gives the model back, for an estimate of another one or for the end of the process.</summary>
    public void StepAside()
    {
        if (_sitting?.Run is not { } run) return;
        run.Save();
        _sitting.Dispose();
    }

    private void Step(Sitting sitting, Action giveWay, CancellationToken cancel)
    {
        if (sitting.Run is null)
        {
            var model = sitting.Check.Model;
            var estimator = host.Open(model);
            sitting.Hold = host.Hold(model);
            sitting.Run = estimator.BeginCheck(sitting.Request);
        }
        var goesOn = sitting.Run.Step(giveWay, cancel);
        var progress = sitting.Run.Progress;
        var isNew = sitting.Losses.Add(progress);
        if (sitting.ShownAt is not { } shown || clock.GetElapsedTime(shown) >= Beat)
        {
            Wait(store.ShowAsync(sitting.Handed.Turn, progress.Share, cancel));
            sitting.ShownAt = clock.GetTimestamp();
            isNew = true;
        }
        if (isNew) feed.Show(sitting.Check.ProjectId, new(sitting.Check.Id, progress, sitting.Losses.Marks));
        if (goesOn) return;
        End(sitting, sitting.Run.Result, cancel);
        Close();
        folders.Tidy(sitting.Check.Id, sitting.Check.KeptFolder);
        sitting.Handed.Ended.TrySetResult();
    }

    private Sitting Begin(CheckWork.Handed handed, Action giveWay, CancellationToken cancel)
    {
        var (check, _) = Wait(store.ReadAsync(handed.Turn.Job.Id, cancel));
        var request = folders.Begun(check.Id);
        if (request is null)
        {
            using var db = contexts.CreateDbContext();
            if (Wait(CheckInputs.ReadAsync(db, check.ProjectId, cancel)) is not { } inputs) throw new JobCancelledException();
            var project = inputs.Project;
            var estimator = host.Open(project.Model);
            (check.Kind, check.Model, check.ModelSha256, check.Recipe) =
                (inputs.Kind, project.Model, estimator.Model.Sha256, CheckStore.Recipe);
            request = inputs.Request(check.Size,
                Wait(CheckStore.RateAsync(db, project.Id, estimator.Model.Sha256, cancel)), folders.Of(check.Id));
            (check.Seed, check.Size, check.LabelVersion, check.LabelsSpent) =
                (request.Seed, request.Size, project.LabelVersion, inputs.Spent);
            // the memory is asked for before the start, whoever asked for the check
            using (host.Hold(project.Model))
            {
                var cost = estimator.MeasureCheck(request, giveWay, cancel);
                (check.ExpectedSeconds, check.ExpectedMemory) = (cost.Seconds, cost.MemoryBytes);
            }
            folders.Begin(check.Id, request);
        }
        Wait(store.BeginAsync(handed.Turn, check, cancel));
        Wait(publisher.PublishAsync(check.ProjectId, cancel));
        return new(handed, check, request);
    }

    private void End(Sitting sitting, CheckResult result, CancellationToken cancel)
    {
        var check = sitting.Check;
        using var db = contexts.CreateDbContext();
        var project = db.Projects.AsNoTracking().Single(p => p.Id == check.ProjectId);
        var ceiling = project.Ceiling;
        (check.Examples, check.Score) = (result.Examples, result.Score);
        (check.Tested, check.LabelRanking) = (result.Tested, result.LabelRanking);
        (check.F1, check.ZeroShotF1) = F1(project.Kind(), sitting.Request, result);
        (check.ZeroShot, check.Ceiling, check.Rate, check.Steps) = (result.ZeroShot, ceiling, result.Rate, result.Steps);
        (check.Seconds, check.Curve) = (result.Seconds, JsonSerializer.Serialize(sitting.Losses.Marks));
        // only what lies in the check's own folder is ever given away
        check.KeptFolder = result.KeptFolder is { } kept ? Path.GetRelativePath(folders.Of(check.Id), kept) : null;
        if (CheckPoints.HasGap(result.ZeroShot, ceiling))
        {
            var point = CheckPoints.Of(result, ceiling);
            (check.Share, check.StandardError) = (point.Y, point.StandardError);
        }
        else
            (check.FailureCode, check.Failure) = (CheckFailures.SmallGap,
                CheckFailures.GapTooSmall(result.ZeroShot, ceiling).ToJson());
        Wait(store.FinishAsync(sitting.Handed.Turn, check, result.Predictions, sitting.Request.Task.Answers, cancel));
    }

    internal static (double? Trained, double? Untrained) F1(ITaskKind kind, CheckRequest request, CheckResult result)
    {
        var right = request.Labels.Concat(request.Test).DistinctBy(e => e.Id).ToDictionary(e => e.Id, e => e.Example.Answer);
        return (result.Predictions.Average(p => kind.F1(p.Predicted, right[p.Id])),
            result.Predictions.Average(p => kind.F1(p.ZeroShot, right[p.Id])));
    }

    private void Close()
    {
        if (_sitting is null) return;
        feed.End(_sitting.Check.ProjectId);
        _sitting.Dispose();
        _sitting = null;
    }

    // the engine thread is nobody's request: it may block
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
