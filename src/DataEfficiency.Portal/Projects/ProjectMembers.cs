using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

public sealed record ProjectMember(string UserId, string Name, string UserName, ProjectRole Role, int Labels);

/// <summary>Who works on a project.</summary>
public sealed class ProjectMembers(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, TimeProvider time)
{
    public async Task<IReadOnlyList<ProjectMember>> ListAsync(int projectId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await (from m in db.Memberships where m.ProjectId == projectId join u in db.Users on m.UserId equals u.Id orderby m.Role, u.DisplayName
            select new ProjectMember(u.Id, u.DisplayName, u.UserName!, m.Role, db.Labels.Count(l => l.ProjectId == projectId && l.UserId == u.Id && l.Current))).ToListAsync(cancel);
    }

    /// <summary>Active people who are no members yet.</summary>
    public async Task<IReadOnlyList<AppUser>> OthersAsync(int projectId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await db.Users.AsNoTracking().Where(u => u.DeactivatedAt == null && !db.Memberships.Any(m => m.ProjectId == projectId && m.UserId == u.Id)).OrderBy(u => u.DisplayName).ToListAsync(cancel);
    }

    /// <summary>Adds a person or changes the role.</summary>
    public Task SetAsync(int projectId, string userId, ProjectRole role, string by, CancellationToken cancel = default) => writes.WriteAsync(async (db, token) =>
    {
        var member = await db.Memberships.FirstOrDefaultAsync(m => m.ProjectId == projectId && m.UserId == userId, token);
        if (member is null) db.Memberships.Add(member = new Membership { ProjectId = projectId, UserId = userId, CreatedAt = Now });
        else if (member.Role == ProjectRole.Lead && role != ProjectRole.Lead) await KeepOneLeadAsync(db, projectId, token);
        member.Role = role;
        db.Audit.Add(new AuditEntry { ProjectId = projectId, UserId = by, What = "member.set", After = $"{userId}: {role}", CreatedAt = Now });
        await db.SaveChangesAsync(token);
    }, cancel);

    /// <summary>Takes a person off the project: labels stay, cards held go back.</summary>
    /// <exception cref="InvalidOperationException">The last lead.</exception>
    public Task RemoveAsync(int projectId, string userId, string by, CancellationToken cancel = default) => writes.WriteAsync(async (db, token) =>
    {
        var member = await db.Memberships.FirstOrDefaultAsync(m => m.ProjectId == projectId && m.UserId == userId, token);
        if (member is null) return;
        if (member.Role == ProjectRole.Lead) await KeepOneLeadAsync(db, projectId, token);
        db.Memberships.Remove(member);
        await db.Slots.Where(s => s.ProjectId == projectId && s.UserId == userId && s.LabelId == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.UserId, (string?)null).SetProperty(s => s.LeaseUntil, 0), token);
        db.Audit.Add(new AuditEntry { ProjectId = projectId, UserId = by, What = "member.removed", Before = $"{userId}: {member.Role}", CreatedAt = Now });
        await db.SaveChangesAsync(token);
    }, cancel);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static async Task KeepOneLeadAsync(AppDbContext db, int projectId, CancellationToken cancel)
    {
        if (await db.Memberships.CountAsync(m => m.ProjectId == projectId && m.Role == ProjectRole.Lead, cancel) < 2)
            throw new InvalidOperationException("The last lead of a project stays: make somebody else lead first.");
    }
}
