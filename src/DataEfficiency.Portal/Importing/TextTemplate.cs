using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <summary>A part of an item's text, under its name.</summary>
public sealed record NamedText(string Name, string Text);

/// <summary>How several columns make one text: a line each, "premise: {premise}". Kept as the person wrote it.</summary>
public sealed record TextTemplate(IReadOnlyList<(string Name, string Column)> Parts)
{
    public const int MostParts = 20, LongestName = 60;

    public static string For(IEnumerable<string> columns) => string.Join('\n', columns.Select(c => $"{c}: {{{c}}}"));

    /// <exception cref="ImportException">A line is not "name: {column}".</exception>
    public static TextTemplate Parse(string template)
    {
        var parts = new List<(string, string)>();
        foreach (var line in template.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var open = line.IndexOf('{');
            // the column's name can hold braces and colons, the part's own name neither
            if (open < 2 || line[^1] != '}' || line[..open].TrimEnd() is not [.., ':'] || line.Length - open < 3)
                throw new ImportException(ImportingWords.NoLineOfATemplate(Excerpt.Of(line)));
            var name = line[..open].TrimEnd()[..^1].Trim();
            if (name.Length is 0 or > LongestName)
                throw new ImportException(ImportingWords.TemplateNameLength(line: Excerpt.Of(line), most: LongestName));
            if (parts.Any(p => p.Item1 == name)) throw new ImportException(ImportingWords.TemplateNameTwice(name));
            parts.Add((name, line[(open + 1)..^1]));
        }
        if (parts.Count is 0 or > MostParts)
            throw new ImportException(ImportingWords.TemplateLines(most: MostParts, lines: parts.Count));
        return new TextTemplate(parts);
    }

    /// <summary>The whole text: what the model reads, what is searched, and what makes two items equal.</summary>
    public static string Whole(IReadOnlyList<NamedText> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts) text.Append(text.Length > 0 ? "\n" : "").Append(part.Name).Append(": ").Append(part.Text);
        return text.ToString();
    }
}
