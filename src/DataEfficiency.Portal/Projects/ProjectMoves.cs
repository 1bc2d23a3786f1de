using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Projects;

/// <summary>What is done with a project's state. <see cref="Begin"/> is the first import's.</summary>
public enum ProjectMove { Begin, Pause, Resume, Stop, Reopen, Archive, BringBack }

/// <summary>The one table of states and moves: whoever changes a project's state asks here, inside the transaction of the change.</summary>
public static class ProjectMoves
{
    private static readonly Dictionary<(ProjectState From, ProjectMove Move), ProjectState> Table = new()
    {
        [(ProjectState.Setup, ProjectMove.Begin)] = ProjectState.Active,
        [(ProjectState.Active, ProjectMove.Pause)] = ProjectState.Paused,
        [(ProjectState.Paused, ProjectMove.Resume)] = ProjectState.Active,
        [(ProjectState.Active, ProjectMove.Stop)] = ProjectState.Stopped,
        [(ProjectState.Stopped, ProjectMove.Reopen)] = ProjectState.Active,
        [(ProjectState.Setup, ProjectMove.Archive)] = ProjectState.Archived,
        [(ProjectState.Active, ProjectMove.Archive)] = ProjectState.Archived,
        [(ProjectState.Paused, ProjectMove.Archive)] = ProjectState.Archived,
        [(ProjectState.Stopped, ProjectMove.Archive)] = ProjectState.Archived,
    };

    /// <summary>Where the move leads; null: it does not start from the project's state.</summary>
    public static ProjectState? To(Project project, ProjectMove move)
    {
        // an archived project comes back as what it was; where nobody wrote that down, as far as its rows tell
        if ((project.State, move) == (ProjectState.Archived, ProjectMove.BringBack))
            return project.StoppedAt is not null ? ProjectState.Stopped
                : project.VisibleImport == 0 ? ProjectState.Setup
                : project.ArchivedFrom is ProjectState.Paused ? ProjectState.Paused : ProjectState.Active;
        return Table.TryGetValue((project.State, move), out var to) ? to : null;
    }

    /// <summary>Changes the state and what hangs on it, and notes it in the audit.</summary>
    /// <returns>False where the move does not start from the project's state (any more): nothing was changed.</returns>
    public static bool Apply(AppDbContext db, Project project, ProjectMove move, string? userId, long now)
    {
        if (To(project, move) is not { } to) return false;
        AuditTrail.Add(db, now, userId ?? "", $"project.{char.ToLowerInvariant(move.ToString()[0])}{move.ToString()[1..]}",
            $"{project.State}", $"{to}", project.Id);
        if (move is ProjectMove.Stop) (project.StoppedAt, project.StoppedBy) = (now, userId);
        if (move is ProjectMove.Reopen) (project.StoppedAt, project.StoppedBy, project.GoOnTo) = (null, null, null);
        if (move is ProjectMove.Stop or ProjectMove.Reopen) project.NothingNew = false;
        project.ArchivedFrom = move is ProjectMove.Archive ? project.State : null;
        project.State = to;
        return true;
    }
}
