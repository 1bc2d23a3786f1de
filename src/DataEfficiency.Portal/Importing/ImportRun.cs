// One import from the first row to the flip. Every transaction is short (a chunk of rows, a chunk of places), so that labeling goes on
// beside it; nothing of it is visible before the last one, which sets Project.VisibleImport.
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

internal sealed class ImportRun(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, UploadStore uploads, IPoolGrown grown,
    JobTurn turn, TimeProvider time)
{
    private readonly ChunkSize chunk = new(writes, time);
    private Import import = new();
    private RowChecks checks = default!;
    private int issuesStored;
    /// <summary>As it was when the items got their places; null: an earlier try has placed them.</summary>
    private Project? _placedFor;
    // whose answers the file brings, as far as they are stored as people
    private HashSet<string> people = [];

    /// <summary>Runs the import to its end: from the first row, or behind the last one that an earlier try has stored.</summary>
    /// <exception cref="ImportException">The file, as a whole, cannot be imported.</exception>
    /// <exception cref="JobCancelledException">Cancelled, or the project is gone.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancel))
        {
            import = await db.Imports.AsNoTracking().SingleAsync(i => i.JobId == turn.Job.Id, cancel);
            var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == import.ProjectId, cancel);
            var mapping = ColumnMapping.FromJson(turn.Job.Payload).ReadAs(project.Kind());
            var definitions = await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancel);
            checks = new RowChecks(mapping, project, new AnswerSet(project.Kind(), definitions, mapping.Values),
                await KnownTexts.LoadAsync(db, import, cancel),
                await db.Answers.CountAsync(a => db.Items.Any(i => i.Id == a.ItemId && i.ImportId == import.Id), cancel)
                    + await db.Skips.CountAsync(s => db.Items.Any(i => i.Id == s.ItemId && i.ImportId == import.Id), cancel));
            people = await ExternalAnnotator.Of(db, import.Id).Select(u => u.Id).ToHashSetAsync(cancel);
            issuesStored = await db.ImportIssues.CountAsync(i => i.ImportId == import.Id, cancel);
        }
        if (checks.Mapping.HasRowPerAnswer)
        {
            using var reader = Open();
            checks.Later = LaterRows.Of(reader, new RowMapper(checks.Mapping, reader), cancel);
        }
        await ReadAsync(cancel);
        if (import.Added == 0) throw new ImportException(import.Rows == 0 ? ImportingWords.FileHasNoRows
            : ImportingWords.NoRowCanBeImported(import.Rows));
        if (checks.Mapping.AllOrNothing && import.Bad > 0)
            throw new ImportException(ImportingWords.AllOrNothingFailed(bad: import.Bad, rows: import.Rows));
        await PlaceAsync(cancel);
        await FlipAsync(cancel);
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        using var reader = Open();
        var mapper = new RowMapper(checks.Mapping, reader);
        var read = new List<ReadRow>(ImportLimits.ChunkRows);
        var before = import.Rows;
        foreach (var (index, source) in reader.Rows().Index())
        {
            // read all the same: what a row is may depend on those before it
            if (index < before) continue;
            if (++import.Rows > ImportLimits.Rows)
                throw new ImportException(ImportingWords.FileMoreThanRowsSplit(ImportLimits.Rows));
            var (row, fault) = checks.Check(mapper.Map(source), import);
            read.Add(new(row, fault is null ? null : Issue(source, fault), import.Rows, import.Bad, import.Duplicates));
            if (read.Count >= chunk.Rows) await WriteAsync();
        }
        while (read.Count > 0) await WriteAsync();

        // what waits, or its beginning
        async Task WriteAsync()
        {
            var bytes = Math.Min(reader.BytesRead, import.Bytes);
            var fresh = read.SelectMany(r => r.Row?.Given ?? []).Select(g => g.Said.By).Distinct()
                .Where(name => !people.Contains(ExternalAnnotator.IdOf(import.Id, name))).ToList();
            if (people.Count + fresh.Count > ImportLimits.People)
                throw new ImportException(ImportingWords.TooManyPeople(ImportLimits.People));
            chunk.Write();
            var (count, added, issues) = await writes.WriteAsync(async (db, token) =>
            {
                await turn.GoOnAsync(db, token);
                ExternalAnnotator.Add(db, import, fresh, Now);
                await db.SaveChangesAsync(token);
                var count = PoolWriter.AddItems(db, import, checks.Kind, read.Select(r => r.Row), Now, chunk.GivesWay);
                var issues = read.Take(count).Select(r => r.Issue).OfType<ImportIssue>()
                    .Take(Math.Max(0, ImportLimits.StoredIssues - issuesStored)).ToList();
                db.ImportIssues.AddRange(issues);
                await db.SaveChangesAsync(token);
                var (last, added) = (read[count - 1], import.Added + read.Take(count).Count(r => r.Row is not null));
                await SaveCountsAsync(db, last.Rows, added, last.Bad, last.Duplicates, token);
                await turn.ShowAsync(db, bytes, import.Bytes, gotOn: true, token);
                return (count, added, issues.Count);
            }, cancel);
            import.Added = added;
            issuesStored += issues;
            people.UnionWith(fresh.Select(name => ExternalAnnotator.IdOf(import.Id, name)));
            read.RemoveRange(0, count);
        }
    }

    private IRowReader Open() => RowReaders.Open(uploads.Open(Guid.Parse(import.StoredName)), checks.Mapping.Format);

    private async Task PlaceAsync(CancellationToken cancel)
    {
        List<(long Id, ItemSplit Split, bool IsPlaced)> items;
        Project project;
        await using (var db = await contexts.CreateDbContextAsync(cancel))
        {
            project = _placedFor = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == import.ProjectId, cancel);
            items = (await db.Items.Where(i => i.ImportId == import.Id).OrderBy(i => i.Id)
                .Select(i => new { i.Id, i.Split, IsPlaced = db.Slots.Any(s => s.ItemId == i.Id) }).ToListAsync(cancel))
                .ConvertAll(i => (i.Id, i.Split, i.IsPlaced));
        }
        // numbers of its own for each import: its items mix into the order of those that are there, and every beginning of the order stays
        // a random sample
        var random = new SplitMix64(unchecked((ulong)project.Seed * 0x9E3779B97F4A7C15 + (ulong)import.Id));
        for (int at = 0, count; at < items.Count; at += count)
        {
            count = Math.Min(chunk.Rows, items.Count - at);
            // every item draws its number, placed by an earlier try or not: the order is one, however often it was cut off
            var placed = items.GetRange(at, count)
                .Select(item => (item.IsPlaced, Item: new PlacedItem(item.Id, (int)(random.Next() >> 33), item.Split)))
                .Where(item => !item.IsPlaced).Select(item => item.Item).ToList();
            if (placed.Count == 0) continue;
            var given = await AnswersAsync(placed[0].Id, placed[^1].Id);
            while (placed.Count > 0)
            {
                chunk.Write();
                placed.RemoveRange(0, await writes.WriteAsync(async (db, token) =>
                {
                    await turn.GoOnAsync(db, token);
                    var done = placed[..PoolWriter.PlaceItems(db, import, checks.Kind, placed, given, chunk.GivesWay)];
                    if (project.OverlapShare > 0 || done.Exists(i => i.Split != ItemSplit.Pool))
                        await SlotSql.FitAsync(db, project, done.Select(i => i.Id), token);
                    await turn.ShowAsync(db, import.Bytes, import.Bytes, gotOn: true, token);
                    return done.Count;
                }, cancel));
            }
        }

        async Task<ILookup<long, Answer>> AnswersAsync(long from, long to)
        {
            if (checks.Labels == 0) return Array.Empty<Answer>().ToLookup(a => a.ItemId);
            await using var db = await contexts.CreateDbContextAsync(cancel);
            return (await db.Answers.AsNoTracking().Where(a => a.ItemId >= from && a.ItemId <= to
                && db.Items.Any(i => i.Id == a.ItemId && i.ImportId == import.Id)).OrderBy(a => a.Id).ToListAsync(cancel))
                .ToLookup(a => a.ItemId);
        }
    }

    /// <summary>The last small transaction: from here on everybody sees the whole import.</summary>
    private Task FlipAsync(CancellationToken cancel) => writes.WriteAsync(async (db, token) =>
    {
        await turn.GoOnAsync(db, token);
        var project = await db.Projects.SingleAsync(p => p.Id == import.ProjectId, token);
        if (checks.Labels > 0)
        {
            await LabelVersions.AdvanceAsync(db, project.Id, token);
            await db.Answers.Where(l => l.ProjectId == project.Id && l.LabelVersion == 0
                && db.Items.Any(i => i.Id == l.ItemId && i.ImportId == import.Id))
                .ExecuteUpdateAsync(set => set.SetProperty(l => l.Current, true).SetProperty(l => l.LabelVersion,
                    _ => db.Projects.Where(p => p.Id == import.ProjectId).Select(p => p.LabelVersion).First()), token);
            await PoolWriter.ShowAsync(db, import, token);
        }
        project.VisibleImport = import.Id;
        // settings that changed meanwhile
        if (_placedFor is { } then && (then.OverlapShare, then.OverlapAnswers) != (project.OverlapShare, project.OverlapAnswers))
            OverlapWork.Queue(db, project.Id, Now);
        ProjectMoves.Apply(db, project, ProjectMove.Begin, import.CreatedBy, Now);
        AuditTrail.Add(db, time, import.CreatedBy, "import.done", projectId: project.Id,
            after: $"{import.FileName}: {import.Added:N0} added, {import.Bad:N0} bad, {import.Duplicates:N0} duplicates");
        await db.SaveChangesAsync(token);
        await db.Projects.Where(p => p.Id == project.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.ItemCount, p => p.ItemCount + import.Added), token);
        await TestSet.DrawAsync(db, project, token);
        await grown.QueueAsync(db, project.Id, token);
        await SaveCountsAsync(db, import.Rows, import.Added, import.Bad, import.Duplicates, token);
        await WebhookOutbox.AddAsync(db, project, WebhookEvents.ImportDone, Now, () => new
        {
            import = import.Id, added = import.Added, bad = import.Bad, duplicates = import.Duplicates,
        }, token);
        await turn.ShowAsync(db, import.Bytes, import.Bytes, gotOn: true, token);
        await turn.EndAsync(db, token);
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

    private Task SaveCountsAsync(AppDbContext db, int rows, int added, int bad, int duplicates, CancellationToken cancel) =>
        db.Imports.Where(i => i.Id == import.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.Rows, rows)
            .SetProperty(i => i.Added, added).SetProperty(i => i.Bad, bad).SetProperty(i => i.Duplicates, duplicates), cancel);

    /// <summary>A row of the file, and the counts behind it.</summary>
    private sealed record ReadRow(PoolRow? Row, ImportIssue? Issue, int Rows, int Bad, int Duplicates);
}
