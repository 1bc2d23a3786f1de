using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The one place where a project's instruction and answer set become the engine's task.</summary>
public static class ProjectPrompt
{
    /// <param name="definitions">All of the project's; retired ones are left out.</param>
    public static TaskPrompt Of(Project project, IReadOnlyCollection<Label> definitions) =>
        new(project.Kind().PromptInstruction(project, definitions), project.Kind().PromptAnswers(definitions), project.ListAnswers);
}
