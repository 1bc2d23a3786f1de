using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Formats;

/// <summary>A marked part of a text, in code points, the end exclusive.</summary>
public readonly record struct FormatSpan(int Start, int End, string Label);

/// <summary>An answer as formats say it, whatever its kind: labels by their answer texts of now.</summary>
/// <param name="Labels">Of a choice one, of several labels any number; null: it has none.</param>
/// <param name="Text">Of written answers.</param>
public sealed record FormatAnswer(IReadOnlyList<string>? Labels, string? Text, IReadOnlyList<FormatSpan>? Spans)
{
    public static FormatAnswer Of(Answer answer, IReadOnlyList<Label> labels)
    {
        using var json = JsonDocument.Parse(answer.AnswerJson);
        var root = json.RootElement;
        if (root.TryGetProperty("text", out var text)) return new(null, text.GetString(), null);
        if (root.TryGetProperty("spans", out var spans))
            return new(null, null, [.. spans.EnumerateArray().Select(s => new FormatSpan(s.GetProperty("start").GetInt32(),
                s.GetProperty("end").GetInt32(), Name(s.GetProperty("label").GetInt32()))).Distinct()]);
        List<string> named = [.. AnswerJson.Labels(root).Select(Name).Distinct()];
        // an imported answer of a label that is gone has its text only
        return new(named.Count > 0 || root.TryGetProperty("labels", out _) ? named : [answer.AnswerText], null, null);

        string Name(int id) => labels.Now(id)?.AnswerText ?? $"{id}";
    }

    /// <summary>Whatever it is as a list of words: labels, or the text.</summary>
    public IReadOnlyList<string> Words => Labels ?? (Text is null ? [] : [Text]);
}
