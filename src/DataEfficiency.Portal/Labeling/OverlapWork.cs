using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>How many people answer an item was changed: makes the slots as many, some thousand items at a time, so that nobody's answer
/// waits for it. Begun again after a restart, it finds the first ones done.</summary>
public sealed class OverlapWork(IDbContextFactory<AppDbContext> contexts, WriteQueue writes) : IJobWork
{
    private const int ChunkSize = 2000;

    public JobKind Kind => JobKind.Overlap;

    public int Places => 1;

    /// <summary>In the transaction that changes the settings.</summary>
    public static void Queue(AppDbContext db, int projectId, long now) => db.Jobs.Add(new Job
    {
        Kind = JobKind.Overlap, ProjectId = projectId, State = WorkState.Queued, CreatedAt = now,
    });

    public async Task RunAsync(JobTurn turn, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        long last = 0;
        for (var done = 0; await SlotSql.NextAsync(db, turn.ProjectId, last, ChunkSize, cancellation) is { Count: > 0 } items;
            last = items[^1])
        {
            await writes.WriteAsync(async (write, token) =>
            {
                await turn.GoOnAsync(write, token);
                var project = await write.Projects.AsNoTracking().SingleAsync(p => p.Id == turn.ProjectId, token);
                await SlotSql.FitAsync(write, project, items, token);
                await turn.ShowAsync(write, done += items.Count, project.ItemCount, gotOn: true, token);
            }, cancellation);
        }
        await writes.WriteAsync((write, token) => turn.EndAsync(write, token), cancellation);
    }

    // what is done stays: it fits the settings
    public Task UndoAsync(Job job, CancellationToken cancellation) => Task.CompletedTask;

    public Task EndedAsync(Job job, WorkState state, CancellationToken cancellation) => Task.CompletedTask;

    public string ReasonOf(Exception failure) => LabelingWords.OverlapFailed(failure.Message).ToJson();

    public bool IsExpected(Exception failure) => false;
}
