using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Labeling;

/// <summary>The model's own answer, offered to be accepted where the project wants it; never on random items nor on
/// those that several people answer, where it would inflate agreement.</summary>
internal static class Suggestions
{
    /// <param name="modelAnswer">The greedy answer of the ranking.</param>
    /// <returns>An answer as the editor sends it, or null.</returns>
    /// <param name="overlaps">Somebody else answers it too.</param>
    public static JsonElement? Of(Project project, IReadOnlyList<Label> labels, Stratum queue, bool overlaps, string text,
        string? modelAnswer)
    {
        if (!project.SuggestionsShown || overlaps || queue is not (Stratum.First32 or Stratum.Active)) return null;
        if (string.IsNullOrWhiteSpace(modelAnswer)) return null;
        return project.Kind().Suggest(project, labels, text, modelAnswer);
    }
}
