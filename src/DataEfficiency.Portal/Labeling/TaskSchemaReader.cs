using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Reads the task as its editors need it, on the label page and where an answer is given beside it.</summary>
public sealed class TaskSchemaReader(IOptions<LabelingOptions> options)
{
    public async Task<TaskSchema> ReadAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation);
        var choices = await db.Labels.Where(l => l.ProjectId == project.Id && !l.Retired).OrderBy(l => l.Order).ThenBy(l => l.Id)
            .Select(l => new Choice(l.Id, l.Name, l.Key, l.Group, l.Description, l.Colour)).ToListAsync(cancellation);
        return new TaskSchema(project.SchemaVersion, project.Name, project.Instruction, project.Kind().Editor,
            Math.Min(options.Value.AnswerLimit, project.AnswerLength ?? int.MaxValue), project.AnswerPattern,
            project.LeastLabels, project.MostLabels, project.SpansOverlap,
            project.Completions.Split('\n', StringSplitOptions.RemoveEmptyEntries), choices, SkipReasons.All);
    }
}
