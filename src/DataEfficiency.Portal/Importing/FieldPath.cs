using System.Text.Json;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// A column, or a value inside a column that holds JSON: "data.text" is the property "text" of the object in "data", "annotations.0.result"
/// the property of the first element of a list, and "result.tone" that of its element for the question "tone" (Label Studio's "from_name").
/// Names that hold dots themselves are found first.
/// </summary>
/// <param name="Column">Its place among the reader's columns; -1: not there.</param>
/// <param name="Inside">The way from the column's value on; null: the column itself.</param>
public sealed record FieldPath(int Column, string? Inside)
{
    private const int DeepestOffered = 6, MostOffered = 100;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowTrailingCommas = true };

    public static FieldPath Find(IReadOnlyList<string> columns, string? name)
    {
        if (name is null) return new(-1, null);
        for (var i = 0; i < columns.Count; i++) if (columns[i] == name) return new(i, null);
        for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
            for (var i = 0; i < columns.Count; i++)
                if (name.AsSpan(0, dot).SequenceEqual(columns[i])) return new(i, name[(dot + 1)..]);
        return new(-1, null);
    }

    /// <summary>What the row has there, objects and lists as JSON; null where there is nothing.</summary>
    public string? Value(SourceRow row)
    {
        var value = row.Field(Column);
        if (Inside is null || value is null) return value;
        if (!IsJson(value)) return null;
        try
        {
            using var document = JsonDocument.Parse(value, Options);
            return Inner(document.RootElement, Inside) is { } inner ? JsonColumns.Value(inner) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The names that can be picked inside of the columns, as the given rows have them.</summary>
    public static IReadOnlyList<string> Offered(IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows)
    {
        var found = new List<string>();
        foreach (var row in rows)
            for (var i = 0; i < row.Fields.Count && i < columns.Count; i++)
                if (row.Fields[i] is { } value && IsJson(value)) Offer(columns[i], value);
        return found;

        void Offer(string name, string json)
        {
            try
            {
                using var document = JsonDocument.Parse(json, Options);
                Collect(name, document.RootElement, 1);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // a text that only begins like JSON, or half a surrogate pair in it
            }
        }

        void Collect(string name, JsonElement value, int depth)
        {
            if (depth > DeepestOffered || found.Count >= MostOffered) return;
            if (value.ValueKind == JsonValueKind.Object)
                foreach (var property in value.EnumerateObject()) Add($"{name}.{property.Name}", property.Value, depth);
            // of a list of objects the first is offered; a list of texts is taken as a whole
            else if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value[0].ValueKind is JsonValueKind.Object
                or JsonValueKind.Array)
            {
                // several questions stand in one list, in the order in which they were answered
                var asked = value.EnumerateArray().Select(QuestionOf).ToList();
                if (asked.Distinct().Count() > 1)
                    foreach (var (question, place) in asked.Select((q, i) => (q, i)).DistinctBy(q => q.q))
                        Add($"{name}.{question ?? $"{place}"}", value[place], depth);
                else Add($"{name}.0", value[0], depth);
            }
        }

        void Add(string name, JsonElement value, int depth)
        {
            if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null) && (!IsListOfObjects(value) || SpanField.Holds(value))
                && !found.Contains(name)
                && found.Count < MostOffered)
                found.Add(name);
            Collect(name, value, depth + 1);
        }
    }

    private static bool IsListOfObjects(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && (value.GetArrayLength() == 0 || value[0].ValueKind is JsonValueKind.Object
            or JsonValueKind.Array);

    private static JsonElement? Inner(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            if (value.TryGetProperty(path, out var whole)) return whole;
            for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
                if (value.TryGetProperty(path.AsSpan(0, dot), out var part)) return Inner(part, path[(dot + 1)..]);
            return null;
        }
        if (value.ValueKind != JsonValueKind.Array) return null;
        var end = path.IndexOf('.');
        var step = end < 0 ? path : path[..end];
        JsonElement? found = int.TryParse(step, out var place) ? place >= 0 && place < value.GetArrayLength() ? value[place] : null
            : value.EnumerateArray().Where(e => QuestionOf(e) == step).Select(e => (JsonElement?)e).FirstOrDefault();
        return end < 0 || found is null ? found : Inner(found.Value, path[(end + 1)..]);
    }

    /// <summary>Which question an element of a list answers; null: it does not say, or its name could not be told in a path.</summary>
    internal static string? QuestionOf(JsonElement element) => JsonColumns.Inside(element, "from_name") is
        { ValueKind: JsonValueKind.String } name && name.GetString() is { Length: > 0 } asked && !asked.Contains('.')
        && !int.TryParse(asked, out _) ? asked : null;

    internal static bool IsJson(string value) => value.Length > 1 && (value[0], value[^1]) is ('{', '}') or ('[', ']');
}
