// What a JSON file is made of: values on lines, an array, or one document with rows somewhere inside (CLINC150: a list of pairs for each
// split; BIG-bench: objects under "examples"). A document is walked to its end, so that every place with rows is known with its number of
// rows.
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataEfficiency.Portal.Importing;

/// <summary>What rows are.</summary>
public enum JsonRowKind { Objects, Lists, Texts, Others }

/// <summary>A place in a JSON document that has rows.</summary>
/// <param name="Path">For <see cref="SourceFormat.RowsAt"/>.</param>
/// <param name="IsMap">The rows are the values of an object.</param>
/// <param name="Repeats">Some come again, as labels do.</param>
/// <param name="IsNumbered">Of an object: its names are 0, 1, 2 and so on.</param>
public sealed record JsonRows(string? Path, bool IsMap, int Rows, JsonRowKind Of, [property: JsonIgnore] bool Repeats = false,
    [property: JsonIgnore] bool IsNumbered = false);

internal static class JsonShape
{
    // what documents call their rows, whatever other lists they hold
    private static readonly HashSet<string> UsualPlaces = new(StringComparer.OrdinalIgnoreCase)
    {
        "data", "rows", "items", "examples", "records", "results", "instances", "samples", "documents", "entries", "hits", "texts",
    };

    private const int Deepest = 4, MostPlaces = 200, LeastMap = 3, SampleLines = 20, Compared = 200;

    /// <summary>The format with the places that have rows, most likely first; null where the file is not JSON.</summary>
    /// <param name="extension">Of the file's name: bare texts in quotes could be CSV as well, and one object alone a document or a
    /// line.</param>
    /// <exception cref="ImportException">It is JSON that holds its table in another way.</exception>
    public static (SourceFormat Format, IReadOnlyList<JsonRows> Places)? Of(Stream stream, string encoding, string extension)
    {
        var lines = new SourceFormat(FileKind.JsonLines, encoding, HasHeader: false);
        var (values, texts, sampled) = Lines(stream, encoding);
        using var text = Open(stream, encoding);
        var first = text.Next();
        // under the name of a table only what is nothing else
        var isTable = extension is ".csv" or ".tsv";
        if (isTable && first != '{' && first != '[') return null;
        if (values >= Math.Max(2, isTable ? sampled : sampled / 2)) return (lines, []);
        if (first == '"') return texts == sampled && sampled > 0 && extension is ".json" or ".jsonl" or ".ndjson" ? (lines, []) : null;
        if (first is not ('{' or '[')) return null;
        var (line, json) = (text.Line, new StringBuilder());
        var whole = text.Read(json);
        var isOneLine = text.Line == line;
        // a document can be larger than a row may be: what it holds is walked through below
        var valid = text.TooLong || IsValid(json.ToString());
        var endLine = text.Line;
        var next = text.Next();
        if (isTable && !(valid && whole && next < 0 && (first == '{' || BeginsWithValue(json, "{")))) return null;
        // a plain text can begin with a bracket: [INST] ..., [1] ..., {name} ...
        if (!IsNamedJson(extension) && (!valid || next >= 0) && !BeginsWithValue(json, first == '[' ? "{\"[" : "\"'}")) return null;
        // objects one behind the other, without a line end between them
        if (first == '{' && isOneLine && valid && next == '{' && text.Line == endLine)
            return (lines with { Kind = FileKind.JsonValues }, []);
        if (!whole && values > 0) return (lines, []);
        if (isOneLine && extension is ".jsonl" or ".ndjson" && !IsDocument(stream, encoding)) return (lines, []);
        if (whole && next >= 0 && first == '{') return (valid && !isOneLine ? lines with { Kind = FileKind.JsonValues } : lines, []);
        return Document(stream, encoding, first == '{', lines with { Kind = isOneLine ? FileKind.JsonLines : FileKind.JsonValues });
    }

    public static bool IsNamedJson(string extension) => extension is ".json" or ".jsonl" or ".ndjson" or ".json5";

