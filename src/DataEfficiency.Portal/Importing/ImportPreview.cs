namespace DataEfficiency.Portal.Importing;

/// <summary>The first rows of an upload as a format reads them, with a proposed mapping.</summary>
/// <param name="Sheets">Of a workbook, else empty.</param>
public sealed record ImportPreview(SourceFormat Format, IReadOnlyList<string> Columns, IReadOnlyList<SourceRow> Rows, ColumnMapping Proposed, IReadOnlyList<string> Sheets)
{
    private const int CellCharacters = 240;

    /// <param name="format">Null: sniffed.</param>
    public static ImportPreview Of(Func<Stream> open, string fileName, SourceFormat? format = null)
    {
        if (format is null)
            using (var head = open()) format = Header(FormatSniffer.Sniff(head, fileName), open);
        using var reader = RowReaders.Open(open(), format);
        var rows = reader.Rows().Take(ImportLimits.PreviewRows)
            .Select(r => r with { Fields = [.. r.Fields.Select(f => f is { Length: > CellCharacters } ? f[..CellCharacters] + "…" : f)] }).ToList();
        if (reader.Columns.Count == 0) throw new ImportException(rows.Count > 0 && rows[0].Fault is { } fault ? $"Line {rows[0].Line:N0}: {fault.Reason}" : "The file has no rows.");
        return new ImportPreview(format, [.. reader.Columns], rows, ColumnMapping.Guess(format, reader.Columns, rows), reader is XlsxReader x ? x.SheetNames : []);
    }

    // a sheet with one column of texts may come without a header, like any list
    private static SourceFormat Header(SourceFormat format, Func<Stream> open)
    {
        if (format.Kind != FileKind.Xlsx) return format;
        using var reader = RowReaders.Open(open(), format with { HasHeader = false });
        var first = reader.Rows().FirstOrDefault();
        return format with { HasHeader = first is null || first.Fields.All(f => f is null || (f.Length <= 60 && !double.TryParse(f, out _))) };
    }
}
