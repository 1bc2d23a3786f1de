using DataEfficiency.Portal.Calibrating;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The one engine thread of the device. Estimates of rung projects go first: between two steps of a check, measurement or ranking, and
/// between two layers of the batch that a step has, which waits in memory meanwhile. It lives as long as the portal: a failing estimate
/// is a row, a failing database is a log line and a new try.
/// </summary>
public sealed partial class EstimateWorker(EstimateQueue queue, EstimateRun estimates, ModelMeasurements measurements, RankRun rankings,
    CheckRun checks, CheckPlanner plan, CalibrationCosts costs, CalibrationTurns calibrations,
    IEstimatorHost host, IDbContextFactory<AppDbContext> contexts, TimeProvider time, ILogger<EstimateWorker> log)
    : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _started;

    // projects that are due but have to wait for the batch under way
    private readonly List<int> _later = [];

    // projects that had their estimate in the middle of a step: whether a check is due is asked behind it
    private readonly HashSet<int> _unplanned = [];

    /// <summary>The engine thread runs.</summary>
    public bool IsAlive => _started && !_ended.Task.IsCompleted;

    public async Task StartAsync(CancellationToken cancel)
    {
        // what came in while nobody listened, or was rung before a crash
        await using var db = await contexts.CreateDbContextAsync(cancel);
        foreach (var id in await db.Projects.Where(p => p.LabelVersion > p.EstimatedVersion && p.DeletedAt == null).OrderBy(p =>
            p.Id).Select(p => p.Id).ToListAsync(cancel)) queue.Ring(id);
        _started = true;
        new Thread(Work) { IsBackground = true, Name = "engine" }.Start();
    }

    public async Task StopAsync(CancellationToken cancel)
    {
        await _stopping.CancelAsync();
        if (_started) await _ended.Task.WaitAsync(cancel);
    }

    private void Work()
    {
        try
        {
            while (!_stopping.IsCancellationRequested) Turn();
        }
        catch (OperationCanceledException)
        {
            // shutting down
        }
        finally
        {
            // what a check has done since it was last kept, and models are freed on the thread that used them
            checks.StepAside();
            calibrations.StepAside();
            host.Dispose();
            _ended.SetResult();
        }
    }

    private void Turn()
    {
        int? project = null;
        try
        {
            if (queue.TryTake(out var id))
            {
                project = id;
                if (!estimates.Run(id, _stopping.Token))
                {
                    // a check that has the only place keeps what it did and waits
                    checks.StepAside();
                    estimates.Run(id, _stopping.Token);
                }
                plan.Look(id, GiveWay, _stopping.Token);
            }
            else if (_unplanned.Count > 0)
            {
                var next = _unplanned.First();
                _unplanned.Remove(next);
                plan.Look(next, GiveWay, _stopping.Token);
            }
            else if (!LongWork())
            {
                queue.Wait(_stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(e, project);
            // the database did not answer: not at full speed again, and the project stays due
            _stopping.Token.WaitHandle.WaitOne(Pause);
            if (project is { } due) queue.Ring(due);
        }
        finally
        {
            _later.ForEach(queue.Ring);
            _later.Clear();
        }
    }

    /// <summary>A step of a check, else of what an admin waits for on a page, else of a ranking, else of a calibration, which goes first
    /// once it is owed its turn.</summary>
    private bool LongWork()
    {
        if (calibrations.IsOwed)
        {
            // a check that has the model keeps what it did
            checks.StepAside();
            return calibrations.Step(GiveWay, _stopping.Token);
        }
        var started = time.GetTimestamp();
        if (Check() || measurements.Step(GiveWay, _stopping.Token) || costs.Step(_stopping.Token)
            || rankings.Step(GiveWay, _stopping.Token))
        {
            calibrations.OthersHad(time.GetElapsedTime(started));
            return true;
        }
        return calibrations.Step(GiveWay, _stopping.Token);
    }

    private bool Check()
    {
        if (!checks.IsDue) return false;
        // training takes memory, which a check asks for before it starts
        calibrations.StepAside();
        return checks.Step(GiveWay, _stopping.Token);
    }

    /// <summary>Between two layers of a batch: forecasts of labels that came in meanwhile. One whose model has no room beside the batch's
    /// waits for its end, and so does one that the database failed: it must not take the ranking with it.</summary>
    private void GiveWay()
    {
        while (queue.TryTake(out var project))
        {
            var done = false;
            try
            {
                done = estimates.Run(project, _stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                LogFailed(e, project);
            }
            if (done) _unplanned.Add(project);
            else _later.Add(project);
        }
    }

    [LoggerMessage(LogLevel.Error, "The engine thread failed (project {Project}); it goes on")]
    private partial void LogFailed(Exception e, int? project);
}
