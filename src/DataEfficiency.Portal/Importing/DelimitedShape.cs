// Guesses about plain tables, from their first rows: separator, quotes, lines that begin with their label, a title above the table, and
// whether the first row names the columns. Only proposals: the person sees them with the preview and can choose otherwise.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Portal.Importing;

internal static class DelimitedShape
{
    private const int SampleRows = 50;
    private const int LongestName = 60, MostAbove = 5;

    /// <param name="text">The beginning of the file, without its byte order mark.</param>
    /// <param name="cut">The file goes on behind it.</param>
    /// <param name="extension">Of the file's name: a TSV has tabs; a CSV is a table, and no list of texts with commas in them.</param>
    public static SourceFormat Of(string text, bool cut, string encoding, string extension)
    {
        char? fixedDelimiter = extension == ".tsv" ? '\t' : null;
        var firstLine = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length);
        var named = DelimitedReader.NamedSeparator(firstLine);
        List<string> lines = named is null ? Lines(text, cut) : [];
        if (ConllReader.Looks(lines, extension)) return new SourceFormat(FileKind.Conll, encoding, HasHeader: false);
        bool? areTabsQuoted = QuotedTabs.Looks(text, cut) ? true : null;
        var delimiter = named is { } told and not '\0' ? told : fixedDelimiter
            ?? DelimiterOf(text, cut, extension == ".csv", areTabsQuoted);
        if (named is null && fixedDelimiter is null && LabelLines.SeparatorOf(lines, delimiter) is { } separator)
            return new SourceFormat(FileKind.LabelLines, encoding, separator, HasHeader: false);
        var format = new SourceFormat(FileKind.Delimited, encoding, delimiter, HasHeader: false,
            Quoted: delimiter == '\t' ? areTabsQuoted : null);
        var rows = FirstRows(text, format);
        var above = delimiter == '\0' ? 0 : Above(rows);
        return format with { Above = above, HasHeader = LooksLikeHeader(rows[above..]) };
    }

    /// <summary>How many rows stand above the names of the columns: a few of one field, such as a title.</summary>
    public static int Above(List<SourceRow> rows)
    {
        static int Width(SourceRow row) => row.Fields.Count(f => !string.IsNullOrWhiteSpace(f));
        var above = rows.FindIndex(r => Width(r) > 1);
        if (above is <= 0 or > MostAbove || rows.Count < above + 2) return 0;
        // of one column whose texts hold the separator the name stands alone too, and is no title
        if (rows[..above].Exists(r => r.Fields.Any(f => ColumnNames.IsUsual(f ?? "")))) return 0;
        var wide = rows.Skip(above).Count(r => Width(r) > 1);
        return wide >= (rows.Count - above) * .7 && LooksLikeHeader(rows[above..]) ? above : 0;
    }

    private static char DelimiterOf(string text, bool cut, bool isCsv, bool? areTabsQuoted)
    {
        var (best, bestScore) = ('\0', 0.0);
        foreach (var candidate in ",;\t|")
        {
            var rows = FirstRows(text, new SourceFormat(FileKind.Delimited, "utf-16", candidate, HasHeader: false,
                Quoted: candidate == '\t' ? areTabsQuoted : null));
            if (cut && rows.Count is > 1 and < SampleRows) rows.RemoveAt(rows.Count - 1);
            // a row with a broken quote says nothing about the separator
            if (isCsv || rows.Count(r => r.Fault is null) * 2 >= rows.Count) rows.RemoveAll(r => r.Fault is not null);
            if (isCsv) rows.RemoveRange(0, Above(rows));
            var common = rows.GroupBy(r => r.Fields.Count).Where(g => g.Key > 1).OrderByDescending(g => g.Count()).FirstOrDefault();
            if (common is null) continue;
            // prose has commas too: a separator makes nearly all rows equally wide
            var share = common.Count() / (double)rows.Count;
            if (share >= .7 && share + common.Key * 1e-3 > bestScore) (best, bestScore) = (candidate, share + common.Key * 1e-3);
        }
        return best != '\0' || !isCsv ? best : CommaOrNone(text);
    }

    // of a CSV: rows with fields left out under usual names, and one column whose texts are in quotes, are tables too
    private static char CommaOrNone(string text)
    {
        foreach (var candidate in ",;\t|")
        {
            var rows = FirstRows(text, new SourceFormat(FileKind.Delimited, "utf-16", candidate, HasHeader: false));
            if (rows is [{ Fault: null, Fields: { Count: > 1 } names }, ..] && names.Any(n => ColumnNames.IsUsual(n ?? ""))
                && rows.Count(r => r.Fields.Count > 1 || r.Fault is not null) * 2 >= rows.Count)
                return candidate;
        }
        return text.Contains('"') && FirstRows(text, new SourceFormat(FileKind.Delimited, "utf-16", HasHeader: false))
            .All(r => r.Fault is not null || r.Fields.Count == 1) ? ',' : '\0';
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
        try { return [.. reader.Read().Take(SampleRows)]; }
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
        if (given.Count < Math.Max(1, names.Count - 1)) return false;
        // years and days may be names beside a usual one; long questions are names above numbers and days
        var hasUsual = given.Any(ColumnNames.IsUsual);
        bool IsName(string name, int place) => !IsValue(name)
            || hasUsual && (IsYear(name) || IsDay(name) && !rows.Skip(1).Any(r => IsDay(r.Field(place)?.Trim() ?? "")));
        if (names.Where((n, i) => n.Length > 0 && !IsName(n, i)).Any()) return false;
        if (given.Any(n => n.Length > LongestName) && !names.Where((n, i) => n.Length > 0 && rows.Skip(1)
            .All(r => IsValue(r.Field(i)?.Trim() ?? ""))).Any()) return false;
        if (given.Distinct(StringComparer.OrdinalIgnoreCase).Count() != given.Count) return false;
        if (names.Count == 1) return false;
        return !rows.Skip(1).Any(r => names.Select((n, i) => n.Length > 0 && n == r.Field(i)?.Trim()).Any(same => same));
    }

    /// <summary>A number or a day.</summary>
    private static bool IsValue(string text) => IsNumber(text) || IsDay(text);

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool IsDay(string text) => !IsNumber(text) && text.Length is > 5 and < 30 && char.IsAsciiDigit(text[0])
        && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsYear(string text) => text.Length == 4 && int.TryParse(text, out var year) && year is >= 1900 and < 2100;
}
