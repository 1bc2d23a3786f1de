using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>What a project's filters can be set to.</summary>
/// <param name="People">Who has answered, and who could.</param>
/// <param name="Members">Who can be asked.</param>
/// <param name="Fields">Other columns of its files.</param>
/// <param name="HasGold">Some items have a known answer.</param>
public sealed record ItemChoices(IReadOnlyList<Label> Labels, IReadOnlyList<(string Id, string Name)> People,
    IReadOnlyList<(string Id, string Name)> Members, IReadOnlyList<string> Fields, bool HasGold)
{
    public static ItemChoices None { get; } = new([], [], [], [], false);

    public static async Task<ItemChoices> ReadAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == projectId && l.MergedIntoId == null).OrderBy(l => l.Order)
            .ThenBy(l => l.Id).ToListAsync(cancellation);
        var people = await db.Users.Where(u => db.Memberships.Any(m => m.ProjectId == projectId && m.UserId == u.Id)
            || db.Answers.Any(a => a.ProjectId == projectId && a.UserId == u.Id)).ToNamesAsync(cancellation);
        var members = (await db.Memberships.Where(m => m.ProjectId == projectId && m.Role != ProjectRole.Viewer)
            .Select(m => m.UserId).ToListAsync(cancellation))
            .ToHashSet();
        List<(string Id, string Name)> sorted = [.. people.OrderBy(p => p.Value, StringComparer.CurrentCultureIgnoreCase)
            .Select(p => (p.Key, p.Value))];
        return new(labels, sorted, sorted.FindAll(p => members.Contains(p.Id)),
            await ItemFields.NamesAsync(db, projectId, cancellation),
            await db.Items.AnyAsync(i => i.ProjectId == projectId && i.Gold != null, cancellation));
    }
}
