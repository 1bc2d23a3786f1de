using System.Text.Json;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Labels were merged, asked again or brought back: decides the items that were answered with them anew, some hundred at a time,
/// so that nobody's answer waits for it. Begun again after a restart, it finds the first ones done.</summary>
public sealed class AnswerSetWork(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, FigureBook figures,
    IEstimateDoorbell doorbell, TimeProvider clock) : IJobWork
{
    private const int ChunkSize = 200;

    public JobKind Kind => JobKind.AnswerSet;

    public int Places => 1;

    /// <summary>In the transaction that changes the labels.</summary>
    public static void Queue(AppDbContext db, int projectId, IReadOnlyCollection<int> labels, long now) => db.Jobs.Add(new Job
    {
        Kind = JobKind.AnswerSet, ProjectId = projectId, State = WorkState.Queued, CreatedAt = now,
        Payload = JsonSerializer.Serialize(labels),
    });

    public async Task RunAsync(JobTurn turn, CancellationToken cancellation)
    {
        var labels = JsonSerializer.Deserialize<int[]>(turn.Job.Payload)!;
        long last = 0;
        for (long done = 0; ;)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var items = await Answered(db, labels).Where(i => i > last).OrderBy(i => i).Take(ChunkSize).ToListAsync(cancellation);
            if (items.Count == 0) break;
            var left = await Answered(db, labels).CountAsync(i => i > last, cancellation);
            await writes.WriteAsync(async (write, token) =>
            {
                await turn.GoOnAsync(write, token);
                var project = await write.Projects.AsNoTracking().SingleAsync(p => p.Id == turn.ProjectId, token);
                await OutgrownAnswers.FitAsync(write, project, items, clock.GetUtcNow().ToUnixTimeMilliseconds(), token);
                await turn.ShowAsync(write, done + items.Count, done + left, gotOn: true, token);
                write.AfterCommit.Add(() => figures.Forget(turn.ProjectId));
            }, cancellation);
            (last, done) = (items[^1], done + items.Count);
        }
        await writes.WriteAsync(async (write, token) =>
        {
            await LabelVersions.AdvanceAsync(write, turn.ProjectId, token);
            await turn.EndAsync(write, token);
            write.AfterCommit.Add(() => figures.Forget(turn.ProjectId));
        }, cancellation);
    }

    private static IQueryable<long> Answered(AppDbContext db, int[] labels) =>
        db.AnswerParts.Where(p => labels.Contains(p.LabelId!.Value)).Select(p => p.ItemId).Distinct();

    // what is done stays: it fits the labels
    public Task UndoAsync(Job job, CancellationToken cancellation) => Task.CompletedTask;

    public Task EndedAsync(Job job, WorkState state, CancellationToken cancellation)
    {
        doorbell.Ring(job.OfProject);
        return Task.CompletedTask;
    }

    public string ReasonOf(Exception failure) => LabelingWords.AnswerSetFailed(failure.Message).ToJson();

    public bool IsExpected(Exception failure) => false;
}
