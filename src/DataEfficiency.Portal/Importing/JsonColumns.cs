using System.Text;
using System.Text.Json;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Turns JSON values into rows. The first good one says what rows are in this file: objects (a key seen for the first time becomes a
/// further column), lists (numbered columns, or named by the first list), or bare texts. Objects and lists inside a row stay JSON: <see
/// cref="FieldPath"/> picks from them.
/// </summary>
internal sealed class JsonColumns(bool hasHeader)
{
    private enum Shape { Unknown, Objects, Lists, Texts }

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowTrailingCommas = true };
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _places = [];
    private Shape _shape;

    public IReadOnlyList<string> Names => _names;

    /// <param name="key">The name of the property whose value the row is: a column of its own.</param>
    /// <returns>Null where the value was the list of the columns' names.</returns>
    public SourceRow? Row(int line, string json, string? key = null)
    {
        if (MarkedText.FaultOf(json, null) is { } bad) return new SourceRow(line, [Start(json)], bad);
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var value = document.RootElement;
            if (_shape == Shape.Unknown && (_shape = ShapeOf(value)) == Shape.Lists && hasHeader && key is null)
            {
                _names.AddRange(ColumnNames.From(value.EnumerateArray().Take(ImportLimits.Columns).Select(Value)));
                return null;
            }
            if (_shape == Shape.Unknown || ShapeOf(value) != _shape)
                return new SourceRow(line, [Start(json)], new(RowFault.BadRow, Expected(value)));
            if (_shape == Shape.Lists && key is null && value.GetArrayLength() > 0
                && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Object))
                return new SourceRow(line, [Start(json)], new(RowFault.BadRow, ImportingWords.RowIsAListOfObjects));
            return Fields(line, value, key);
        }
        catch (JsonException e)
        {
            return new SourceRow(line, [Start(json)], new(RowFault.BadRow, Invalid(json, e)));
        }
        catch (InvalidOperationException)
        {
            // an escape such as \ud800 without its other half is JSON, but no text
            return new SourceRow(line, [Start(json)], new(RowFault.BadBytes, ImportingWords.HoldsHalfSurrogatePair));
        }
    }

    /// <summary>A value as a field: texts as they are, objects and lists as JSON.</summary>
    public static string? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    /// <summary>A member of an object; null: it has none of that name, or is no object.</summary>
    public static JsonElement? Inside(JsonElement? value, string name) => value is { ValueKind: JsonValueKind.Object } there
        && there.TryGetProperty(name, out var inner) ? inner : null;

    private SourceRow Fields(int line, JsonElement value, string? key)
    {
        var fields = new List<string?>(_names.Count);
        RowFault? fault = null;
        if (key is not null) Put("key", key);
        if (_shape == Shape.Objects) foreach (var property in value.EnumerateObject()) Put(property.Name, Value(property.Value));
        else if (_shape == Shape.Texts) Put("text", value.GetString());
        else
        {
            var place = 0;
            foreach (var element in value.EnumerateArray())
            {
                // a header names the columns there are; without one they are numbered as they come
                Put(place < _names.Count && hasHeader ? _names[place] : $"Column {place + 1}", Value(element));
                place++;
            }
        }
        return new SourceRow(line, fields, fault);

        void Put(string name, string? field)
        {
            if (!_places.TryGetValue(name, out var place) && (place = _names.IndexOf(name)) < 0)
            {
                if (_names.Count == ImportLimits.Columns)
                {
                    fault ??= new(RowFault.TooManyColumns,
                    ImportingWords.TooManyKeys(most: ImportLimits.Columns, name: Start(name)));
                    return;
                }
                place = _names.Count;
                _names.Add(name);
            }
            _places[name] = place;
            while (fields.Count <= place) fields.Add(null);
            // beside the row's own key, which is no key of it
            if (_shape == Shape.Objects && (key is null || place > 0) && fields[place] is { } earlier && earlier != field)
                fault ??= new(RowFault.BadRow, ImportingWords.KeyStandsTwice(name), name);
            fields[place] = field;
            if (field is not null && MarkedText.FaultOf(field, name) is { } bad) fault ??= bad;
        }
    }

    private static Shape ShapeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Shape.Objects, JsonValueKind.Array => Shape.Lists, JsonValueKind.String => Shape.Texts, _ => Shape.Unknown,
    };

    private Said Expected(JsonElement value) => _shape switch
    {
        Shape.Lists => ImportingWords.ListExpected(value.ValueKind), Shape.Texts => ImportingWords.TextExpected(value.ValueKind),
        _ => ImportingWords.ObjectExpected(value.ValueKind),
    };

    private static Said Invalid(string json, JsonException e)
    {
        var line = json.Split('\n').ElementAtOrDefault((int)(e.LineNumber ?? 0)) ?? "";
        var place = Encoding.UTF8.GetBytes(line) is var bytes && e.BytePositionInLine is { } at && at <= bytes.Length
            ? Encoding.UTF8.GetString(bytes, 0, (int)at).Length : 0;
        var near = line[place..].TrimEnd();
        var hint = near.Length == 0 ? "end"
            : e.Message.Contains("maximum configured depth", StringComparison.Ordinal) ? "deep"
            : near.StartsWith('\'') ? "quote"
            : near.StartsWith("NaN", StringComparison.Ordinal) || near.TrimStart('-').StartsWith("Inf", StringComparison.Ordinal) ? "number"
            : "none";
        return ImportingWords.NotValidJSONAtCharacter(place: place + 1, near: Excerpt.Of(near, 20), hint: hint);
    }

    private static string Start(string json) => json.Length <= 200 ? json : json[..200];
}
