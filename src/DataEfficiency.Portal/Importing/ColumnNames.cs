namespace DataEfficiency.Portal.Importing;

/// <summary>Names for columns: never empty, never twice.</summary>
public static class ColumnNames
{
    private const int Longest = 100;

    private static readonly HashSet<string> Usual = new(StringComparer.OrdinalIgnoreCase)
    {
        "text", "sentence", "question", "input", "message", "content", "utterance", "query", "label", "labels", "category", "answer",
        "answers", "intent", "class",
        "target", "id", "title", "description", "premise", "hypothesis", "sentence1", "sentence2", "body", "comment", "review", "tweet",
        "output", "index", "name", "date",
    };

    /// <summary>A name that tables of texts usually have for a column.</summary>
    public static bool IsUsual(string name) => Usual.Contains(name.Trim());

    public static IEnumerable<string> Numbered(int count) => Enumerable.Range(1, count).Select(i => $"Column {i}");

    public static IEnumerable<string> From(IEnumerable<string?> header)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var place = 0;
        foreach (var cell in header)
        {
            place++;
            var name = cell?.Trim() is { Length: > 0 } given ? given : $"Column {place}";
            if (name.Length > Longest) name = name[..Longest];
            var free = name;
            for (var copy = 2; !taken.Add(free); copy++) free = $"{name} ({copy})";
            yield return free;
        }
    }
}
