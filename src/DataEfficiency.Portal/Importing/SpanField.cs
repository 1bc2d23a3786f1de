using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>A part of a text as a file marks it, in code points, the end exclusive.</summary>
public readonly record struct FileSpan(int Start, int End, string Label);

/// <summary>
/// Marked parts of a text, as tools write them: [start, end, label] (doccano, spaCy), {"start", "end", "label"} (Prodigy, Argilla, the
/// portal's own), {"start_offset", "end_offset", "label"} (doccano), {"value": {"start", "end", "text", "labels"}} (Label Studio, in
/// UTF-16 units; the others count code points; its smaller exports leave out "value"), {"start": [..], "end": [..], "label": [..]} (Hugging
/// Face).
/// </summary>
internal static class SpanField
{
    private readonly record struct Raw(int Start, int End, string Label, string? Words, bool IsUtf16);

    private const int ShownWords = 40;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowTrailingCommas = true };

    /// <summary>It is a list of marked parts, with one at least.</summary>
    public static bool Holds(JsonElement value) => All(value) is { Count: > 0 };

    public static bool Holds(string? value)
    {
        if (value is null || !FieldPath.IsJson(value)) return false;
        try
        {
            using var document = JsonDocument.Parse(value, Options);
            return Holds(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <param name="value">The field.</param>
    /// <param name="text">The item's whole text.</param>
    /// <returns>Null where the field says nothing; or why its parts cannot be taken.</returns>
    public static (IReadOnlyList<FileSpan>? Spans, Said? Fault) Read(string? value, string text)
    {
        if (value?.Trim() is not { Length: > 0 } json || json == "null") return (null, null);
        List<Raw> parts;
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            if (All(document.RootElement) is not { } found) return (null, ImportingWords.NoListOfParts);
            parts = found;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, ImportingWords.NoListOfParts);
        }
        var places = new CodePoints(text);
        var isUtf16 = parts.Any(p => p.IsUtf16);
        // a tool that counts otherwise is found out by the words that it repeats
        if (parts.Find(p => !Fits(p, isUtf16)) is not { Label: not null } wrong) return (Counted(isUtf16), null);
        if (parts.All(p => Fits(p, !isUtf16))) return (Counted(!isUtf16), null);
        return (null, wrong.Words is null || Slice(wrong, isUtf16) is not { } slice
            ? ImportingWords.PartOutside(start: wrong.Start, end: wrong.End)
            : ImportingWords.PartDiffers(start: wrong.Start, end: wrong.End, words: Excerpt.Of(wrong.Words, ShownWords),
                slice: Excerpt.Of(slice, ShownWords)));

        bool Fits(Raw part, bool utf16) => Slice(part, utf16) is { } slice && (part.Words is null || Folded(part.Words) == Folded(slice));

        string? Slice(Raw part, bool utf16) => part.Start < 0 || part.End < part.Start || part.End > (utf16 ? text.Length : places.Count)
            ? null : utf16 ? text[part.Start..part.End] : places.Slice(part.Start, part.End);

        List<FileSpan> Counted(bool utf16) => [.. parts.Select(p => new FileSpan(utf16 ? places.At(p.Start) : p.Start,
            utf16 ? places.At(p.End) : p.End, p.Label)).Distinct()];
    }

    private static List<Raw>? All(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) return Columns(value);
        if (value.ValueKind != JsonValueKind.Array) return null;
        List<Raw> all = [];
        foreach (var element in value.EnumerateArray())
            if (Of(element) is { } found) all.AddRange(found);
            else return null;
        return all;
    }

    // a list of objects as Arrow keeps it: a list for each of their members
    private static List<Raw>? Columns(JsonElement value)
    {
        List<JsonElement>? Of(string name) => value.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()] : null;
        if (Of("start") is not { } starts || Of("end") is not { } ends || Of("label") is not { } labels
            || starts.Count != ends.Count || starts.Count != labels.Count) return null;
        List<Raw> all = [];
        for (var i = 0; i < starts.Count; i++)
            if (Number(starts[i]) is { } start && Number(ends[i]) is { } end && Word(labels[i]) is { } label)
                all.Add(new(start, end, label, null, false));
            else return null;
        return all;
    }

    // null: no part; empty: something else that stands beside parts, as a choice or a relation does in Label Studio's results
    private static List<Raw>? Of(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return element.GetArrayLength() >= 3 && Number(element[0]) is { } from && Number(element[1]) is { } to && Word(element[2]) is
                { } name ? [new(from, to, name, null, false)] : null;
        if (element.ValueKind != JsonValueKind.Object) return null;
        if (element.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Object)
            return value.TryGetProperty("start", out _) ? Labelled(value) : [];
        if (element.TryGetProperty("from_id", out _) && element.TryGetProperty("to_id", out _)) return [];
        if (element.TryGetProperty("labels", out _)) return Labelled(element);
        return (Named(element, "start") ?? Named(element, "start_offset")) is { } start
            && (Named(element, "end") ?? Named(element, "end_offset")) is { } stop && element.TryGetProperty("label", out var label)
            && Word(label) is { } word ? [new(start, stop, word, Words(element), false)] : null;
    }

    // places that are no numbers (of HTML: the way to a node) are not guessed at
    private static List<Raw>? Labelled(JsonElement part) =>
        Named(part, "start") is not { } start || Named(part, "end") is not { } end ? null
        : !part.TryGetProperty("labels", out var names) || names.ValueKind != JsonValueKind.Array ? []
        : [.. names.EnumerateArray().Select(Word).OfType<string>().Select(l => new Raw(start, end, l, Words(part), true))];

    private static int? Named(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Number(value) : null;

    private static int? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : null;

    private static string? Word(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is
        { Length: > 0 } word ? word : null;

    private static string? Words(JsonElement element) => element.TryGetProperty("text", out var text)
        && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string Folded(string words) => string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
