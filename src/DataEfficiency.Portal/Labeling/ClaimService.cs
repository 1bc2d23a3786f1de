using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Token">The tab's deck.</param>
/// <param name="Dead">Tokens of this browser's tabs that no longer answer.</param>
/// <param name="Have">Items that the tab holds already, on screen or unsent.</param>
public sealed record ClaimRequest(int ProjectId, string UserId, string Token, IReadOnlyCollection<string> Dead,
    IReadOnlyCollection<long> Have, int Want);

/// <summary>Whose turn it is and what comes next: own open slots, the first 32, the random or the active queue, the other one.</summary>
public sealed class ClaimService(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, QueuePositions positions,
    FigureBook figures, LivingTabs tabs, TimeProvider clock, IOptions<LabelingOptions> options)
{
    private readonly LabelingOptions _settings = options.Value;

    /// <summary>Claims up to <see cref="ClaimRequest.Want"/> slots in one transaction and reads their cards after it.</summary>
    public async Task<IReadOnlyList<Card>> NextAsync(ClaimRequest request, CancellationToken cancellation) =>
        (await ServeAsync(request, cancellation)).Cards;

    /// <returns>The project too, as it was when the cards were claimed: what serving needs of it.</returns>
    internal async Task<(Project Project, IReadOnlyList<Card> Cards)> ServeAsync(ClaimRequest request, CancellationToken cancellation)
    {
        var until = clock.GetUtcNow().ToUnixTimeMilliseconds() + (long)_settings.Lease.TotalMilliseconds;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (request.Want <= 0) return ((await Places(db, request.ProjectId, request.UserId, cancellation)).Project, []);
        // before the transaction: the last answer counts or not, a turn more or less
        var random = (await figures.OfAsync(request.ProjectId, cancellation))?.DecidedBy.GetValueOrDefault(Stratum.Random) ?? 0;
        var (project, slots) = await TakeAsync(finishing: false);
        // mostly there is nothing to finish: that is read before the writers' turn is asked for
        if (slots.Count == 0 && Finishing.IsAll(project)
            && await Finishing.AnyAsync(db, project, request.UserId, clock.GetUtcNow().ToUnixTimeMilliseconds(), cancellation))
            (project, slots) = await TakeAsync(finishing: true);
        return (project, slots.Count == 0 ? [] : await Cards.ReadAsync(db, project, request.UserId, slots, until, cancellation));

        // ahead: a card or two with an answer's receipt, which is shown when both are there; a first deck is many
        Task<(Project, IReadOnlyList<ClaimedSlot>)> TakeAsync(bool finishing) => writes.WriteAsync(
            (write, c) => NextAsync(write, request, random, until, finishing, c), cancellation, ahead: request.Have.Count > 0);
    }

    /// <param name="Project">What serving needs of it: not its texts, which may be long.</param>
    /// <param name="Open">This person's slots without an answer, on a screen or not.</param>
    /// <param name="TestLeft">Something of the test set waits for an answer, and this person has neither given one nor skipped it.</param>
    private sealed record Turn(Project Project, Membership? Member, List<Slot> Open, bool TestLeft);

    // put together once: it is asked for every card
    private static readonly Func<AppDbContext, int, string, CancellationToken, Task<Turn>> Places =
        EF.CompileAsyncQuery((AppDbContext db, int project, string user, CancellationToken cancellation) => (
            from p in db.Projects
            where p.Id == project
            from member in db.Memberships.Where(m => m.ProjectId == p.Id && m.UserId == user).DefaultIfEmpty()
            select new Turn(
                new Project
                {
                    Id = p.Id, State = p.State, NothingNew = p.NothingNew, DeletedAt = p.DeletedAt, VisibleImport = p.VisibleImport,
                    ItemCount = p.ItemCount, RankVersion = p.RankVersion, RankingId = p.RankingId, SchemaVersion = p.SchemaVersion,
                    DrawId = p.DrawId, RandomShare = p.RandomShare, GoldShare = p.GoldShare, GoldLeast = p.GoldLeast,
                    GoldBlocks = p.GoldBlocks, Seed = p.Seed,
                    LabelVersion = p.LabelVersion, SuggestionsShown = p.SuggestionsShown, TaskType = p.TaskType,
                    LeastLabels = p.LeastLabels, MostLabels = p.MostLabels, SpansOverlap = p.SpansOverlap,
                    AnswerLength = p.AnswerLength, AnswerPattern = p.AnswerPattern,
                },
                member,
                db.Slots.Where(s => s.ProjectId == p.Id && s.UserId == user && s.AnswerId == null).ToList(),
                db.Slots.Any(s => s.ProjectId == p.Id && s.AnswerId == null && s.Split > ItemSplit.Pool && s.Split < ItemSplit.Gold
                    && !db.Skips.Any(k => k.ItemId == s.ItemId && k.UserId == user)
                    && !db.Answers.Any(a => a.ItemId == s.ItemId && a.UserId == user && a.Current))))
            .AsNoTracking().Single());

    private async Task<(Project, IReadOnlyList<ClaimedSlot>)> NextAsync(AppDbContext db, ClaimRequest request, int random, long until,
        bool finishing, CancellationToken cancellation)
    {
        var place = await Places(db, request.ProjectId, request.UserId, cancellation);
        var project = place.Project;
        if (project is not { State: ProjectState.Active or ProjectState.Stopped, DeletedAt: null }) return (project, []);
        if (await GoldBar.StopsAsync(db, project, request.UserId, cancellation)) return (project, []);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        // after a stop cards that are on screens are answered, and those that ran out are not begun again
        var open = project.State == ProjectState.Stopped ? place.Open.FindAll(s => s.LeaseUntil >= now) : place.Open;
        var slots = await ResumeAsync(db, request, project, open, now, until, cancellation);
        if (Finishing.IsAll(project) && !finishing) return (project, slots);
        var most = Math.Min(request.Want, slots.Count + Left(place.Open, request.Token, now));
        if (slots.Count < most)
            await ClaimAsync(db, request with { Want = most }, place, random, now, until, slots, cancellation);
        return (project, slots);
    }

    /// <summary>New cards that this person may still hold: three decks of three, so that nobody reserves a pool by opening tabs.</summary>
    private int Left(IReadOnlyList<Slot> open, string token, long now)
    {
        var held = open.Where(s => s.LeaseUntil >= now).ToList();
        var others = held.Select(s => s.Token).Where(t => t != token).Distinct().Count();
        return others >= _settings.DecksOfAPerson ? 0 : _settings.DecksOfAPerson * _settings.DeckSize - held.Count;
    }

    /// <summary>Cards on this person's screens: leases that have not run out.</summary>
    internal static IQueryable<Slot> Held(AppDbContext db, int projectId, string userId, long now) =>
        db.Slots.Where(s => s.ProjectId == projectId && s.UserId == userId && s.AnswerId == null && s.LeaseUntil >= now);

    /// <summary>Own open slots of this tab, of one that died or fell silent, or whose lease ran out come back before anything new, in
    /// the order they were given.</summary>
    private async Task<List<ClaimedSlot>> ResumeAsync(AppDbContext db, ClaimRequest request, Project project,
        IReadOnlyList<Slot> open, long now, long until, CancellationToken cancellation)
    {
        var living = tabs.Of(request.UserId);
        var resumed = open.Where(s => s.ImportId <= project.VisibleImport && !request.Have.Contains(s.ItemId))
            .Where(s => s.Token is null || s.Token == request.Token || s.LeaseUntil < now || request.Dead.Contains(s.Token)
                || living is not null && !living.Contains(s.Token))
            .OrderBy(s => s.LeaseUntil).ThenBy(s => s.Id).Take(request.Want).ToList();
        foreach (var (i, slot) in resumed.Index())
        {
            (slot.LeaseUntil, slot.Token) = (Lease(until, i), request.Token);
            await db.Slots.Where(s => s.Id == slot.Id).ExecuteUpdateAsync(
                s => s.SetProperty(x => x.LeaseUntil, slot.LeaseUntil).SetProperty(x => x.Token, slot.Token), cancellation);
        }
        return resumed.ConvertAll(s => new ClaimedSlot(s.Id, s.ItemId, s.Queue ?? Stratum.Random, s.ActiveRank, s.RandomRank));
    }

    /// <summary>A millisecond more for each card behind: leases in the order of the deck bring it back in that order.</summary>
    internal static long Lease(long until, int place) => until + place;

    private async Task ClaimAsync(AppDbContext db, ClaimRequest request, Turn place, int random, long now, long until,
        List<ClaimedSlot> slots, CancellationToken cancellation)
    {
        var project = place.Project;
        if ((place.Member is { Role: not ProjectRole.Viewer } labels ? labels : await JoinAsync(db, request, now, cancellation))
            is not { } member) return;
        var turns = new Turns(random, place.TestLeft, project.RandomShare);
        var finishes = Finishing.IsAll(project);
        var (sequence, resumed) = (member.Sequence, slots.Count);
        while (slots.Count < request.Want)
        {
            var from = positions.From(project, request.UserId, Stratum.Active, sequence);
            var randomFrom = positions.From(project, request.UserId, Stratum.Random, sequence);
            var sql = finishes ? Finishing.Sql(project) : project.RankVersion == 0 ? ClaimSql.RandomOnly : turns.At(sequence) switch
            {
                Stratum.Test => ClaimSql.TestFirst, Stratum.Random => ClaimSql.RandomFirst, _ => ClaimSql.ActiveFirst,
            };
            var isGold = Turns.IsGold(project, request.UserId, sequence);
            var ask = new SlotRequest(project, request.UserId, request.Token, from, randomFrom, now,
                Lease(until, request.Have.Count + slots.Count));
            var slot = isGold && !finishes ? await ClaimSql.TakeGoldAsync(db, ask, cancellation) : null;
            slot ??= await ClaimSql.TakeAsync(db, sql, ask, cancellation);
            if (slot is null) break;
            if (slot.Queue is Stratum.Active or Stratum.Random)
                positions.Remember(project, request.UserId, slot.Queue, sequence,
                    slot.Queue == Stratum.Active ? slot.ActiveRank : slot.RandomRank);
            slots.Add(slot);
            sequence++;
        }
        if (sequence == member.Sequence) return;
        db.Claims.AddRange(slots.Skip(resumed).Select(s =>
            new ItemClaim { ItemId = s.ItemId, UserId = request.UserId, Queue = s.Queue, At = now }));
        await db.SaveChangesAsync(cancellation);
        await db.Memberships.Where(m => m.ProjectId == project.Id && m.UserId == request.UserId)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Sequence, sequence), cancellation);
    }

    /// <summary>Who labels is a member: an admin from outside, or one who only viewed, joins as lead with the first card.</summary>
    /// <returns>Null: no admin, but somebody whose right to label ended a moment ago.</returns>
    private static async Task<Membership?> JoinAsync(AppDbContext db, ClaimRequest request, long now, CancellationToken cancellation)
    {
        if (!await ProjectAccess.IsAdminAsync(db, request.UserId, cancellation)) return null;
        var member = await db.Memberships.FindAsync([request.ProjectId, request.UserId], cancellation);
        if (member is null)
            db.Add(member = new Membership { ProjectId = request.ProjectId, UserId = request.UserId, CreatedAt = now });
        member.Role = ProjectRole.Lead;
        AuditTrail.Add(db, now, request.UserId, "member.set", after: $"{request.UserId}: {member.Role}", projectId: request.ProjectId);
        await db.SaveChangesAsync(cancellation);
        return member;
    }
}
