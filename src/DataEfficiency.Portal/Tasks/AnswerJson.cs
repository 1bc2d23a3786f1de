using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataEfficiency.Portal.Tasks;

/// <summary>Answers as JSON, whatever their kind.</summary>
internal static class AnswerJson
{
    /// <summary>More than any answer set has.</summary>
    private const int MostLabels = 200;

    /// <summary>A sent answer and a stored one say the same; asked of a resend, whose label may be retired by now.</summary>
    public static bool Same(string stored, JsonElement sent)
    {
        var kept = JsonSerializer.Deserialize<JsonElement>(stored);
        return sent.ValueKind == JsonValueKind.Object
            && kept.EnumerateObject().All(p => sent.TryGetProperty(p.Name, out var value) && IsSame(p.Value, value));
    }

    private static bool IsSame(JsonElement kept, JsonElement sent) => (kept.ValueKind, sent.ValueKind) switch
    {
        (JsonValueKind.String, JsonValueKind.String) => kept.GetString() == WholeText(sent)?.Trim(),
        // stored in the order of the labels or of the text
        (JsonValueKind.Array, JsonValueKind.Array) => kept.GetArrayLength() == sent.GetArrayLength()
            && kept.EnumerateArray().All(k => sent.EnumerateArray().Any(s => JsonElement.DeepEquals(k, s))),
        _ => JsonElement.DeepEquals(kept, sent),
    };

    /// <summary>The labels that an answer names: its one, its several, or those of its spans; each once.</summary>
    public static IReadOnlyList<int> Labels(JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object) return [];
        var ids = Named(answer, "label");
        if (answer.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Array)
            ids = ids.Concat(labels.EnumerateArray().SelectMany(Id));
        if (answer.TryGetProperty("spans", out var spans) && spans.ValueKind == JsonValueKind.Array)
            ids = ids.Concat(spans.EnumerateArray().Where(s => s.ValueKind == JsonValueKind.Object).SelectMany(s => Named(s, "label")));
        return [.. ids.Distinct().Take(MostLabels)];
    }

    private static IEnumerable<int> Named(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? Id(value) : [];

    private static IEnumerable<int> Id(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) ? [id] : [];

    /// <summary>A stored answer with the labels that its own stand for now; two that a merge made one are one.</summary>
    public static JsonElement Now(JsonElement answer, MergedLabels merged)
    {
        if (merged == MergedLabels.None || Labels(answer).All(id => merged[id] == id)) return answer;
        var node = JsonNode.Parse(answer.GetRawText())!.AsObject();
        if (node["label"] is { } one) node["label"] = merged[one.GetValue<int>()];
        if (node["labels"] is JsonArray labels)
            node["labels"] = new JsonArray([.. labels.Select(l => merged[l!.GetValue<int>()]).Distinct().Select(l => JsonValue.Create(l))]);
        if (node["spans"] is JsonArray spans)
        {
            foreach (var span in spans) span!["label"] = merged[span["label"]!.GetValue<int>()];
            node["spans"] = new JsonArray([.. spans.DistinctBy(s => s!.ToJsonString()).Select(s => s!.DeepClone())]);
        }
        return JsonSerializer.SerializeToElement(node);
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
