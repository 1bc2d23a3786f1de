using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>A project's checks and the next one, as its page shows them. Counts are of items, as the figures have them.</summary>
/// <param name="Rows">The newest first; offers that a newer one has withdrawn are not among them.</param>
/// <param name="Random">Random labels.</param>
/// <param name="Training">Labels that are trained on.</param>
/// <param name="TestGiven">Labels of the test set, and how many of it are still open.</param>
/// <param name="NextStep">Random labels at which the next check comes by itself.</param>
/// <param name="Placed">Training labels at which the forecast would measure next; null: it has no check yet.</param>
/// <param name="RanksBy">The check whose kept model has ranked the pool; null: the project's own has.</param>
public sealed record ChecksView(IReadOnlyList<Storage.Check> Rows, int Random, int Training, int TestGiven, int TestOpen,
    int NextStep, int? Placed, int? RanksBy = null)
{
    /// <summary>Ids of checks whose answer texts are others now.</summary>
    public IReadOnlySet<int> OldWording { get; init; } = new HashSet<int>();

    public static readonly ChecksView Empty = new([], 0, 0, 0, 0, CheckPoints.NextAt(0), null);

    /// <summary>Waits for the lead.</summary>
    public Storage.Check? Offer => Rows.FirstOrDefault(c => c.IsOffered);

    public Storage.Check? UnderWay => Rows.LastOrDefault(c => c.IsUnderWay);

    public Storage.Check? NewestPoint => Rows.FirstOrDefault(c => c.Share is not null);

    public bool TestIsWhole => TestGiven > 0 && TestOpen == 0;

    /// <summary>What comes next by itself: the placed one where there is a test set to score it, else the next doubling.</summary>
    public (CheckReason Reason, int Step) Next =>
        Placed is { } at && at > Training && TestIsWhole ? (CheckReason.Placed, at) : (CheckReason.Doubling, NextStep);

    public static async Task<ChecksView> ReadAsync(AppDbContext db, Project project, ProjectFigures figures,
        CancellationToken cancellation)
    {
        var rows = await db.Checks.AsNoTracking().Include(c => c.Job).Where(c => c.ProjectId == project.Id).OrderByDescending(c => c.Id)
            .ToListAsync(cancellation);
        var open = await TestSet.Open(db, project.Id).CountAsync(cancellation);
        var gold = project.GoldIsTest
            ? await db.Items.CountAsync(i => i.ProjectId == project.Id && i.Split == ItemSplit.Gold, cancellation) : 0;
        var (random, test) = (figures.DecidedBy.GetValueOrDefault(Stratum.Random), figures.DecidedBy.GetValueOrDefault(Stratum.Test));
        var placed = rows.Any(c => c.Share is not null) ? CheckList.NextPlaced(db, project.Id) : null;
        return new([.. rows.Where(c => c.SkippedAt is null)], random, figures.Decided - test, test + gold, open,
            CheckPoints.NextAt(Math.Max(CheckList.Taken(rows, CheckReason.Doubling), random)),
            placed > CheckList.Taken(rows, CheckReason.Placed) ? placed : null,
            await db.Rankings.Where(r => r.Id == project.RankingId).Select(r => r.CheckId).SingleOrDefaultAsync(cancellation))
        {
            OldWording = await Checks.OldWording.ReadAsync(db, project, rows, cancellation),
        };
    }
}