    // the only line of a file of lines is one row, but where it is nothing but a list, or has its rows under a usual name
    private static bool IsDocument(Stream stream, string encoding)
    {
        using var text = Open(stream, encoding);
        if (text.Next() == '[') return true;
        var places = new List<JsonRows>();
        Walk(text, null, 0, places);
        return places.Exists(p => p is { IsMap: false, Of: JsonRowKind.Objects, Path: { } path } && UsualPlaces.Contains(path));
    }

    private static (SourceFormat, IReadOnlyList<JsonRows>) Document(Stream stream, string encoding, bool isObject, SourceFormat asOneRow)
    {
        using var text = Open(stream, encoding);
        var places = new List<JsonRows>();
        Walk(text, null, 0, places);
        if (!isObject) return (asOneRow with { Kind = FileKind.JsonArray }, []);
        if (places.GroupBy(p => p.Path).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
            throw new ImportException(ImportingWords.KeyStandsTwice(twice));
        foreach (var parent in places.Where(p => p.IsMap).ToList()) RefuseColumns(places, parent);
        var lists = places.Where(p => !p.IsMap && p.Rows > 0 && p.Of != JsonRowKind.Others).OrderBy(p => p.Of)
            .ThenByDescending(p => UsualPlaces.Contains(p.Path![(p.Path!.LastIndexOf('.') + 1)..])).ThenByDescending(p => p.Rows)
            .ToList();
        var maps = places.Where(p => p is { IsMap: true, Of: JsonRowKind.Objects } && (p.Rows >= LeastMap || p.IsNumbered))
            .OrderByDescending(p => p.Rows).ToList();
        // one task of Label Studio is a row, whatever lists it has
        if (places.Exists(p => p is { IsMap: true, Path: "data" }) && lists.RemoveAll(p => p.Path is "annotations" or "predictions") > 0)
            lists.Clear();
        // one object with a text of its own and a few tags is a row; a document has its rows in lists
        if (lists.Count > 0 && lists[0].Of == JsonRowKind.Texts && places[0].Of is JsonRowKind.Others or JsonRowKind.Texts) lists.Clear();
        List<JsonRows> likely = [.. lists, .. maps];
        if (lists.Count > 0) return (asOneRow with { Kind = FileKind.JsonArray, RowsAt = lists[0].Path }, likely);
        return maps.Count > 0 ? (asOneRow with { Kind = FileKind.JsonMap, RowsAt = maps[0].Path }, likely) : (asOneRow, []);
    }

    /// <summary>Counts the rows of this value and of what is inside, down to a depth.</summary>
    private static JsonRowKind Walk(JsonText text, string? path, int depth, List<JsonRows> places)
    {
        var kind = KindOf(text.Next());
        if (kind is not (JsonRowKind.Objects or JsonRowKind.Lists) || depth > Deepest || places.Count >= MostPlaces)
        {
            text.Read(null);
            return kind;
        }
        var (rows, of, isMap, place) = (0, JsonRowKind.Others, kind == JsonRowKind.Objects, places.Count);
        var (seen, value, repeats, numbered) = (new HashSet<string>(), new StringBuilder(), false, isMap);
        text.Take();
        places.Add(new JsonRows(path, isMap, 0, of));
        while (true)
        {
            while (text.Take(',')) { }
            var next = text.Next();
            if (next < 0 || next == (isMap ? '}' : ']')) break;
            var element = KindOf(next);
            if (!isMap)
            {
                var compares = rows < Compared && element is JsonRowKind.Texts or JsonRowKind.Others;
                text.Read(compares ? value.Clear() : null);
                repeats |= compares && !seen.Add(value.ToString());
            }
            else if (text.Name() is { } name)
            {
                numbered &= name == rows.ToString(CultureInfo.InvariantCulture);
                element = Walk(text, path is null ? name : $"{path}.{name}", depth + 1, places);
            }
            else break;
            of = rows++ == 0 || of == element ? element : isMap ? JsonRowKind.Others : of;
        }
        text.Take();
        places[place] = new JsonRows(path, isMap, rows, of, repeats, numbered && rows > 0);
        return kind;
    }

    // {"text": {"0": ..}, "label": {"0": ..}} and {"text": [..], "label": [..]} are columns: reading them as rows would tear the table
    // apart
    private static void RefuseColumns(List<JsonRows> places, JsonRows parent)
    {
        var before = parent.Path is null ? "" : parent.Path + ".";
        var top = places.Where(p => p.Path is not null && p.Path.StartsWith(before, StringComparison.Ordinal) && p.Path != parent.Path
            && !p.Path.AsSpan(before.Length).Contains('.')).Select(p => p with { Path = p.Path![before.Length..] }).ToList();
        if (before.Length == 0 && top.Count > 0 && top.Count == parent.Rows && top.All(p => p.Rows == 0))
            throw new ImportException(ImportingWords.FileHasNoRows);
        // pandas' orient="split"
        if (top.Find(p => p is { IsMap: false, Of: JsonRowKind.Texts, Path: "columns" or "header" or "headers" }) is { } names
            && top.Find(p => p is { IsMap: false, Of: JsonRowKind.Lists, Rows: > 0 }) is { } rows)
            throw new ImportException(ImportingWords.NamesApartFromRows(names: names.Path!, rows: rows.Path!));
        if (top.Count < 2 || top[0].Rows == 0 || parent.Rows != top.Count
            || top.Any(p => p.Rows != top[0].Rows || p.IsMap != top[0].IsMap)) return;
        var areColumns = top.Any(p => ColumnNames.IsUsual(p.Path!))
            || top.Any(p => p.Repeats) && top.All(p => !p.IsMap && !DataSplits.IsOne(p.Path!));
        if (!areColumns || top.Any(p => p.Of is JsonRowKind.Objects or JsonRowKind.Lists)) return;
        throw new ImportException(ImportingWords.TableByColumns(string.Join(", ", top.Take(4).Select(p => p.Path))));
    }

    /// <summary>Of the first lines: how many are an object or a list, how many a text in quotes.</summary>
    private static (int Values, int Texts, int Lines) Lines(Stream stream, string encoding)
    {
        stream.Position = 0;
        using var text = new StreamReader(stream, MarkedText.Decoding(encoding), false, 1 << 16, leaveOpen: true);
        var buffer = new char[1 << 18];
        var read = text.ReadBlock(buffer, 0, buffer.Length);
        var start = new string(buffer, 0, read).TrimStart('\uFEFF')
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        // the last one may be cut
        var lines = start.Take(read == buffer.Length ? Math.Max(1, start.Length - 1) : start.Length).Take(SampleLines).ToList();
        // values with a comma behind each, as they are cut out of an array
        var commas = lines.Count > 0 && IsValid(lines[0].TrimEnd(','));
        bool Holds(string line) => IsValid(commas ? line.TrimEnd(',') : line);
        return (lines.Count(l => l[0] is '{' or '[' && Holds(l)), lines.Count(l => l[0] == '"' && Holds(l)), lines.Count);
    }

    private static JsonText Open(Stream stream, string encoding)
    {
        stream.Position = 0;
        var text = new JsonText(new StreamReader(stream, MarkedText.Decoding(encoding), false, 1 << 16, leaveOpen: true));
        text.Take('\uFEFF');
        return text;
    }

    private static JsonRowKind KindOf(int first) =>
        first switch { '{' => JsonRowKind.Objects, '[' => JsonRowKind.Lists, '"' => JsonRowKind.Texts, _ => JsonRowKind.Others };

    /// <summary>Behind its bracket comes one of these.</summary>
    private static bool BeginsWithValue(StringBuilder json, string starts)
    {
        for (var i = 1; i < json.Length; i++) if (!char.IsWhiteSpace(json[i])) return starts.Contains(json[i]);
        return false;
    }

    private static bool IsValid(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
