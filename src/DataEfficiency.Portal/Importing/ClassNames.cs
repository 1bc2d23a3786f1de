using System.Globalization;
using System.Text.Json;
using static DataEfficiency.Portal.Importing.JsonColumns;

namespace DataEfficiency.Portal.Importing;

/// <summary>What the numbers of a Hugging Face data set's label columns mean (ClassLabel).</summary>
internal sealed class ClassNames(IReadOnlyDictionary<string, IReadOnlyList<string>> names)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>From what a Parquet file of the hub says of itself: {"info": {"features": {"label": {"names": [..]}}}}, with "feature"
    /// between for lists.</summary>
    public static ClassNames Of(string? json)
    {
        var found = new Dictionary<string, IReadOnlyList<string>>();
        try
        {
            using var document = JsonDocument.Parse(json ?? "{}", Options);
            if (Inside(Inside(document.RootElement, "info"), "features") is { ValueKind: JsonValueKind.Object } features)
                foreach (var feature in features.EnumerateObject())
                    if ((Inside(feature.Value, "names") ?? Inside(Inside(feature.Value, "feature"), "names")) is
                        { ValueKind: JsonValueKind.Array } list)
                        found[feature.Name] = [.. list.EnumerateArray().Select(n => $"{n}")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // labels stay the numbers that they are
        }
        return new(found);
    }

    /// <summary>The field with names in the place of numbers, one or a list; what has no name stays, and -1 is no label.</summary>
    public string? Named(string column, string? field)
    {
        if (field is null || !names.TryGetValue(column, out var known)) return field;
        if (Number(field) is { } one) return one == -1 ? null : Name(one);
        if (field is not ['[', .., ']']) return field;
        try
        {
            var list = JsonSerializer.Deserialize<List<int>>(field)!;
            return JsonSerializer.Serialize(list.Where(n => n != -1).Select(Name));
        }
        catch (JsonException)
        {
            return field;
        }

        string Name(int number) => number >= 0 && number < known.Count ? known[number] : $"{number}";
    }

    private static int? Number(string field) => int.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
        out var number) ? number : null;
}
