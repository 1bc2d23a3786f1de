using System.Text.Json;

namespace DataEfficiency.Portal.Importing;

/// <summary>Turns JSON objects into rows; a key seen for the first time becomes a further column.</summary>
internal sealed class JsonColumns
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowTrailingCommas = true };
    private readonly List<string> names = [];
    private readonly Dictionary<string, int> places = [];

    public IReadOnlyList<string> Names => names;

    public SourceRow Row(int line, string json)
    {
        if (MarkedText.FaultOf(json, null) is { } bad) return new SourceRow(line, [Start(json)], bad);
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Fields(line, document.RootElement)
                : new SourceRow(line, [Start(json)], new(RowFault.BadRow, $"A JSON object such as {{\"text\": \"...\"}} was expected, not {Kind(document.RootElement)}."));
        }
        catch (JsonException e)
        {
            return new SourceRow(line, [Start(json)], new(RowFault.BadRow, $"Not valid JSON at character {e.BytePositionInLine + 1 ?? 1:N0} of the row."));
        }
        catch (InvalidOperationException)
        {
            // an escape such as \ud800 without its other half is JSON, but no text
            return new SourceRow(line, [Start(json)], new(RowFault.BadBytes, "Holds half a surrogate pair, which is no text."));
        }
    }

    private SourceRow Fields(int line, JsonElement row)
    {
        var fields = new List<string?>(names.Count);
        RowFault? fault = null;
        foreach (var property in row.EnumerateObject())
        {
            if (!places.TryGetValue(property.Name, out var place))
            {
                if (names.Count == ImportLimits.Columns)
                {
                    fault ??= new(RowFault.TooManyColumns, $"The file has more than {ImportLimits.Columns} different keys; '{Start(property.Name)}' is one too many.");
                    continue;
                }
                places[property.Name] = place = names.Count;
                names.Add(property.Name);
            }
            while (fields.Count <= place) fields.Add(null);
            fields[place] = Value(property.Value);
            if (fields[place] is { } value && MarkedText.FaultOf(value, property.Name) is { } bad) fault ??= bad;
        }
        return new SourceRow(line, fields, fault);
    }

    private static string? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list", JsonValueKind.String => "a text", JsonValueKind.Number => "a number", _ => "a bare value",
    };

    private static string Start(string json) => json.Length <= 200 ? json : json[..200];
}
