using DataEfficiency.Engine;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>A finished project, as somebody chooses it for a calibration.</summary>
/// <param name="Texts">Labelled ones.</param>
public sealed record FinishedProject(int Id, string Name, int Texts)
{
    public bool IsEnough => Texts >= LabelledTask.Fewest;
}

/// <summary>A project's labels, as they were when a calibration began.</summary>
public sealed record LabelledSnapshot(string Name, TaskPrompt Prompt, IReadOnlyList<Example> Examples, double Ceiling)
{
    public LabelledTask Task() => new(Name, Prompt, Examples, Ceiling);
}

/// <summary>The one place where a finished project becomes a task of a calibration.</summary>
public static class LabelledProjects
{
    public static bool IsFinished(Project project) => project is { DeletedAt: null, State: ProjectState.Stopped or ProjectState.Archived };

    public static async Task<IReadOnlyList<FinishedProject>> FinishedAsync(AppDbContext db, CancellationToken cancellation) =>
        await db.Projects.Where(p => p.DeletedAt == null && (p.State == ProjectState.Stopped || p.State == ProjectState.Archived))
            .OrderBy(p => p.Name).ThenBy(p => p.Id)
            .Select(p => new FinishedProject(p.Id, p.Name, db.Finals.Count(f => f.ProjectId == p.Id))).ToListAsync(cancellation);

    /// <exception cref="SaidException">It is not finished any more, or has too few labels.</exception>
    public static async Task<LabelledSnapshot> ReadAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        var project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId, cancellation);
        if (project is null || !IsFinished(project))
            throw new SaidException(CalibratingWords.NotFinished(project?.Name ?? projectId.ToString("D")));
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == projectId).ToListAsync(cancellation);
        var prompt = ProjectPrompt.Of(project, labels);
        var answers = prompt.Answers?.ToHashSet();
        // an answer that was retired is in no prompt any more
        Example[] examples = [.. (await LabelledExamples.ReadAsync(db, projectId, project.Kind(), labels, cancellation))
            .Select(l => l.Example).Where(e => answers?.Contains(e.Answer) ?? e.Answer.Length > 0).DistinctBy(e => e.Text)];
        if (examples.Length < LabelledTask.Fewest)
            throw new SaidException(CalibratingWords.TooFewTexts(project: project.Name, texts: examples.Length,
                fewest: LabelledTask.Fewest));
        // two projects may have one name, and one project joins as the same task again
        return new($"{project.Name} #{project.Id}", prompt, examples, project.Ceiling);
    }
}
