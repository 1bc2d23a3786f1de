// Guesses about plain tables, from their first rows: separator, lines that begin with their label, and whether the first row names the
// columns. Only proposals: the person sees them with the preview and can choose otherwise.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Portal.Importing;

internal static class DelimitedShape
{
    private const int SampleRows = 50;
    private const int LongestName = 60;

    /// <param name="text">The beginning of the file, without its byte order mark.</param>
    /// <param name="cut">The file goes on behind it.</param>
    public static SourceFormat Of(string text, bool cut, string encoding, char? fixedDelimiter)
    {
        var firstLine = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length);
        var named = DelimitedReader.NamedSeparator(firstLine);
        List<string> lines = named is null ? Lines(text, cut) : [];
        if (ConllReader.Looks(lines)) return new SourceFormat(FileKind.Conll, encoding, HasHeader: false);
        var delimiter = named ?? fixedDelimiter ?? DelimiterOf(text, cut);
        if (named is null && fixedDelimiter is null && LabelLines.SeparatorOf(lines, delimiter) is { } separator)
            return new SourceFormat(FileKind.LabelLines, encoding, separator, HasHeader: false);
        var format = new SourceFormat(FileKind.Delimited, encoding, delimiter, HasHeader: false);
        return format with { HasHeader = LooksLikeHeader(FirstRows(text, format)) };
    }

    private static char DelimiterOf(string text, bool cut)
    {
        var (best, bestScore) = ('\0', 0.0);
        foreach (var candidate in ",;\t|")
        {
            var rows = FirstRows(text, new SourceFormat(FileKind.Delimited, "utf-16", candidate, HasHeader: false));
            if (cut && rows.Count is > 1 and < SampleRows) rows.RemoveAt(rows.Count - 1);
            // a row with a broken quote says nothing about the separator
            if (rows.Count(r => r.Fault is null) * 2 >= rows.Count) rows.RemoveAll(r => r.Fault is not null);
            var common = rows.GroupBy(r => r.Fields.Count).Where(g => g.Key > 1).OrderByDescending(g => g.Count()).FirstOrDefault();
            if (common is null) continue;
            // prose has commas too: a separator makes nearly all rows equally wide
            var share = common.Count() / (double)rows.Count;
            if (share >= .7 && share + common.Key * 1e-3 > bestScore) (best, bestScore) = (candidate, share + common.Key * 1e-3);
        }
        return best;
    }

    private static List<string> Lines(string text, bool cut)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(1000).ToList();
        if (cut && lines.Count is > 1 and < 1000) lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static List<SourceRow> FirstRows(string text, SourceFormat format)
    {
        using var reader = new DelimitedReader(new MemoryStream(Encoding.Unicode.GetBytes(text)), format with { Encoding = "utf-16" });
        try { return [.. reader.Rows().Take(SampleRows)]; }
        catch (ImportException) { return []; }
    }

    /// <summary>Names are short, present, different, no numbers, and do not come again as values below.</summary>
    public static bool LooksLikeHeader(IReadOnlyList<SourceRow> rows)
    {
        if (rows.Count == 0) return false;
        var names = rows[0].Fields.Select(f => f?.Trim() ?? "").ToList();
        var given = names.Where(n => n.Length > 0).ToList();
        if (given.Count > 0 && given.All(ColumnNames.IsUsual)) return true;
        if (given.Any(FieldPath.IsJson)) return false;
        if (rows.Count < 2) return names.Count > 1;
        if (given.Count < Math.Max(1, names.Count - 1) || given.Any(n => n.Length > LongestName || IsNumber(n))) return false;
        if (given.Distinct(StringComparer.OrdinalIgnoreCase).Count() != given.Count) return false;
        if (names.Count == 1) return false;
        return !rows.Skip(1).Any(r => names.Select((n, i) => n.Length > 0 && n == r.Field(i)?.Trim()).Any(same => same));
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
