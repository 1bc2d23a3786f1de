using DataEfficiency.Engine;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>
/// Calibrations on the engine thread, one after the other, a small step at a time, behind everything that somebody waits for. But not for
/// ever: a tenth of the engine's time is theirs, whatever else comes. Finished pieces lie in the calibration's folder: after a kill, and
/// after another model had the place, the next piece goes on behind them.
/// </summary>
public sealed class CalibrationTurns(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, CalibrationWork work,
    CalibrationFolders folders, CalibrationFeed feed, ModelCatalog catalog, ICalibrations calibrations, IEstimatorHost host,
    EstimateRun estimates, EstimateQueue queue, TimeProvider clock)
{
    /// <summary>How often the database hears how far it is, and the calibration whether it is still wanted.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>How much longer others have the engine than a calibration that they keep waiting.</summary>
    private const int Others = 9;

    /// <summary>How long it waits for them first: models and checkpoints change places with each turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private Sitting? _sitting;

    // what others had while it waited, less nine times of what it had in its turns
    private TimeSpan _waited;
    private bool _isOwed;

    /// <summary>One has waited long enough: it goes first until it had its share and a piece is finished, for half a piece would be done
    /// again.</summary>
    public bool IsOwed => _isOwed && work.All.Count > 0;

    /// <summary>Other long work had the engine for so long.</summary>
    public void OthersHad(TimeSpan time)
    {
        _waited = work.All.Count > 0 ? _waited + time : TimeSpan.Zero;
        _isOwed = _waited >= Patience;
    }

    private sealed class Sitting(CalibrationWork.Handed handed, CalibrationRequest request)
    {
        public CalibrationWork.Handed Handed => handed;
        public CalibrationRequest Request => request;
        public long? ShownAt { get; set; }

        /// <summary>What the run is on; null: it stepped aside.</summary>
        public IEstimator? Estimator { get; set; }
        public ICalibrationRun? Run { get; set; }

        public void StepAside()
        {
            Run?.Dispose();
            (Run, Estimator) = (null, null);
        }
    }

    /// <summary>Does a piece of the oldest calibration. False: there is none.</summary>
    /// <param name="giveWay">What is more urgent; called on this thread.</param>
    public bool Step(Action giveWay, CancellationToken cancel)
    {
        var all = work.All;
        if (_sitting is not null && !all.Contains(_sitting.Handed)) Close();
        if (all.Count == 0) return false;
        var handed = _sitting?.Handed ?? all[0];
        try
        {
            _sitting ??= new(handed, Begin(handed, cancel));
            Step(_sitting, giveWay, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            Close();
            handed.Ended.TrySetException(e);
        }
        return true;
    }

    /// <summary>Frees what the piece in progress has in memory, for a check or for the end of the process; that piece is done
    /// again.</summary>
    public void StepAside() => _sitting?.StepAside();

    private void Step(Sitting sitting, Action giveWay, CancellationToken cancel)
    {
        var (model, turn) = (sitting.Handed.Ask.Model, sitting.Handed.Turn);
        var estimator = host.Open(model);
        // another model had the place meanwhile
        if (!ReferenceEquals(sitting.Estimator, estimator)) sitting.StepAside();
        bool goesOn;
        using (host.Hold(model))
        {
            sitting.Run ??= calibrations.Begin(sitting.Estimator = estimator, sitting.Request);
            var (started, finished) = (clock.GetTimestamp(), sitting.Run.Progress.Done);
            goesOn = sitting.Run.Step(giveWay, cancel);
            if (_isOwed) _waited -= Others * clock.GetElapsedTime(started);
            _isOwed &= _waited > TimeSpan.Zero || sitting.Run.Progress.Done == finished;
        }
        if (goesOn && sitting.ShownAt is { } shown && clock.GetElapsedTime(shown) < Beat) return;
        var progress = sitting.Run.Progress;
        feed.Show(model, progress);
        Wait(writes.WriteAsync(async (db, token) =>
        {
            await turn.GoOnAsync(db, token);
            await turn.ShowAsync(db, progress.Done, progress.All, gotOn: progress.Done > 0, token);
        }, cancel));
        sitting.ShownAt = clock.GetTimestamp();
        if (!goesOn) End(sitting, cancel);
    }

    private CalibrationRequest Begin(CalibrationWork.Handed handed, CancellationToken cancel)
    {
        var (ask, job) = (handed.Ask, handed.Turn.Job.Id);
        var model = catalog.Find(ask.Model) ?? throw new SaidException(CalibratingWords.NoSuchModel(ask.Model));
        var folder = folders.WorkOf(model.WeightsSha256, ask.Mode);
        // labels that came since would make another calibration of it
        if (folders.Begun(folder, job) is not { } labelled)
        {
            using var db = contexts.CreateDbContext();
            labelled = [.. ask.Projects.Select(id => Wait(LabelledProjects.ReadAsync(db, id, cancel)))];
            folders.Begin(folder, job, labelled);
        }
        LabelledTask[] tasks = [.. labelled.Select(l => l.Task())];
        return new(CalibrationPlans.Options(ask, model, tasks), folder, folders.FileOf(model.WeightsSha256));
    }

    private void End(Sitting sitting, CancellationToken cancel)
    {
        var (model, turn) = (sitting.Handed.Ask.Model, sitting.Handed.Turn);
        Wait(writes.WriteAsync(async (db, token) =>
        {
            await turn.GoOnAsync(db, token);
            await turn.EndAsync(db, token);
        }, cancel));
        Close();
        folders.Remove(sitting.Request.Folder);
        // the next forecast opens the model with its new calibration
        host.Forget(model);
        sitting.Handed.Ended.TrySetResult();
        estimates.LookAgain();
        using var db = contexts.CreateDbContext();
        foreach (var id in db.Projects.Where(p => p.Model == model && p.DeletedAt == null).Select(p => p.Id).ToList())
            queue.Ring(id);
    }

    private void Close()
    {
        if (_sitting is null) return;
        feed.End(_sitting.Handed.Ask.Model);
        _sitting.StepAside();
        _sitting = null;
    }

    // the engine thread is nobody's request: it may block
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
