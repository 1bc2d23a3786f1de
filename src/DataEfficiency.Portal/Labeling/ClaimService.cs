using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <param name="Token">The tab's deck.</param>
/// <param name="Dead">Tokens of this browser's tabs that no longer answer.</param>
/// <param name="Have">Items that the tab holds already, on screen or unsent.</param>
public sealed record ClaimRequest(int ProjectId, string UserId, string Token, IReadOnlyCollection<string> Dead,
    IReadOnlyCollection<long> Have, int Want);

/// <summary>Whose turn it is and what comes next: own open slots, the first 32, the random or the active queue, the other one.</summary>
public sealed class ClaimService(WriteQueue writes, QueuePositions positions, LivingTabs tabs, TimeProvider clock, IOptions<LabelingOptions> options)
{
    private readonly LabelingOptions settings = options.Value;

    /// <summary>Claims up to <see cref="ClaimRequest.Want"/> slots in one transaction and reads their cards.</summary>
    public Task<IReadOnlyList<Card>> NextAsync(ClaimRequest request, CancellationToken cancellation) => request.Want <= 0
        ? Task.FromResult<IReadOnlyList<Card>>([])
        : writes.WriteAsync((db, c) => NextAsync(db, request, c), cancellation);

    /// <summary>Whose turn the random queue has at claim number <paramref name="sequence"/> (from 0).</summary>
    internal static bool RandomTurn(int sequence, double share) => Math.Floor((sequence + 1) * share) > Math.Floor(sequence * share);

    private async Task<IReadOnlyList<Card>> NextAsync(AppDbContext db, ClaimRequest request, CancellationToken cancellation)
    {
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == request.ProjectId, cancellation);
        if (project is not { State: ProjectState.Active, DeletedAt: null }) return [];
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var until = now + (long)settings.Lease.TotalMilliseconds;

