using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The ranking, on the engine thread, in steps of a whole batch, inside which due estimates go between two layers. Every step's confidences
/// are stored with the cursor in one transaction, so a killed process goes on behind the last one.
/// </summary>
public sealed partial class RankRun(IDbContextFactory<AppDbContext> contexts, RankStore store, IEstimatorHost host,
    ForecastPublisher publisher, IEstimateDoorbell doorbell,
    IOptions<EstimationOptions> options, TimeProvider time, ILogger<RankRun> log)
{
    private readonly Dictionary<int, IEnumerator<bool>> _begun = [];
    private readonly Dictionary<int, int> _failures = [];

    /// <summary>Does one step of the open job that has the least left. False: there is none.</summary>
    /// <param name="giveWay">What is more urgent; called on this thread while a batch is under way.</param>
    public bool Step(Action giveWay, CancellationToken cancel)
    {
        if (Next() is not { } job) return false;
        if (!_begun.TryGetValue(job.Id, out var steps)) _begun[job.Id] = steps = Steps(job, giveWay, cancel).GetEnumerator();
        try
        {
            var goesOn = steps.MoveNext();
            _failures.Remove(job.Id);
            if (goesOn) return true;
            End(job.Id);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (PassingFault.Is(e) && _failures.GetValueOrDefault(job.Id) < PassingFault.Tries)
        {
            LogFailed(e, job.Id, job.ProjectId);
            End(job.Id);
            // nobody else gets on either while the database does not answer; the job begins again behind its last stored step
            cancel.WaitHandle.WaitOne(PassingFault.PauseAfter(_failures[job.Id] = _failures.GetValueOrDefault(job.Id) + 1));
            return true;
        }
        catch (Exception e)
        {
            LogFailed(e, job.Id, job.ProjectId);
            _failures.Remove(job.Id);
            End(job.Id);
            Wait(store.FailAsync(job.Id, e is ModelException or ArgumentException ? e.Message
                : EstimatingWords.EngineFailed(e.GetType().Name), cancel));
        }
        Wait(publisher.PublishAsync(job.ProjectId, cancel));
        return true;
    }

    /// <summary>A small pool does not wait behind a large one that is under way. What a job that has not begun really has left only its
    /// first step finds out.</summary>
    private RankJob? Next()
    {
        using var db = contexts.CreateDbContext();
        var open = db.RankJobs.AsNoTracking().Where(j => (j.State == WorkState.Queued || j.State == WorkState.Running)
            && db.Projects.Any(p => p.Id == j.ProjectId && p.DeletedAt == null))
            .OrderByDescending(j => j.CancelRequested).ThenBy(j => j.StartedAt != null).ThenBy(j => j.Total - j.Done).ThenBy(j =>
                j.Id).ToList();
        // what was cancelled or deleted while another one had its turn
        foreach (var gone in _begun.Keys.Except(open.Select(j => j.Id)).ToList()) End(gone);
        return open.FirstOrDefault();
    }

    private void End(int job)
    {
        if (_begun.Remove(job, out var steps)) steps.Dispose();
    }

    /// <summary>Each yield is a place where an estimate may go between.</summary>
    private IEnumerable<bool> Steps(RankJob job, Action giveWay, CancellationToken cancel)
    {
        if (Wait(store.CancelIfAskedAsync(job.Id, cancel))) yield break;
        var (project, task) = ReadProject(job.ProjectId);
        var estimator = host.Open(project.Model);
        var (cursor, done) = Wait(store.StartAsync(job.Id, project.Id, project.Model, estimator.Model.Sha256, Hash(estimator.Model, task),
            cancel));
        Wait(publisher.PublishAsync(project.Id, cancel));
        yield return true;

        // the speed while it has its turn: another job or an estimate may go between
        var (size, doneBefore, busy) = (RankingSteps.First, done, TimeSpan.Zero);
        while (Wait(store.NextAsync(project.Id, cursor, size, cancel)) is { Count: > 0 } items)
        {
            // another project's estimate may have had the engine in between, with another model
            estimator = host.Open(project.Model);
            var (begun, away) = (time.GetTimestamp(), TimeSpan.Zero);
            IReadOnlyList<RankedText> ranked;
            using (host.Hold(project.Model))
                ranked = estimator.Rank(task, [.. items.Select(i => i.Text)], giveWay: () =>
                {
                    var left = time.GetTimestamp();
                    giveWay();
                    away += time.GetElapsedTime(left);
                }, cancel: cancel);
            var took = time.GetElapsedTime(begun) - away;
            size = RankingSteps.Next(size, items.Count, took, options.Value.RankStep);
            busy += took;
            (cursor, done) = (items[^1].Id, done + items.Count);
            var speed = (done - doneBefore) / Math.Max(busy.TotalSeconds, 1e-3);
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
        if (!Wait(store.FinishAsync(job.Id, project.Id, order, cancel))) yield break;
        doorbell.Ring(project.Id);
    }

    private (Project, TaskPrompt) ReadProject(int projectId)
    {
        using var db = contexts.CreateDbContext();
        var project = db.Projects.AsNoTracking().Single(p => p.Id == projectId);
        return (project, ProjectPrompt.Of(project, db.Labels.AsNoTracking().Where(d => d.ProjectId == projectId).ToList()));
    }

    private static string Hash(ModelInfo model, TaskPrompt task) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { model.Sha256, task })));

    // the engine thread is nobody's request: it may block
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    [LoggerMessage(LogLevel.Error, "Rank job {Job} of project {Project} failed")]
    private partial void LogFailed(Exception e, int job, int project);
}
