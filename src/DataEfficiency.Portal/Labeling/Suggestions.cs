using System.Text.Json;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Labeling;

/// <summary>The model's own answer, offered to be accepted where the project wants it; never on random items, where it would inflate agreement.</summary>
internal static class Suggestions
{
    /// <param name="modelAnswer">The greedy answer of the ranking.</param>
    /// <returns>An answer as the editor sends it, or null.</returns>
    public static JsonElement? Of(Project project, IReadOnlyList<Label> labels, Stratum queue, string? modelAnswer)
    {
        if (!project.SuggestionsShown || queue is not (Stratum.First32 or Stratum.Active) || string.IsNullOrWhiteSpace(modelAnswer)) return null;
        if (project.TaskType == TaskType.SingleChoice)
            return labels.FirstOrDefault(l => !l.Retired && AnswerReader.Normal(l.AnswerText) == AnswerReader.Normal(modelAnswer)) is { } label
                ? JsonSerializer.SerializeToElement(new { label = label.Id }) : null;
        var text = modelAnswer.Trim();
        return text.Length <= (project.AnswerLength ?? int.MaxValue) && (project.AnswerPattern is not { } pattern || AnswerPattern.Refusal(pattern, text) is null)
            ? JsonSerializer.SerializeToElement(new { text }) : null;
    }
}