        var slots = await ResumeAsync(db, request, project, now, until, cancellation);
        var most = Math.Min(request.Want, slots.Count + await LeftAsync(db, request, now, cancellation));
        if (slots.Count < most) await ClaimAsync(db, request with { Want = most }, project, now, until, slots, cancellation);
        return await Cards.ReadAsync(db, project, request.UserId, slots, until, cancellation);
    }

    /// <summary>New cards that this person may still hold: three decks of three, so that nobody reserves a pool by opening tabs.</summary>
    private async Task<int> LeftAsync(AppDbContext db, ClaimRequest request, long now, CancellationToken cancellation)
    {
        var held = await Held(db, request.ProjectId, request.UserId, now).Select(s => s.Token).ToListAsync(cancellation);
        var others = held.Where(t => t != request.Token).Distinct().Count();
        return others >= settings.DecksOfAPerson ? 0 : settings.DecksOfAPerson * settings.DeckSize - held.Count;
    }

    /// <summary>Cards on this person's screens: leases that have not run out.</summary>
    internal static IQueryable<Slot> Held(AppDbContext db, int projectId, string userId, long now) =>
        db.Slots.Where(s => s.ProjectId == projectId && s.UserId == userId && s.AnswerId == null && s.LeaseUntil >= now);

    /// <summary>Own open slots of this tab, of one that died or fell silent, or whose lease ran out come back before anything new, in the order they
    /// were given.</summary>
    private async Task<List<ClaimedSlot>> ResumeAsync(AppDbContext db, ClaimRequest request, Project project, long now, long until,
        CancellationToken cancellation)
    {
        var living = tabs.Of(request.UserId);
        var slots = await db.Slots
            .Where(s => s.ProjectId == project.Id && s.UserId == request.UserId && s.AnswerId == null
                && s.ImportId <= project.VisibleImport)
            .Where(s => s.Token == null || s.Token == request.Token || s.LeaseUntil < now || request.Dead.Contains(s.Token)
                || living != null && !living.Contains(s.Token))
            .Where(s => !request.Have.Contains(s.ItemId))
            .OrderBy(s => s.LeaseUntil).ThenBy(s => s.Id).Take(request.Want)
            .Select(s => new ClaimedSlot(s.Id, s.ItemId, s.Queue ?? Stratum.Random)).ToListAsync(cancellation);
        for (var i = 0; i < slots.Count; i++)
        {
            var (id, lease) = (slots[i].Id, Lease(until, i));
            await db.Slots.Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.LeaseUntil, lease)
                .SetProperty(x => x.Token, request.Token), cancellation);
        }
        return slots;
    }

    /// <summary>A millisecond more for each card behind: leases in the order of the deck bring it back in that order.</summary>
    internal static long Lease(long until, int place) => until + place;

    private async Task ClaimAsync(AppDbContext db, ClaimRequest request, Project project, long now, long until, List<ClaimedSlot> slots,
        CancellationToken cancellation)
    {
        var member = await MemberAsync(db, request, now, cancellation);
        var (sequence, resumed) = (member.Sequence, slots.Count);
        while (slots.Count < request.Want)
        {
            var parameters = Parameters(request, project, now, Lease(until, request.Have.Count + slots.Count));
            Task<ClaimedSlot?> Random() => TakeAsync(db, ClaimSql.Random, Stratum.Random, parameters, cancellation);
            // an unranked pool has no active order worth the name
            Task<ClaimedSlot?> Active() => project.RankVersion == 0 ? Task.FromResult<ClaimedSlot?>(null)
                : TakeActiveAsync(db, request, project, sequence, parameters, cancellation);

            var slot = project.DrawId is null ? null
                : await TakeAsync(db, ClaimSql.First32, Stratum.First32, [.. parameters, new("@draw", project.DrawId)], cancellation);
            slot ??= RandomTurn(sequence, project.RandomShare) ? await Random() ?? await Active() : await Active() ?? await Random();
            if (slot is null) break;
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

    /// <summary>Who labels is a member: an admin from outside joins as lead with the first card.</summary>
    private static async Task<Membership> MemberAsync(AppDbContext db, ClaimRequest request, long now, CancellationToken cancellation)
    {
        var member = await db.Memberships.AsNoTracking().SingleOrDefaultAsync(
            m => m.ProjectId == request.ProjectId && m.UserId == request.UserId, cancellation);
        if (member is not null) return member;
        member = new Membership { ProjectId = request.ProjectId, UserId = request.UserId, Role = ProjectRole.Lead, CreatedAt = now };
        db.Add(member);
        await db.SaveChangesAsync(cancellation);
        return member;
    }

    private async Task<ClaimedSlot?> TakeActiveAsync(AppDbContext db, ClaimRequest request, Project project, int sequence,
        SqliteParameter[] parameters, CancellationToken cancellation)
    {
        var from = positions.From(project.Id, request.UserId, project.RankVersion, sequence);
        var slot = await TakeAsync(db, ClaimSql.Active, Stratum.Active, [.. parameters, From(from)], cancellation);
        if (slot is null && from > 0)
            slot = await TakeAsync(db, ClaimSql.Active, Stratum.Active, [.. parameters, From(0)], cancellation);
        if (slot is null) return null;
        var rank = await db.Slots.Where(s => s.Id == slot.Id).Select(s => s.ActiveRank).SingleAsync(cancellation);
        positions.Remember(project.Id, request.UserId, project.RankVersion, rank);
        return slot;
    }

    private static async Task<ClaimedSlot?> TakeAsync(AppDbContext db, string sql, Stratum queue, SqliteParameter[] parameters,
        CancellationToken cancellation) =>
        // RETURNING cannot be composed, so the list is read whole (one row at most)
        (await db.Database.SqlQueryRaw<ClaimedSlot>(sql, [.. parameters, new SqliteParameter("@q", (int)queue)]).ToListAsync(cancellation))
            .SingleOrDefault();

    // a literal 0 as second argument would be taken for a type
    private static SqliteParameter From(int rank) => new() { ParameterName = "@from", Value = rank };

    private static SqliteParameter[] Parameters(ClaimRequest request, Project project, long now, long until) =>
    [
        new("@p", project.Id), new("@u", request.UserId), new("@t", request.Token), new("@now", now), new("@until", until),
            new("@visible", project.VisibleImport),
    ];
}
