using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The ranking, on the engine thread, in steps short enough that a due estimate never waits long. Every step's confidences are stored with the
/// cursor in one transaction, so a killed process goes on behind the last one.
/// </summary>
public sealed partial class RankRun(IDbContextFactory<AppDbContext> contexts, RankStore store, IEstimatorHost host, ForecastPublisher publisher, IEstimateDoorbell doorbell,
    IOptions<EstimationOptions> options, TimeProvider time, ILogger<RankRun> log)
{
    private const int FirstStep = 4, LargestStep = 256;

    private IEnumerator<bool>? _steps;
    private int _job;
    private int _project;

    /// <summary>Does one step of the oldest open job. False: there is none.</summary>
    public bool Step(CancellationToken cancel)
    {
        if (_steps is null && !Begin(cancel)) return false;
        try
        {
            if (_steps!.MoveNext()) return true;
            End();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(e, _job, _project);
            End();
            Wait(store.FailAsync(_job, e is EngineException or ArgumentException ? e.Message : $"The engine failed ({e.GetType().Name}); the log has the details.", cancel));
        }
        Wait(publisher.PublishAsync(_project, cancel));
        return true;
    }

    private bool Begin(CancellationToken cancel)
    {
        using var db = contexts.CreateDbContext();
        var job = db.RankJobs.AsNoTracking().Where(j => (j.State == WorkState.Queued || j.State == WorkState.Running) && db.Projects.Any(p => p.Id == j.ProjectId && p.DeletedAt == null))
            .OrderBy(j => j.Id).FirstOrDefault();
        if (job is null) return false;
        (_job, _project) = (job.Id, job.ProjectId);
        _steps = Steps(job, cancel).GetEnumerator();
        return true;
    }

    private void End()
    {
        _steps?.Dispose();
        _steps = null;
    }

    /// <summary>Each yield is a place where an estimate may go between.</summary>
    private IEnumerable<bool> Steps(RankJob job, CancellationToken cancel)
    {
        if (Wait(store.CancelIfAskedAsync(job.Id, cancel))) yield break;
        var (project, task) = ReadProject(job.ProjectId);
        var estimator = host.Open(project.Model);
        var (cursor, done) = Wait(store.StartAsync(job.Id, project.Id, project.Model, estimator.Model.Sha256, Hash(estimator.Model, task), cancel));
        Wait(publisher.PublishAsync(project.Id, cancel));
        yield return true;

        var (size, doneBefore, started) = (FirstStep, done, time.GetTimestamp());
        while (Wait(store.NextAsync(project.Id, cursor, size, cancel)) is { Count: > 0 } items)
        {
            // another project's estimate may have had the engine in between, with another model
            estimator = host.Open(project.Model);
            var begun = Stopwatch.GetTimestamp();
            var ranked = estimator.Rank(task, [.. items.Select(i => i.Text)], null, cancel);
            size = NextSize(items.Count, size, Stopwatch.GetElapsedTime(begun));
            (cursor, done) = (items[^1].Id, done + items.Count);
            var speed = (done - doneBefore) / Math.Max(time.GetElapsedTime(started).TotalSeconds, 1e-3);
            if (Wait(store.SaveAsync(job.Id, project.Id, items, ranked, done, speed, cancel))) yield break;
            Wait(publisher.PublishAsync(project.Id, cancel));
            yield return true;
        }

        var order = Wait(store.OrderAsync(project.Id, project.Seed, cancel));
        foreach (var chunk in order.Chunk(RankStore.ChunkSize))
        {
            Wait(store.SaveOrderAsync(project.Id, chunk, cancel));
            yield return true;
        }
        if (!Wait(store.FinishAsync(job.Id, project.Id, cancel))) yield break;
        doorbell.Ring(project.Id);
    }

    /// <summary>As many items as fit into a step by the speed of the last one, at most twice as many at a time.</summary>
    private int NextSize(int ranked, int size, TimeSpan took)
    {
        if (ranked < size) return size;
        var fit = (int)(ranked * .8 * options.Value.RankStep.TotalMilliseconds / Math.Max(took.TotalMilliseconds, 1));
        return Math.Clamp(Math.Min(fit, size * 2), 1, LargestStep);
    }

    private (Project, TaskPrompt) ReadProject(int projectId)
    {
        using var db = contexts.CreateDbContext();
        var project = db.Projects.AsNoTracking().Single(p => p.Id == projectId);
        return (project, ProjectPrompt.Of(project, db.LabelDefinitions.AsNoTracking().Where(d => d.ProjectId == projectId).ToList()));
    }

    private static string Hash(ModelInfo model, TaskPrompt task) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { model.Sha256, task })));

    // the engine thread is nobody's request: it may block
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    [LoggerMessage(LogLevel.Error, "Rank job {Job} of project {Project} failed")]
    private partial void LogFailed(Exception e, int job, int project);
}
