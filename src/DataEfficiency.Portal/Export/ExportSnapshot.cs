using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Table;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.TrackRecords;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace DataEfficiency.Portal.Export;

/// <summary>One label with its item, as exports show it.</summary>
public sealed record LabelRow(long ItemId, int Line, string? ExternalId, string Text, string? Parts, string? Gold, string? RightAnswers,
    double? Confidence,
    string? ModelAnswer, long AnswerId, string Answer, Stratum Stratum, bool Surplus, string UserId, long CreatedAt, int ActiveMilliseconds,
    int Revision, string AnswerJson, int? LabelId, AnswerRole Role, Final? Final)
{
    /// <summary>The answer, as far as its kind of task reads it.</summary>
    public Answer Given => new() { Id = AnswerId, ItemId = ItemId, AnswerJson = AnswerJson, LabelId = LabelId, AnswerText = Answer };
}

/// <param name="Places">How many people are asked for it.</param>
public sealed record ItemLine(Item Item, int Places, Final? Final);

/// <summary>A stored forecast and how it was made; null where it failed.</summary>
public sealed record HistoryLine(StoredEstimate Row, ForecastHow? How);

/// <summary>
/// A project as it was at one moment (one label version), however long the export takes: a read transaction, which in WAL mode
/// keeps nobody from writing.
/// </summary>
public sealed class ExportSnapshot : IAsyncDisposable
{
    private readonly AppDbContext db;
    private readonly IDbContextTransaction transaction;
    private IQueryable<Item>? _items;

    private ExportSnapshot(AppDbContext db, IDbContextTransaction transaction) => (this.db, this.transaction) = (db, transaction);

    public Project Project { get; private set; } = default!;
    public IReadOnlyList<Label> Answers { get; private set; } = [];
    public int LabelCount { get; private set; }

    /// <summary>Of a file, without its ending: the project's, as far as file systems take it.</summary>
    public string FileName
    {
        get
        {
            var name = new string([.. Project.Name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c : ' ')]);
            var words = string.Join('-', name.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            return words.Length switch { 0 => $"project-{Project.Id}", > 60 => words[..60], _ => words };
        }
    }

    /// <summary>User id to the name shown.</summary>
    public IReadOnlyDictionary<string, string> Names { get; private set; } = new Dictionary<string, string>();

