using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Importing;

/// <summary>Starts, cancels and looks at imports. Who may look is checked by the caller.</summary>
public sealed class ImportService(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, UploadStore uploads, JobBell bell,
    IOptions<UploadOptions> options, TimeProvider time)
{
    /// <exception cref="ImportException">The upload is unknown or another's, the mapping does not fit it, or another import of the project
    /// is not finished.</exception>
    public async Task<int> StartAsync(int projectId, Guid uploadId, ColumnMapping mapping, string userId,
        CancellationToken cancel = default)
    {
        var upload = uploads.Find(uploadId);
        if (upload is null || upload.UserId != userId)
            throw new ImportException(ImportingWords.UploadGone);
        Check(mapping, ImportPreview.Of(() => uploads.Open(uploadId), upload.FileName, mapping.Format));
        var id = await writes.WriteAsync(Right.Lead(userId, projectId), async (db, token) =>
        {
            // one at a time: the flip of VisibleImport shows everything up to its id
            if (await db.Jobs.Open().AnyAsync(j => j.ProjectId == projectId && j.Kind == JobKind.Import, token))
                throw new ImportException(ImportingWords.AnotherImportProjectStillRunning);
            var before = await db.Imports.Where(i => i.ProjectId == projectId && i.Job.State == WorkState.Done)
                .SumAsync(i => i.Bytes, token);
            if (before + upload.Bytes > options.Value.PerProject)
                throw new ImportException(ImportingWords.ProjectFilesTooLarge(mebibytes: (before + upload.Bytes) >> 20,
                    allowed: options.Value.PerProject >> 20));
            var import = new Import
            {
                ProjectId = projectId, FileName = upload.FileName, StoredName = uploadId.ToString("N"), Bytes = upload.Bytes,
                CreatedBy = userId,
                Job = new Job
                {
                    Kind = JobKind.Import, ProjectId = projectId, State = WorkState.Queued, Total = upload.Bytes,
                    Payload = mapping.ToJson(), CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                },
            };
            db.Imports.Add(import);
            await db.SaveChangesAsync(token);
            return import.Id;
        }, cancel);
        bell.Ring();
        return id;
    }

    /// <summary>Asks a queued or running import to stop; its rows are removed before it counts as cancelled.</summary>
    public async Task CancelAsync(int projectId, int importId, string userId, CancellationToken cancel = default)
    {
        await writes.WriteAsync(Right.Lead(userId, projectId), (db, token) => db.Jobs.Open()
            .Where(j => db.Imports.Any(i => i.JobId == j.Id && i.Id == importId && i.ProjectId == projectId))
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.CancelRequested, true), token), cancel);
        // one that waits for its turn, too
        bell.Ring();
    }

    public async Task<Import?> FindAsync(int projectId, int importId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await db.Imports.AsNoTracking().Include(i => i.Job)
            .FirstOrDefaultAsync(i => i.Id == importId && i.ProjectId == projectId, cancel);
    }

    /// <summary>The project's imports, newest first.</summary>
    public async Task<IReadOnlyList<Import>> ListAsync(int projectId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await db.Imports.AsNoTracking().Include(i => i.Job).Where(i => i.ProjectId == projectId).OrderByDescending(i => i.Id)
            .Take(50).ToListAsync(cancel);
    }

    /// <summary>How many rows of an import were refused or noted.</summary>
    public async Task<int> IssuesAsync(int importId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await db.ImportIssues.CountAsync(i => i.ImportId == importId, cancel);
    }

    private static void Check(ColumnMapping mapping, ImportPreview preview)
    {
        if (mapping.Use != AnswerUse.Ignore && mapping.Answer is null)
            throw new ImportException(ImportingWords.ChooseColumnHoldsAnswersOr);
        string?[] names = [.. mapping.TextColumns, mapping.Id, mapping.Use == AnswerUse.Ignore ? null : mapping.Answer];
        foreach (var name in names)
            if (name is not null && FieldPath.Find(preview.Columns, name).Column < 0)
                throw new ImportException(ImportingWords.NoSuchColumn(name: name,
                    columns: string.Join(", ", preview.Columns.Take(20))));
    }
}
