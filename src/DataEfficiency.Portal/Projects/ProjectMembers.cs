using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

public sealed record ProjectMember(string UserId, string Name, string UserName, ProjectRole Role, int Labels);

/// <summary>
/// Who works on a project, and the only way to change it: the rules (a lead asks, one lead stays, cards go back, the audit knows) hold
/// inside the change's own transaction, so that two leads at once cannot undo each other's.
/// </summary>
public sealed class ProjectMembers(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, RightsChanges rights, FigureBook figures,
    TimeProvider time)
{
    private static string? NoLead() => ProjectsWords.NotItsLead;

    public async Task<IReadOnlyList<ProjectMember>> ListAsync(int projectId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await (from m in db.Memberships
                      where m.ProjectId == projectId
                      join u in db.Users on m.UserId equals u.Id
                      orderby m.Role == ProjectRole.Lead ? 0 : m.Role == ProjectRole.Reviewer ? 1 : m.Role == ProjectRole.Annotator ? 2 : 3,
                          u.DisplayName
                      select new ProjectMember(u.Id, u.DisplayName, u.UserName!, m.Role,
                          db.Answers.Count(l => l.ProjectId == projectId && l.UserId == u.Id && l.Current))).ToListAsync(cancel);
    }

    /// <summary>Active people who are no members yet and whom the asking person knows: an admin everybody, a lead those of own
    /// projects.</summary>
    public async Task<IReadOnlyList<AppUser>> OthersAsync(ClaimsPrincipal by, int projectId, CancellationToken cancel = default)
    {
        var id = by.PersonId();
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var all = await ProjectAccess.IsAdminAsync(db, id, cancel);
        var led = ProjectAccess.Led(db, id);
        return await db.Users.AsNoTracking()
            .Where(u => u.DeactivatedAt == null && !db.Memberships.Any(m => m.ProjectId == projectId && m.UserId == u.Id))
            .Where(u => all || db.Memberships.Any(m => m.UserId == u.Id && led.Contains(m.ProjectId)))
            .OrderBy(u => u.DisplayName).ToListAsync(cancel);
    }

    /// <summary>Adds the person who signs in by exactly this name, or changes their role. Returns why not, or null.</summary>
    public async Task<string?> AddAsync(ClaimsPrincipal by, int projectId, string userName, ProjectRole role, CancellationToken cancel =
        default)
    {
        var name = userName.Trim().ToUpperInvariant();
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var found = await db.Users.Where(u => u.NormalizedUserName == name && u.DeactivatedAt == null).Select(u => u.Id)
            .FirstOrDefaultAsync(cancel);
        return found is null ? ProjectsWords.NobodyOfThatName(userName.Trim())
            : await SetAsync(by, projectId, found, role, cancel);
    }

    /// <summary>Adds a person or changes the role. Returns why not, or null.</summary>
    public async Task<string?> SetAsync(ClaimsPrincipal by, int projectId, string userId, ProjectRole role, CancellationToken cancel =
        default)
    {
        if (!Enum.IsDefined(role)) return ProjectsWords.NoSuchRole($"{(int)role}");
        var changed = false;
        var refusal = await writes.WriteAsync(Right.Lead(by.PersonId(), projectId), async (db, token) =>
        {
            if (!await db.Users.AnyAsync(u => u.Id == userId && u.DeactivatedAt == null, token)) return ProjectsWords.PersonGone;
            var member = await db.Memberships.FirstOrDefaultAsync(m => m.ProjectId == projectId && m.UserId == userId, token);
            if (member?.Role == role) return null;
            var before = member is null ? null : $"{userId}: {member.Role}";
            if (member is null)
            {
                db.Memberships.Add(new Membership { ProjectId = projectId, UserId = userId, Role = role, CreatedAt = Now });
            }
            else
            {
                if (await IsLastLeadAsync(db, member, token)) return LastLead;
                member.Role = role;
                changed = true;
                await RightsChanges.EndOpenAsync(db, userId, Now, token);
            }
            AuditTrail.Add(db, time, by.PersonId()!, "member.set", before, $"{userId}: {role}", projectId);
            await db.SaveChangesAsync(token);
            if (changed && !role.MayLabel()) await TakeCardsBackAsync(db, projectId, userId, token);
            return (string?)null;
        }, cancel, NoLead);
        if (changed) rights.Announce(userId);
        return refusal;
    }

    /// <summary>Those whom the gold items have stopped.</summary>
    public async Task<IReadOnlySet<string>> StoppedByGoldAsync(Project project, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await GoldBar.StoppedAsync(db, project, db.Memberships, cancel);
    }

    /// <summary>Lets a person go on whom the gold items have stopped: they begin to count anew. Returns why not, or null.</summary>
    public Task<string?> LetGoOnAsync(ClaimsPrincipal by, int projectId, string userId, CancellationToken cancel = default) =>
        writes.WriteAsync(Right.Lead(by.PersonId(), projectId), async (db, token) =>
        {
            var now = Now;
            await db.Memberships.Where(m => m.ProjectId == projectId && m.UserId == userId)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.GoldSince, now), token);
            AuditTrail.Add(db, time, by.PersonId()!, "member.goesOn", after: userId, projectId: projectId);
            await db.SaveChangesAsync(token);
            return (string?)null;
        }, cancel, NoLead);

    /// <summary>Takes a person off the project: labels stay, cards held go back. Returns why not, or null.</summary>
    public async Task<string?> RemoveAsync(ClaimsPrincipal by, int projectId, string userId, CancellationToken cancel = default)
    {
        var refusal = await writes.WriteAsync(Right.Lead(by.PersonId(), projectId), async (db, token) =>
        {
            var member = await db.Memberships.FirstOrDefaultAsync(m => m.ProjectId == projectId && m.UserId == userId, token);
            if (member is null) return null;
            if (await IsLastLeadAsync(db, member, token)) return LastLead;
            db.Memberships.Remove(member);
            await RightsChanges.EndOpenAsync(db, userId, Now, token);
            AuditTrail.Add(db, time, by.PersonId()!, "member.removed", $"{userId}: {member.Role}", projectId: projectId);
            await db.SaveChangesAsync(token);
            await TakeCardsBackAsync(db, projectId, userId, token);
            return (string?)null;
        }, cancel, NoLead);
        if (refusal is null) rights.Announce(userId);
        return refusal;
    }

    /// <summary>Who labels no more holds no cards; where only one labels on, one skip of an item of the first 32 is enough.</summary>
    private async Task TakeCardsBackAsync(AppDbContext db, int projectId, string userId, CancellationToken cancel)
    {
        await LeaseService.FreeAsync(db.Slots.Where(s => s.ProjectId == projectId && s.UserId == userId && s.AnswerId == null), cancel);
        await First32.GiveUpAsync(db, projectId, cancel);
        db.AfterCommit.Add(() => figures.ForgetFirst(projectId));
    }

    private static string LastLead => ProjectsWords.LastLead;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static async Task<bool> IsLastLeadAsync(AppDbContext db, Membership member, CancellationToken cancel) =>
        member.Role == ProjectRole.Lead
        && await db.Memberships.CountAsync(m => m.ProjectId == member.ProjectId && m.Role == ProjectRole.Lead, cancel) < 2;
}
