using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Labeling;

/// <summary>The model's own answer, offered to be accepted where the project wants it; never on random items, where it would inflate
/// agreement.</summary>
internal static class Suggestions
{
    /// <param name="modelAnswer">The greedy answer of the ranking.</param>
    /// <returns>An answer as the editor sends it, or null.</returns>
    public static JsonElement? Of(Project project, IReadOnlyList<Label> labels, Stratum queue, string? modelAnswer)
    {
        if (!project.SuggestionsShown || queue is not (Stratum.First32 or Stratum.Active) || string.IsNullOrWhiteSpace(modelAnswer))
            return null;
        return project.Kind().Suggest(project, labels, modelAnswer);
    }
}
