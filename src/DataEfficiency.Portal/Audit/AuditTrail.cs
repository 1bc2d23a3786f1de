using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Audit;

/// <summary>Who changed what: one row in the transaction of the change itself, so that neither is there without the other.</summary>
public static class AuditTrail
{
    /// <summary>Adds the row to <paramref name="db"/>; the caller's SaveChanges writes it.</summary>
    /// <param name="what">A word for the kind of change, such as "member.set".</param>
    public static void Add(AppDbContext db, TimeProvider clock, string by, string what, string? before = null, string? after = null,
        int? projectId = null) => Add(db, clock.GetUtcNow().ToUnixTimeMilliseconds(), by, what, before, after, projectId);

    /// <param name="now">Unix milliseconds, where the change notes its moment itself.</param>
    public static void Add(AppDbContext db, long now, string by, string what, string? before = null, string? after = null,
        int? projectId = null) => db.Audit.Add(new AuditEntry
        {
            ProjectId = projectId, UserId = by, What = what, Before = before, After = after, CreatedAt = now,
        });
}
