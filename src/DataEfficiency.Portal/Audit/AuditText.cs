using System.Text.Json;

namespace DataEfficiency.Portal.Audit;

/// <summary>What a row says of before and after: of settings, those that changed only; of labels, each by its name.</summary>
internal static class AuditText
{
    /// <summary>Pairs of what was and what is; a name where it is one field of several.</summary>
    public static IReadOnlyList<(string? Field, string? Before, string? After)> Changes(AuditRow row)
    {
        // of a label its newest name
        var names = new Dictionary<string, string>();
        var after = Fields(row.After, names);
        var before = row.Before is null && after is not null ? [] : Fields(row.Before, names);
        if (before is null || after is null)
            return row.Before is null && row.After is null ? [] : [(null, row.Before, row.After)];
        return [.. before.Keys.Union(after.Keys).Where(k => before.GetValueOrDefault(k) != after.GetValueOrDefault(k))
            .Select(k => ((string?)k, before.GetValueOrDefault(k), after.GetValueOrDefault(k)))];
    }

    private static Dictionary<string, string>? Fields(string? text, Dictionary<string, string> names)
    {
        if (text is not ['{' or '[', ..]) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Array ? OfLabels(json.RootElement, names)
                : json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // a label is found again by its id, whatever it is called now
    private static Dictionary<string, string>? OfLabels(JsonElement labels, Dictionary<string, string> names)
    {
        var fields = new Dictionary<string, string>();
        foreach (var label in labels.EnumerateArray())
        {
            if (label.ValueKind != JsonValueKind.Object || !label.TryGetProperty("Id", out var number)) return null;
            var id = number.GetRawText();
            names.TryAdd(id, label.TryGetProperty("Name", out var given) ? given.ToString() : id);
            foreach (var field in label.EnumerateObject().Where(f => f.Name != "Id" && Says(f.Value)))
                fields[AuditWords.LabelField(field: field.Name, label: names[id])] = field.Value.ToString();
        }
        return fields;
    }

    // what was never set says nothing
    private static bool Says(JsonElement value) => value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)
        && value.ToString().Length > 0;
}
