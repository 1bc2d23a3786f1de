using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>A lead confirms the stop, or reopens. Annotators see a stop only from then on; labels and ranks stay.</summary>
public sealed class StopDecision(WriteQueue writes, ForecastPublisher publisher, TimeProvider time)
{
    /// <returns>False where the project is not active (any more).</returns>
    public Task<bool> ConfirmAsync(int projectId, string userId, CancellationToken cancel = default) => DecideAsync(projectId, userId, "stop", ProjectState.Active, ProjectState.Stopped, cancel);

    /// <returns>False where the project is not stopped.</returns>
    public Task<bool> ReopenAsync(int projectId, string userId, CancellationToken cancel = default) => DecideAsync(projectId, userId, "reopen", ProjectState.Stopped, ProjectState.Active, cancel);

    private async Task<bool> DecideAsync(int projectId, string userId, string what, ProjectState from, ProjectState to, CancellationToken cancel)
    {
        var decided = await writes.WriteAsync(async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(p => p.Id == projectId && p.DeletedAt == null, token);
            // two leads may press the button at once; paused projects are resumed first
            if (project.State != from) return false;
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            project.State = to;
            (project.StoppedAt, project.StoppedBy) = to == ProjectState.Stopped ? ((long?)now, userId) : (null, null);
            db.Audit.Add(new AuditEntry { ProjectId = projectId, UserId = userId, What = what, Before = from.ToString(), After = to.ToString(), CreatedAt = now });
            await db.SaveChangesAsync(token);
            return true;
        }, cancel);
        if (decided) await publisher.PublishAsync(projectId, cancel);
        return decided;
    }
}
