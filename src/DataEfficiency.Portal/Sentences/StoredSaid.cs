using System.Text.Json;

namespace DataEfficiency.Portal.Sentences;

/// <summary>A sentence as the database keeps it: its key and arguments as JSON, so that it is read in the reader's language. Rows of older
/// portals have the English words themselves.</summary>
public static class StoredSaid
{
    private sealed record Row(string Room, string Key, Dictionary<string, JsonElement> Arguments);

    public static string ToJson(this Said said) => JsonSerializer.Serialize(new { said.Room, said.Key,
        Arguments = said.PlainArguments });

    /// <summary>What it says to a reader.</summary>
    public static string Words(string stored) => Read(stored)?.ToString() ?? stored;

    public static string? WordsOf(string? stored) => stored is null ? null : Words(stored);

    /// <summary>Its arguments, for programs; null where there are none.</summary>
    public static IReadOnlyDictionary<string, object?>? ArgumentsOf(string? stored) =>
        stored is not null && Read(stored) is { Arguments: { Count: > 0 } arguments } ? arguments : null;

    /// <summary>Null: words of an older portal, or a sentence that this program no longer has.</summary>
    private static Said? Read(string stored)
    {
        if (!stored.StartsWith("{\"Room\":", StringComparison.Ordinal)) return null;
        var row = JsonSerializer.Deserialize<Row>(stored)!;
        var said = new Said(row.Room, row.Key, [.. row.Arguments.Select(a => (a.Key, Value(a.Value)))]);
        return said.Exists ? said : null;
    }

    /// <summary>Numbers stay numbers, so that they are written as the reader's are; all else is text.</summary>
    internal static object? Plain(object? value) => value switch
    {
        null or string or bool or int or long or double or decimal => value,
        Figure figure => figure.Value,
        _ => value.ToString(),
    };

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        _ => value.ToString(),
    };
}
