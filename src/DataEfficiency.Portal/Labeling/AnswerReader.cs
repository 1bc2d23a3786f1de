using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>An answer that fits the project's task.</summary>
internal sealed record ReadAnswer(string Json, int? LabelId, string Text);

/// <summary>Reads {"label":7} or {"text":".."}; what does not fit is told in words a person can act on.</summary>
internal static class AnswerReader
{
    public static async Task<(ReadAnswer? Answer, string? Problem)> ReadAsync(AppDbContext db, Project project, JsonElement answer,
        int limit, CancellationToken cancellation) =>
        project.TaskType switch
        {
            TaskType.SingleChoice => await ChoiceAsync(db, project.Id, answer, cancellation),
            TaskType.ShortAnswer => Text(answer, Math.Min(limit, project.AnswerLength ?? limit)),
            _ => throw new InvalidOperationException($"Task type {project.TaskType} has no reader."),
        };

    private static async Task<(ReadAnswer?, string?)> ChoiceAsync(AppDbContext db, int projectId, JsonElement answer,
        CancellationToken cancellation)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("label", out var value)
            || value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var id))
            return (null, "A single choice needs {\"label\": id}.");
        var label = await db.Labels.AsNoTracking().SingleOrDefaultAsync(l => l.ProjectId == projectId && l.Id == id, cancellation);
        if (label is null) return (null, $"Answer {id} is not in this project's list of answers.");
        if (label.Retired) return (null, $"The answer “{label.Name}” was retired; choose another one.");
        return (new ReadAnswer(JsonSerializer.Serialize(new { label = id }), id, label.AnswerText), null);
    }

    /// <summary>Why a short answer does not fit the project's pattern. Asked outside of any transaction: a hostile pattern takes its whole
    /// time.</summary>
    public static async Task<string?> MismatchAsync(AppDbContext db, int projectId, JsonElement answer, CancellationToken cancellation)
    {
        var pattern = await db.Projects.Where(p => p.Id == projectId && p.TaskType == TaskType.ShortAnswer).Select(p => p.AnswerPattern)
            .SingleOrDefaultAsync(cancellation);
        return pattern is not null && Text(answer, int.MaxValue).Item1 is { } read ? AnswerPattern.Refusal(pattern, read.Text) : null;
    }

    /// <summary>How answers are compared: lower case, without dots and spaces around (method section 8).</summary>
    public static string Normal(string answer) => answer.ToLowerInvariant().Trim('.', ' ', '\n', '\r', '\t');

    /// <summary>A sent answer and a stored one say the same; asked of a resend, whose label may be retired by now.</summary>
    public static bool Same(string stored, JsonElement sent)
    {
        var kept = JsonSerializer.Deserialize<JsonElement>(stored);
        return sent.ValueKind == JsonValueKind.Object && kept.EnumerateObject().All(p => sent.TryGetProperty(p.Name, out var value)
            && (p.Value.ValueKind == JsonValueKind.String && value.ValueKind == JsonValueKind.String
                ? p.Value.GetString() == WholeText(value)?.Trim() : JsonElement.DeepEquals(p.Value, value)));
    }

    // null: an escape like \ud83d alone, which is no text
    private static string? WholeText(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static (ReadAnswer?, string?) Text(JsonElement answer, int limit)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("text", out var value)
            || value.ValueKind != JsonValueKind.String)
            return (null, "A short answer needs {\"text\": \"…\"}.");
        if (WholeText(value) is not { } whole) return (null, "The answer holds half a character (a lone surrogate); type it again.");
        var text = whole.Trim();
        if (text.Length == 0) return (null, "The answer is empty.");
        if (text.Length > limit) return (null, $"The answer has {text.Length:N0} characters; {limit:N0} are allowed.");
        return (new ReadAnswer(JsonSerializer.Serialize(new { text }), null, text), null);
    }
}
