using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The ranking, on the engine thread, in steps of a whole batch, inside which due estimates go between two layers. Every step's confidences
/// are stored with the cursor in one transaction, so a killed process goes on behind the last one.
/// </summary>
public sealed class RankRun(IDbContextFactory<AppDbContext> contexts, RankWork work, RankStore store, IEstimatorHost host,
    ForecastPublisher publisher, IEstimateDoorbell doorbell, IOptions<EstimationOptions> options, TimeProvider time)
{
    private readonly Dictionary<int, IEnumerator<bool>> _begun = [];

    /// <summary>Does one step of the open ranking that has the least left. False: there is none.</summary>
    /// <param name="giveWay">What is more urgent; called on this thread while a batch is under way.</param>
    public bool Step(Action giveWay, CancellationToken cancel)
    {
        if (Next() is not { } handed) return false;
        var job = handed.Turn.Job;
        try
        {
            if (!_begun.TryGetValue(job.Id, out var steps))
                _begun[job.Id] = steps = Steps(handed.Turn, giveWay, cancel).GetEnumerator();
            if (steps.MoveNext()) return true;
            End(job.Id);
            handed.Ended.TrySetResult();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            End(job.Id);
            // the runner knows what becomes of it; whatever waits for the engine gets on meanwhile
            handed.Ended.TrySetException(e);
        }
        return true;
    }

    /// <summary>A small pool does not wait behind a large one that is under way. What a ranking that has not begun really has left only its
    /// first step finds out.</summary>
    private RankWork.Handed? Next()
    {
        var handed = work.All.Where(h => !h.Ended.Task.IsCompleted).ToDictionary(h => h.Turn.Job.Id);
        // what the runner let go of while another one had its turn
        foreach (var gone in _begun.Keys.Except(handed.Keys).ToList()) End(gone);
        if (handed.Count == 0) return null;
        var ids = handed.Keys.ToList();
        using var db = contexts.CreateDbContext();
        var open = db.Jobs.Where(j => ids.Contains(j.Id)).Select(j => new { j.Id, j.CancelRequested, Left = j.Total - j.Done }).ToList();
        var next = open.OrderByDescending(j => j.CancelRequested).ThenBy(j => _begun.ContainsKey(j.Id)).ThenBy(j => j.Left)
            .ThenBy(j => j.Id).FirstOrDefault();
        // one without a row is its project's that was removed: its first statement says so
        return next is null ? handed.Values.First() : handed[next.Id];
    }

    private void End(int job)
    {
        if (_begun.Remove(job, out var steps)) steps.Dispose();
    }

    /// <summary>Each yield is a place where an estimate may go between.</summary>
    private IEnumerable<bool> Steps(JobTurn turn, Action giveWay, CancellationToken cancel)
    {
        var check = RankJobs.CheckOf(turn.Job);
        var (project, model, task) = ReadProject(turn.ProjectId, check);
        var estimator = host.Open(model);
        var (ranking, cursor, done) = Wait(store.StartAsync(turn, project.Model, check, estimator.Model.Sha256,
            Hash(estimator.Model, task), cancel));
        Wait(publisher.PublishAsync(project.Id, cancel));
        yield return true;

        // the speed while it has its turn: another job or an estimate may go between
        var (size, doneBefore, busy) = (RankingSteps.First, done, TimeSpan.Zero);
        while (Wait(store.NextAsync(project.Id, cursor, size, cancel)) is { Count: > 0 } items)
        {
            // another project's estimate may have had the engine in between, with another model
            estimator = host.Open(model);
            var (begun, away) = (time.GetTimestamp(), TimeSpan.Zero);
            IReadOnlyList<RankedText> ranked;
            using (host.Hold(model))
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
            if (!Wait(store.SaveAsync(turn, ranking, items, ranked, done, speed, cancel)))
                throw new JobCancelledException();
            Wait(publisher.PublishAsync(project.Id, cancel));
            yield return true;
        }

        var order = Wait(store.OrderAsync(project.Id, ranking, project.Seed, cancel));
        foreach (var chunk in order.Chunk(RankStore.ChunkSize))
        {
            Wait(store.SaveOrderAsync(turn, chunk, cancel));
            yield return true;
        }
        Wait(store.FinishAsync(turn, ranking, order, cancel));
        doorbell.Ring(project.Id);
    }

    private (Project, string Model, TaskPrompt) ReadProject(int projectId, int? check)
    {
        using var db = contexts.CreateDbContext();
        var project = db.Projects.AsNoTracking().Single(p => p.Id == projectId);
        // without a folder the name is one of nothing, and opening it says so
        var model = check is not { } id ? project.Model : ModelCatalog.OfCheck(id,
            db.Checks.Where(c => c.Id == id && c.ProjectId == projectId).Select(c => c.KeptFolder).Single() ?? "-");
        return (project, model, ProjectPrompt.Of(project,
            db.Labels.AsNoTracking().Where(d => d.ProjectId == projectId).ToList()));
    }

    private static string Hash(ModelInfo model, TaskPrompt task) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { model.Sha256, task })));

    // the engine thread is nobody's request: it may block
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
