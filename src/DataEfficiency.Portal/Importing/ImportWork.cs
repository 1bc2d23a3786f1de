using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>Imports as jobs, two at a time. One that was cut off goes on at its row; of one that ends in failure nothing is kept.</summary>
internal sealed class ImportWork(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, UploadStore uploads, IPoolGrown grown,
    TimeProvider clock) : IJobWork
{
    public JobKind Kind => JobKind.Import;

    public int Places => 2;

    public Task RunAsync(JobTurn turn, CancellationToken cancellation) =>
        new ImportRun(contexts, writes, uploads, grown, turn, clock).RunAsync(cancellation);

    public async Task UndoAsync(Job job, CancellationToken cancellation)
    {
        var import = await ReadAsync(job, cancellation);
        while (await writes.WriteAsync((db, token) => PoolWriter.RemoveChunkAsync(db, import.Id, token), cancellation) > 0) { }
        await writes.WriteAsync((db, token) => ExternalAnnotator.RemoveAsync(db, [import.Id], token), cancellation);
    }

    public async Task EndedAsync(Job job, WorkState state, CancellationToken cancellation)
    {
        uploads.Delete(Guid.Parse((await ReadAsync(job, cancellation)).StoredName));
        if (state == WorkState.Done)
            await grown.PoolGrewAsync(job.OfProject, ColumnMapping.FromJson(job.Payload).Use == AnswerUse.Labels, cancellation);
    }

    public bool IsExpected(Exception failure) => failure is ImportException;

    public string ReasonOf(Exception failure) => (failure switch
    {
        ImportException wrong => wrong.Said,
        JobGivenUpException up => ImportingWords.PortalEndedEachTime(up.Tries),
        _ => ImportingWords.ImportFailed(failure.Message),
    }).ToJson();

    private async Task<Import> ReadAsync(Job job, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Imports.AsNoTracking().SingleAsync(i => i.JobId == job.Id, cancellation);
    }
}
