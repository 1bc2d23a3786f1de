using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <param name="IsMember">False: was removed or only views now, and may hear why nothing is taken.</param>
public sealed record LabelAsker(string UserId, bool IsMember);

/// <summary>Who may speak of a project's cards: who labels in it, and those who did before their right ended.</summary>
public sealed class LabelAccess(ProjectAccess access, IDbContextFactory<AppDbContext> contexts)
{
    /// <returns>Null: this person has nothing to do with its cards; <see cref="RefusalAsync"/> says why.</returns>
    public async Task<LabelAsker?> FindAsync(LabelCall call)
    {
        var userId = call.User.FindFirstValue(ClaimTypes.NameIdentifier)!;
        if ((await access.RoleAsync(call.User, call.Id))?.MayLabel() == true) return new(userId, true);
        if (!TokenScope.Opens(call.User, call.Id)) return null;
        await using var db = await contexts.CreateDbContextAsync(call.Cancellation);
        return await db.Projects.AnyAsync(p => p.Id == call.Id && p.DeletedAt == null, call.Cancellation)
            && await RecordRules.ServedAsync(db, call.Id, userId, call.Cancellation) ? new(userId, false) : null;
    }

    /// <summary>A viewer knows of the project, anybody else does not.</summary>
    public async Task<ProblemHttpResult> RefusalAsync(LabelCall call) => await access.RoleAsync(call.User, call.Id) is not null
        ? ApiProblem.Of(StatusCodes.Status403Forbidden, ApiCodes.Role, ApiWords.Role)
        : ApiProblem.Of(StatusCodes.Status404NotFound, ApiCodes.NotFound, LabelingWords.NoSuchProject,
            LabelingWords.NoProjectForYou($"{call.Id}"));
}
