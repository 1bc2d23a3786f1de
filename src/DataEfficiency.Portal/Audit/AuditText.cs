using System.Text.Json;

namespace DataEfficiency.Portal.Audit;

/// <summary>What a row says of before and after: of settings, those that changed only.</summary>
internal static class AuditText
{
    /// <summary>Pairs of what was and what is; a name where it is one field of several.</summary>
    public static IReadOnlyList<(string? Field, string? Before, string? After)> Changes(AuditRow row)
    {
        var before = row.Before is null && Fields(row.After) is not null ? [] : Fields(row.Before);
        if (before is null || Fields(row.After) is not { } after)
            return row.Before is null && row.After is null ? [] : [(null, row.Before, row.After)];
        return [.. before.Keys.Union(after.Keys).Where(k => before.GetValueOrDefault(k) != after.GetValueOrDefault(k))
            .Select(k => ((string?)k, before.GetValueOrDefault(k), after.GetValueOrDefault(k)))];
    }

    private static Dictionary<string, string>? Fields(string? text)
    {
        if (text is not ['{', ..]) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