    /// <returns>Null where there is no such project.</returns>
    public static async Task<ExportSnapshot?> OpenAsync(IDbContextFactory<AppDbContext> contexts, int projectId, CancellationToken cancel)
    {
        var db = await contexts.CreateDbContextAsync(cancel);
        try
        {
            var transaction = await ReadSnapshot.BeginAsync(db, cancel);
            var snapshot = new ExportSnapshot(db, transaction);
            if (await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null,
                cancel) is not { } project)
            {
                await snapshot.DisposeAsync();
                return null;
            }
            snapshot.Project = project;
            snapshot.Answers = await db.Labels.AsNoTracking().Where(l => l.ProjectId == projectId).OrderBy(l => l.Order)
                .ThenBy(l => l.Id).ToListAsync(cancel);
            snapshot.LabelCount = await snapshot.Current().CountAsync(cancel);
            snapshot.Names = await db.Users.Where(u => db.Answers.Any(l => l.ProjectId == projectId && l.UserId == u.Id)
                || db.Skips.Any(s => s.ProjectId == projectId && s.UserId == u.Id)
                || db.Memberships.Any(m => m.ProjectId == projectId && m.UserId == u.Id)).ToNamesAsync(cancel);
            return snapshot;
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>All current labels in the order of their items, streamed.</summary>
    public IAsyncEnumerable<LabelRow> RowsAsync() =>
        (from l in Current() join i in db.Items.AsNoTracking() on l.ItemId equals i.Id
         join s in db.ItemScores.AsNoTracking().Where(s => s.RankingId == Project.RankingId) on i.Id equals s.ItemId into scores
         from score in scores.DefaultIfEmpty()
         join f in db.Finals.AsNoTracking() on l.ItemId equals f.ItemId into finals from final in finals.DefaultIfEmpty()
         orderby l.ItemId, l.Id
         select new LabelRow(i.Id, i.Line, i.ExternalId, i.Text, i.Parts, i.Gold, i.RightAnswers,
             (double?)score.Confidence, score.ModelAnswer, l.Id, l.AnswerText, l.Stratum, l.Surplus, l.UserId, l.CreatedAt,
             l.ActiveMilliseconds, l.Revision, l.AnswerJson, l.LabelId, l.Role, final)).AsAsyncEnumerable();

    /// <summary>The same, item by item.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LabelRow>> ItemsAsync()
    {
        List<LabelRow> item = [];
        await foreach (var row in RowsAsync())
        {
            if (item.Count > 0 && item[0].ItemId != row.ItemId)
            {
                yield return item;
                item = [];
            }
            item.Add(row);
        }
        if (item.Count > 0) yield return item;
    }

    /// <summary>From here on its items are those that a filter finds, still in the order of the file.</summary>
    /// <returns>How many they are.</returns>
    public async Task<int> NarrowAsync(ItemFilter filter, CancellationToken cancel) =>
        await (_items = await ItemTable.FilteredAsync(db, Project.Id, filter, cancel)).CountAsync(cancel);

    /// <summary>Every visible item in the order of the ids, answered or not.</summary>
    public IAsyncEnumerable<ItemLine> AllItemsAsync() => (_items ?? db.Items.AsNoTracking()
        .Where(i => i.ProjectId == Project.Id && i.ImportId <= Project.VisibleImport && !i.Deleted)).OrderBy(i => i.Id)
        .Select(i => new ItemLine(i, db.Slots.Count(s => s.ItemId == i.Id), db.Finals.FirstOrDefault(f => f.ItemId == i.Id)))
        .AsAsyncEnumerable();

    /// <summary>Every current answer in the order of the items, those of items that were taken out too.</summary>
    public IAsyncEnumerable<Answer> AllAnswersAsync() => db.Answers.AsNoTracking()
        .Where(a => a.ProjectId == Project.Id && a.Current).OrderBy(a => a.ItemId).ThenBy(a => a.Id).AsAsyncEnumerable();

    /// <summary>Every stored forecast. Payloads are read one by one and not held.</summary>
    public async Task<List<HistoryLine>> EstimatesAsync(CancellationToken cancel)
    {
        var rows = db.Estimates.AsNoTracking().Where(e => e.ProjectId == Project.Id).OrderBy(e => e.Id).Select(e => new StoredEstimate
        {
            Payload = e.Payload,
            Id = e.Id, LabelVersion = e.LabelVersion, LabelCount = e.LabelCount, FirstCount = e.FirstCount, Model = e.Model,
            AdapterSeed = e.AdapterSeed, CosLow = e.CosLow, StandardError = e.StandardError,
            PReach = e.PReach, Median = e.Median, Low80 = e.Low80, High80 = e.High80, Error = e.Error,
            DurationMilliseconds = e.DurationMilliseconds, CreatedAt = e.CreatedAt,
        });
        List<HistoryLine> lines = [];
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancel))
        {
            var how = row.Payload is { } payload ? ForecastHow.Of(EstimatePayload.Read(payload)) : null;
            row.Payload = null;
            lines.Add(new(row, how));
        }
        return lines;
    }

    /// <summary>Payload of the newest estimate that did not fail.</summary>
    public Task<string?> NewestPayloadAsync(CancellationToken cancel) =>
        db.Estimates.Where(e => e.ProjectId == Project.Id && e.Error == null).OrderByDescending(e => e.Id).Select(e => e.Payload)
            .FirstOrDefaultAsync(cancel);

    public async Task<ProjectFigures> FiguresAsync(CancellationToken cancel) =>
        await FigureRows.ReadAsync(db, new First32(), Project.Id, cancel) ?? ProjectFigures.Empty(Project.Id);

    public Task<List<Check>> ChecksAsync(CancellationToken cancel) => db.Checks.AsNoTracking().Include(c => c.Job)
        .Where(c => c.ProjectId == Project.Id).OrderBy(c => c.Id).ToListAsync(cancel);

    /// <summary>Forecasts beside what was measured after them, as many as the sheet shows and one more.</summary>
    public async Task<List<TrackPair>> TrackAsync(CancellationToken cancel)
    {
        List<TrackPair> pairs = [];
        await foreach (var pair in TrackReader.PairsAsync(db, Project.Id, cancel))
        {
            pairs.Add(pair);
            if (pairs.Count > TrackSheet.MostPairs) break;
        }
        return pairs;
    }

    public Task<GoldTexts> GoldAsync(CancellationToken cancel) => GoldTexts.OfAsync(db, Project, cancel);

    public Task<ProjectAgreement> AgreementAsync(CancellationToken cancel) => AgreementReader.ReadAsync(db, Project, cancel);

    /// <summary>What reviewers decided.</summary>
    public Task<IReadOnlyList<ReviewRow>> ReviewsAsync(CancellationToken cancel) => ReviewRow.ReadAsync(db, Project, Answers, cancel);

    /// <summary>Skips with their reasons, flags and notes.</summary>
    public Task<IReadOnlyList<SpokenRow>> SpokenAsync(CancellationToken cancel) => SpokenRow.ReadAsync(db, Project.Id, cancel);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await db.DisposeAsync();
    }

    private IQueryable<Answer> Current() => db.Answers.AsNoTracking().Where(l => l.ProjectId == Project.Id && l.Current
        && !db.Items.Any(i => i.Id == l.ItemId && i.Deleted));
}
