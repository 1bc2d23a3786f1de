using System.Text.Json;

namespace DataEfficiency.Portal.Tasks;

/// <summary>Answers as JSON, whatever their kind.</summary>
internal static class AnswerJson
{
    /// <summary>A sent answer and a stored one say the same; asked of a resend, whose label may be retired by now.</summary>
    public static bool Same(string stored, JsonElement sent)
    {
        var kept = JsonSerializer.Deserialize<JsonElement>(stored);
        return sent.ValueKind == JsonValueKind.Object && kept.EnumerateObject().All(p => sent.TryGetProperty(p.Name, out var value)
            && (p.Value.ValueKind == JsonValueKind.String && value.ValueKind == JsonValueKind.String
                ? p.Value.GetString() == WholeText(value)?.Trim() : JsonElement.DeepEquals(p.Value, value)));
    }

    /// <returns>Null: an escape like \ud83d alone, which is no text.</returns>
    public static string? WholeText(JsonElement value)
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
}
