// One import from the first row to the flip. Every transaction is short (a chunk of rows, a chunk of places), so that labeling goes on
// beside it; nothing of it is visible before the last one, which sets Project.VisibleImport.
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

internal sealed class ImportRun(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, UploadStore uploads, IPoolGrown grown,
    TimeProvider time)
{
    private Import import = new();
    private RowChecks checks = default!;
    private int issuesStored;
    // whose the answers are that the file brings
    private string annotator = "";

    /// <summary>Runs the import to its end. What it throws leaves rows behind that <see cref="CleanUpAsync"/> removes.</summary>
    /// <exception cref="ImportException">The file, as a whole, cannot be imported.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the project is gone.</exception>
    public async Task RunAsync(int importId, CancellationToken cancel)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancel))
        {
            import = await db.Imports.AsNoTracking().SingleAsync(i => i.Id == importId, cancel);
            var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == import.ProjectId, cancel);
            var mapping = ColumnMapping.FromJson(import.Mapping);
            var definitions = await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancel);
            checks = new RowChecks(mapping, new AnswerSet(project.Kind(), definitions, mapping.Values),
                await KnownTexts.LoadAsync(db, project.Id, cancel));
        }
        (import.BytesRead, import.Rows, import.Added, import.Bad, import.Duplicates, issuesStored) = (0, 0, 0, 0, 0, 0);
        if (checks.Mapping.Use == AnswerUse.Labels)
            annotator = await writes.WriteAsync((db, token) => ExternalAnnotator.AddAsync(db, import, Now, token), cancel);
        await ReadAsync(cancel);
        if (import.Added == 0) throw new ImportException(import.Rows == 0 ? ImportingWords.FileHasNoRows
            : ImportingWords.NoRowCanBeImported(import.Rows));
        if (checks.Mapping.AllOrNothing && import.Bad > 0)
            throw new ImportException(ImportingWords.AllOrNothingFailed(bad: import.Bad, rows: import.Rows));
        await PlaceAsync(cancel);
        await FlipAsync(cancel);
    }

    /// <summary>Removes all rows of an import that did not finish, in chunks.</summary>
    public async Task CleanUpAsync(int importId, CancellationToken cancel)
    {
        while (await writes.WriteAsync((db, token) => PoolWriter.RemoveChunkAsync(db, importId, token), cancel) > 0) { }
        await writes.WriteAsync((db, token) => ExternalAnnotator.RemoveAsync(db, [importId], token), cancel);
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        using var reader = RowReaders.Open(uploads.Open(Guid.Parse(import.StoredName)), checks.Mapping.Format);
        var mapper = new RowMapper(checks.Mapping, reader);
        var rows = new List<PoolRow>(ImportLimits.ChunkRows);
        var issues = new List<ImportIssue>();
        foreach (var source in reader.Rows())
        {
            if (++import.Rows > ImportLimits.Rows)
                throw new ImportException(ImportingWords.FileMoreThanRowsSplit(ImportLimits.Rows));
            var (row, fault) = checks.Check(mapper.Map(source), import);
            if (row is not null) rows.Add(row);
            if (fault is not null) issues.Add(Issue(source, fault));
            if (rows.Count + issues.Count >= ImportLimits.ChunkRows) await WriteAsync();
        }
        await WriteAsync();

        async Task WriteAsync()
        {
            import.BytesRead = Math.Min(reader.BytesRead, import.Bytes);
            import.Added += rows.Count;
            var kept = issues.Take(Math.Max(0, ImportLimits.StoredIssues - issuesStored)).ToList();
            issuesStored += kept.Count;
            await writes.WriteAsync(async (db, token) =>
            {
                await StillWantedAsync(db, token);
                PoolWriter.AddItems(db, import, annotator, rows, Now);
                db.ImportIssues.AddRange(kept);
                await db.SaveChangesAsync(token);
                await SaveProgressAsync(db, token);
            }, cancel);
            rows.Clear();
            issues.Clear();
        }
    }

    private async Task PlaceAsync(CancellationToken cancel)
    {
        List<(long Id, long? AnswerId)> items;
        long seed;
        await using (var db = await contexts.CreateDbContextAsync(cancel))
        {
            seed = await db.Projects.Where(p => p.Id == import.ProjectId).Select(p => p.Seed).SingleAsync(cancel);
            items = (await db.Items.Where(i => i.ImportId == import.Id).OrderBy(i => i.Id)
                .Select(i => new { i.Id, Answer = db.Answers.Where(l => l.ItemId == i.Id).Select(l => (long?)l.Id).FirstOrDefault() })
                    .ToListAsync(cancel))
                .ConvertAll(i => (i.Id, i.Answer));
        }
        // numbers of its own for each import: its items mix into the order of those that are there, and every beginning of the order stays
        // a random sample
        var random = new SplitMix64(unchecked((ulong)seed * 0x9E3779B97F4A7C15 + (ulong)import.Id));
        foreach (var part in items.Chunk(ImportLimits.ChunkRows))
        {
            var chunk = part.Select(item => new PlacedItem(item.Id, (int)(random.Next() >> 33), item.AnswerId)).ToList();
            await writes.WriteAsync(async (db, token) =>
            {
                await StillWantedAsync(db, token);
                PoolWriter.PlaceItems(db, import, annotator, chunk);
            }, cancel);
        }
    }

    /// <summary>The last small transaction: from here on everybody sees the whole import.</summary>
    private Task FlipAsync(CancellationToken cancel) => writes.WriteAsync(async (db, token) =>
    {
        await StillWantedAsync(db, token);
        var project = await db.Projects.SingleAsync(p => p.Id == import.ProjectId, token);
        if (checks.Labels > 0)
        {
            await LabelVersions.AdvanceAsync(db, project.Id, token);
            await db.Answers.Where(l => l.ProjectId == project.Id && l.Role == AnswerRole.Import && l.LabelVersion == 0
                && db.Items.Any(i => i.Id == l.ItemId && i.ImportId == import.Id))
                .ExecuteUpdateAsync(set => set.SetProperty(l => l.Current, true).SetProperty(l => l.LabelVersion,
                    _ => db.Projects.Where(p => p.Id == import.ProjectId).Select(p => p.LabelVersion).First()), token);
            PoolWriter.SettleImported(db, import);
        }
        project.VisibleImport = import.Id;
        ProjectMoves.Apply(db, project, ProjectMove.Begin, import.CreatedBy, Now);
        AuditTrail.Add(db, time, import.CreatedBy, "import.done", projectId: project.Id,
            after: $"{import.FileName}: {import.Added:N0} added, {import.Bad:N0} bad, {import.Duplicates:N0} duplicates");
        await db.SaveChangesAsync(token);
        await db.Projects.Where(p => p.Id == project.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.ItemCount, p => p.ItemCount + import.Added), token);
        await grown.QueueAsync(db, project.Id, token);
        await SaveProgressAsync(db, token);
        await db.Imports.Where(i => i.Id == import.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.State, WorkState.Done)
            .SetProperty(i => i.Error, (string?)null).SetProperty(i => i.BytesRead, import.Bytes).SetProperty(i => i.FinishedAt, Now),
                token);
    }, cancel);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private ImportIssue Issue(SourceRow source, RowFault fault)
    {
        var excerpt = string.Join(" | ", source.Fields.Where(f => !string.IsNullOrEmpty(f)).Take(5)
            .Select(f => f!.Length > 80 ? f[..80] : f));
        return new ImportIssue
        {
            ImportId = import.Id, Line = source.Line, Column = fault.Column, Code = fault.Code, Reason = fault.Reason.ToJson(),
            Excerpt = excerpt.Length > 80 ? excerpt[..80] : excerpt,
        };
    }

    private Task SaveProgressAsync(AppDbContext db, CancellationToken cancel) =>
        db.Imports.Where(i => i.Id == import.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.BytesRead, import.BytesRead)
            .SetProperty(i => i.Rows, import.Rows)
            .SetProperty(i => i.Added, import.Added).SetProperty(i => i.Bad, import.Bad).SetProperty(i => i.Duplicates, import.Duplicates),
                cancel);

    // asked inside each transaction, so that nothing is written after a cancel or a deletion was answered
    private async Task StillWantedAsync(AppDbContext db, CancellationToken cancel)
    {
        if (!await db.Imports.AnyAsync(i => i.Id == import.Id && !i.CancelRequested
            && db.Projects.Any(p => p.Id == i.ProjectId && p.DeletedAt == null), cancel))
            throw new OperationCanceledException("The import was cancelled.");
    }
}
