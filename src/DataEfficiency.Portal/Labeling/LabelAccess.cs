using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <param name="IsMember">False: was removed, and may hear why nothing is taken.</param>
public sealed record LabelAsker(string UserId, bool IsMember);

/// <summary>Who may speak of a project's cards: its members, and those who worked in it before they were removed.</summary>
public sealed class LabelAccess(ProjectAccess access, IDbContextFactory<AppDbContext> contexts)
{
    /// <returns>Null: for this person there is no such project.</returns>
    public async Task<LabelAsker?> FindAsync(LabelCall call)
    {
        var userId = call.User.FindFirstValue(ClaimTypes.NameIdentifier)!;
        if (await access.RoleAsync(call.User, call.Id) is not null) return new(userId, true);
        await using var db = await contexts.CreateDbContextAsync(call.Cancellation);
        return await db.Projects.AnyAsync(p => p.Id == call.Id && p.DeletedAt == null, call.Cancellation)
            && await RecordRules.ServedAsync(db, call.Id, userId, call.Cancellation) ? new(userId, false) : null;
    }
}
