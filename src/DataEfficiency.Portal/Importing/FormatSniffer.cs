// What a file is, told from its first 64 KiB. Only a proposal: the person sees it with the preview and can choose otherwise.
using System.Text;

namespace DataEfficiency.Portal.Importing;

public static class FormatSniffer
{
    private const int Sample = 1 << 16;
    private const int SampleRows = 50;

    /// <exception cref="ImportException">The file is empty or of a kind that cannot be read.</exception>
    public static SourceFormat Sniff(Stream stream, string fileName)
    {
        var bytes = new byte[Sample];
        stream.Position = 0;
        var read = stream.ReadAtLeast(bytes, Sample, throwOnEndOfStream: false);
        stream.Position = 0;
        var head = bytes.AsSpan(0, read);
        if (read == 0) throw new ImportException("The file is empty.");
        if (head.StartsWith("PK\x03\x04"u8)) return new SourceFormat(FileKind.Xlsx);
        RefuseKnownOthers(head);
        var encoding = EncodingOf(head);
        // a sample can end inside a character: the last ones are not looked at
        var text = MarkedText.Decoding(encoding).GetString(head).TrimStart('\uFEFF');
        if (read == Sample) text = text[..^4];
        if (text.AsSpan().Trim().IsEmpty) throw new ImportException("The file holds nothing but blanks.");
        var extension = Path.GetExtension(fileName).ToLowerInvariant();
        if (extension is not (".csv" or ".tsv"))
        {
            var first = text.AsSpan().TrimStart();
            if (first[0] == '{') return new SourceFormat(FileKind.JsonLines, encoding);
            if (first[0] == '[' && first[1..].TrimStart() is { IsEmpty: false } inside && inside[0] is '{' or ']') return new SourceFormat(FileKind.JsonArray, encoding);
        }
        var delimiter = extension == ".tsv" ? '\t' : DelimiterOf(text, read == Sample);
        var format = new SourceFormat(FileKind.Delimited, encoding, delimiter, HasHeader: false);
        return format with { HasHeader = LooksLikeHeader(FirstRows(text, format)) };
    }

    private static void RefuseKnownOthers(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) throw new ImportException("This is an old Excel file (.xls). Save it as .xlsx or CSV.");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) throw new ImportException("This is a gzip archive. Unpack it and upload the table inside.");
        if (head.StartsWith("%PDF"u8)) throw new ImportException("This is a PDF. Upload a table: CSV, TSV, JSON lines or Excel (.xlsx).");
        if (head.StartsWith("PAR1"u8)) throw new ImportException("This is a Parquet file, which is not read here. Save it as CSV or JSON lines.");
    }

    private static string EncodingOf(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return "utf-8";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return "utf-16";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return "utf-16BE";
        int even = 0, odd = 0;
        for (var i = 0; i < head.Length; i++) if (head[i] == 0) { if (i % 2 == 0) even++; else odd++; }
        // without a byte order mark: text of European languages in UTF-16 has a zero in every other byte
        if (odd > head.Length / 5 && even < odd / 10) return "utf-16";
        if (even > head.Length / 5 && odd < even / 10) return "utf-16BE";
        if (even + odd > head.Length / 20) throw new ImportException("This is no text file. Upload a table: CSV, TSV, JSON lines or Excel (.xlsx).");
        return "utf-8";
    }

    private static char DelimiterOf(string text, bool cut)
    {
        var (best, bestScore) = ('\0', 0.0);
        foreach (var candidate in ",;\t|")
        {
            var rows = FirstRows(text, new SourceFormat(FileKind.Delimited, "utf-16", candidate, HasHeader: false));
            if (cut && rows.Count is > 1 and < SampleRows) rows.RemoveAt(rows.Count - 1);
            var common = rows.GroupBy(r => r.Fields.Count).Where(g => g.Key > 1).OrderByDescending(g => g.Count()).FirstOrDefault();
            if (common is null) continue;
            // prose has commas too: a separator makes nearly all rows equally wide
            var share = common.Count() / (double)rows.Count;
            if (share >= .7 && share + common.Key * 1e-3 > bestScore) (best, bestScore) = (candidate, share + common.Key * 1e-3);
        }
        return best;
    }

    private static List<SourceRow> FirstRows(string text, SourceFormat format)
    {
        using var reader = new DelimitedReader(new MemoryStream(Encoding.Unicode.GetBytes(text)), format with { Encoding = "utf-16" });
        try { return [.. reader.Rows().Take(SampleRows)]; }
        catch (ImportException) { return []; }
    }

    /// <summary>Names are short, present, different, no numbers, and do not come again as values below.</summary>
    private static bool LooksLikeHeader(List<SourceRow> rows)
    {
        if (rows.Count < 2) return rows.Count == 1 && rows[0].Fields.Count > 1;
        var names = rows[0].Fields.Select(f => f?.Trim() ?? "").ToList();
        if (names.Any(n => n.Length > 60 || double.TryParse(n, out _)) || names.Count(n => n.Length > 0) < Math.Max(1, names.Count - 1)) return false;
        if (names.Where(n => n.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count(n => n.Length > 0)) return false;
        if (names.Count == 1) return names[0].ToLowerInvariant() is "text" or "sentence" or "question" or "input" or "message" or "content" or "utterance" or "query";
        return !rows.Skip(1).Any(r => names.Select((n, i) => n.Length > 0 && n == r.Field(i)).Any(same => same));
    }
}
