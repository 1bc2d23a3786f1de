namespace DataEfficiency.Portal.Importing;

/// <summary>Lines such as "spam: You have won" or "__label__good Works as told": up to the first separator is the label, the rest is the
/// text.</summary>
public sealed class LabelLinesReader(Stream stream, SourceFormat format) : IRowReader
{
    internal const string Mark = "__label__";
    private static readonly string[] Names = ["label", "text"];
    private readonly DelimitedReader _lines = DelimitedReader.OfLines(stream, format);

    public IReadOnlyList<string> Columns => Names;
    public long BytesRead => _lines.BytesRead;

    public IEnumerable<SourceRow> Rows() => _lines.Rows().Select(line => line.Fault is not null ? line : Split(line));

    public void Dispose() => _lines.Dispose();

    private SourceRow Split(SourceRow line)
    {
        var whole = line.Field(0)!;
        return Parts(whole, format.Delimiter) is { } parts
            ? line with { Fields = [parts.Label, parts.Text] }
            : line with { Fault = new(RowFault.BadRow, ImportingWords.LineWithoutLabel(NameOf(format.Delimiter))) };
    }

    /// <summary>Null where the line has no separator, or nothing before it.</summary>
    public static (string Label, string Text)? Parts(string line, char separator)
    {
        var trimmed = line.TrimStart();
        // fastText: several labels can stand before the text
        if (separator == ' ' && trimmed.StartsWith(Mark, StringComparison.Ordinal))
        {
            List<string> marked = [];
            while (trimmed.StartsWith(Mark, StringComparison.Ordinal) && trimmed.AsSpan().IndexOfAny(' ', '\t') is > 0 and var end)
            {
                marked.Add(trimmed[..end]);
                trimmed = trimmed[end..].TrimStart();
            }
            return marked.Count == 0 ? null : (string.Join("; ", marked), trimmed.TrimEnd());
        }
        // a blank stands for any run of blanks and tabs
        var at = separator == ' ' ? trimmed.AsSpan().IndexOfAny(' ', '\t') : trimmed.IndexOf(separator);
        return at <= 0 ? null : (trimmed[..at].Trim(), trimmed[(at + 1)..].Trim());
    }

    private static string NameOf(char separator) => separator switch { ' ' => "blank", '\t' => "tab", ':' => "colon",
        _ => $"{separator}" };
}
