using System.Text.RegularExpressions;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Audit;

/// <param name="By">The name of whoever did it.</param>
/// <param name="Before">As it was noted, with people's names in the place of their ids.</param>
public sealed record AuditRow(long Id, long At, string UserId, string By, int? ProjectId, string What, string? Before, string? After);

/// <param name="Kind">One of <see cref="AuditKinds"/>; null: any.</param>
/// <param name="Person">A user's id; null: anybody.</param>
public sealed record AuditFilter(string? Kind = null, string? Person = null);

/// <summary>Reads the audit, newest first, by pages that begin where the one before ended.</summary>
public sealed partial class AuditReader(IDbContextFactory<AppDbContext> contexts)
{
    public const int Page = 50;

    /// <param name="projectId">Null: the whole installation.</param>
    /// <param name="before">The last id of the page before; null: the newest.</param>
    public async Task<IReadOnlyList<AuditRow>> ReadAsync(int? projectId, AuditFilter filter, long? before, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = Of(db, projectId);
        if (filter.Kind is { } kind) rows = rows.Where(a => a.What == kind || a.What.StartsWith($"{kind}."));
        if (filter.Person is { } person) rows = rows.Where(a => a.UserId == person);
        if (before is { } last) rows = rows.Where(a => a.Id < last);
        var page = await rows.OrderByDescending(a => a.Id).Take(Page).ToListAsync(cancellation);
        string[] people = [.. page.SelectMany(a => Id().Matches($"{a.UserId} {a.Before} {a.After}")).Select(m => m.Value)
            .Concat(page.Select(a => a.UserId)).Distinct()];
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        string? Named(string? text) => text is null ? null : Id().Replace(text, m => names.GetValueOrDefault(m.Value, m.Value));
        string Name(string id) => id.Length == 0 ? AuditWords.ByItself : names.GetValueOrDefault(id, id);
        return [.. page.Select(a => new AuditRow(a.Id, a.CreatedAt, a.UserId, Name(a.UserId), a.ProjectId,
            a.What, Named(a.Before), Named(a.After)))];
    }

    /// <summary>Whoever did something, by name.</summary>
    public async Task<IReadOnlyList<(string Id, string Name)>> PeopleAsync(int? projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var names = await db.Users.Where(u => Of(db, projectId).Any(a => a.UserId == u.Id)).ToNamesAsync(cancellation);
        return [.. names.Select(n => (n.Key, n.Value)).OrderBy(n => n.Value, StringComparer.CurrentCultureIgnoreCase)];
    }

    private static IQueryable<AuditEntry> Of(AppDbContext db, int? projectId) =>
        db.Audit.AsNoTracking().Where(a => projectId == null || a.ProjectId == projectId);

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Id();
}
