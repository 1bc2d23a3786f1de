using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>Moves a project from state to state. Annotators see a stop only once a lead has confirmed it; answers and ranks stay.</summary>
public sealed class ProjectStates(WriteQueue writes, IProjectChanged follower, TimeProvider clock)
{
    /// <returns>False where the project is in another state by now, since two leads may press at once: nothing was changed.</returns>
    public async Task<bool> MoveAsync(int projectId, ProjectMove move, string userId, CancellationToken cancellation = default)
    {
        var moved = await writes.WriteAsync(Right.Lead(userId, projectId), async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(p => p.Id == projectId && p.DeletedAt == null, token);
            if (!ProjectMoves.Apply(db, project, move, userId, clock.GetUtcNow().ToUnixTimeMilliseconds())) return false;
            await db.SaveChangesAsync(token);
            return true;
        }, cancellation);
        if (moved) await follower.ChangedAsync(projectId, cancellation);
        return moved;
    }
}
