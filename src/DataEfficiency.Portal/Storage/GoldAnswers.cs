using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataEfficiency.Portal.Storage;

/// <summary>The hidden gold answers of an item, any of which is right.</summary>
public static class GoldAnswers
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="gold">The first one, or null.</param>
    /// <param name="right">JSON list of all, where there are several.</param>
    public static IReadOnlyList<string> Of(string? gold, string? right) =>
        right is not null ? JsonSerializer.Deserialize<List<string>>(right) ?? [] : gold is null ? [] : [gold];

    /// <summary>The list of all as an item keeps it; null: the first one says it.</summary>
    public static string? Json(IReadOnlyList<string> all) => all.Count > 1 ? JsonSerializer.Serialize(all, Plain) : null;
}
