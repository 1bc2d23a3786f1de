namespace DataEfficiency.Portal.Importing;

/// <summary>The two ways to take a first row: what each makes of it.</summary>
/// <param name="Names">The columns, where the first row names them.</param>
/// <param name="FirstItem">The first row's fields, where it is a row like any other.</param>
public sealed record HeaderReadings(IReadOnlyList<string> Names, IReadOnlyList<string?> FirstItem);

/// <summary>The first rows of an upload as a format reads them, with a proposed mapping.</summary>
/// <param name="Sheets">Of a workbook, else empty.</param>
/// <param name="Paths">Values inside of JSON columns that can be picked, as "data.text".</param>
/// <param name="Places">Of a JSON document: where rows are.</param>
/// <param name="Notes">What is odd or was recognized, a sentence each.</param>
/// <param name="Readings">Where the first row may or may not name the columns; null where nobody can doubt it.</param>
public sealed record ImportPreview(SourceFormat Format, IReadOnlyList<string> Columns, IReadOnlyList<SourceRow> Rows,
    ColumnMapping Proposed,
    IReadOnlyList<string> Sheets, IReadOnlyList<string> Paths, IReadOnlyList<JsonRows> Places, IReadOnlyList<string> Notes,
    HeaderReadings? Readings)
{
    private const int CellCharacters = 240, HeaderRows = 50;

    /// <summary>Names that a mapping can use.</summary>
    public IEnumerable<string> Names => Columns.Concat(Paths);

    /// <param name="format">Null: sniffed.</param>
    /// <exception cref="ImportException">The file cannot be read, or has no rows.</exception>
    public static ImportPreview Of(Func<Stream> open, string fileName, SourceFormat? format = null)
    {
        SniffedFormat sniffed;
        using (var head = open())
            sniffed = format is null ? FormatSniffer.Look(head, fileName) : new SniffedFormat(format, [], PlacesOf(head, format));
        var notes = sniffed.Notes.ToList();
        if (format is null && (format = WithHeader(sniffed.Format, open)).Above > 0) notes.Add(AboveNote(format, open));
        using var reader = RowReaders.Open(open(), format);
        // an export can begin with many tasks that nobody has answered yet
        var read = First(reader, format.IsJson ? ImportLimits.GuessRows : ImportLimits.PreviewRows);
        var rows = read.Take(ImportLimits.PreviewRows).ToList();
        // some have columns whatever is in them
        if (reader.Columns.Count == 0 || rows.Count == 0 && format.Kind is FileKind.Parquet or FileKind.Folder)
            throw new ImportException(rows is [{ Fault: { } fault } first, ..]
                ? ImportingWords.LineFault(line: first.Line, reason: fault.Reason) : ImportingWords.FileHasNoRows);
        List<string> columns = [.. reader.Columns];
        if (reader is XlsxReader sheet)
        {
            format = format with { Sheet = sheet.Sheet };
            var hidden = sheet.Hidden();
            if (hidden.Rows > 0) notes.Add(ImportingWords.HiddenRows(hidden.Rows));
            if (hidden.Columns > 0) notes.Add(ImportingWords.HiddenColumns(hidden.Columns));
        }
        var guess = ColumnGuess.Of(format, columns, rows, read);
        return new ImportPreview(format, columns, [.. rows.Select(r => Shown(r))], guess.Mapping,
            reader is XlsxReader x ? x.SheetNames : [], FieldPath.Offered(columns, read), sniffed.Places,
            guess.Note is null ? notes : [.. notes, guess.Note], ReadingsOf(format, columns, rows, open));
    }

    private static List<SourceRow> First(IRowReader reader, int most)
    {
        var (rows, characters) = (new List<SourceRow>(), 0L);
        foreach (var row in reader.Rows())
        {
            rows.Add(row);
            characters += row.Fields.Sum(f => (long)(f?.Length ?? 0));
            if (rows.Count == most || rows.Count >= ImportLimits.PreviewRows && characters > ImportLimits.RowCharacters) break;
        }
        return rows;
    }

    // choosing another place asks for all of them again
    private static IReadOnlyList<JsonRows> PlacesOf(Stream stream, SourceFormat format) =>
        format.RowsAt is null || !format.IsJson ? [] : JsonShape.Of(stream, format.Encoding, ".json")?.Places ?? [];

    private static SourceRow Shown(SourceRow row, int most = CellCharacters) =>
        row with { Fields = [.. row.Fields.Select(f => f is null ? null : Excerpt.Of(f, most))] };

    private static bool CanHaveHeader(SourceFormat format, IReadOnlyList<string> columns) =>
        format.Kind is FileKind.Delimited or FileKind.Xlsx
        || format.IsJson && (columns.All(c => c.StartsWith("Column ", StringComparison.Ordinal)) || format.HasHeader);

    private static SourceFormat WithHeader(SourceFormat format, Func<Stream> open)
    {
        if (format.Kind is FileKind.LabelLines or FileKind.Delimited) return format;
        using var reader = RowReaders.Open(open(), format with { HasHeader = false });
        var first = reader.Rows().Take(HeaderRows).Where(r => r.Fault is null).ToList();
        var above = format.Kind == FileKind.Xlsx ? DelimitedShape.Above(first) : 0;
        return format with { Above = above, HasHeader = CanHaveHeader(format with { HasHeader = false }, reader.Columns)
            && DelimitedShape.LooksLikeHeader(first[above..])
            // lists in JSON seldom begin with their names: a usual one says that these do
            && (!format.IsJson || first[above].Fields.Any(f => f is not null && ColumnNames.IsUsual(f))) };
    }

    private static string AboveNote(SourceFormat format, Func<Stream> open)
    {
        using var reader = RowReaders.Open(open(), format with { Above = 0, HasHeader = false });
        var first = Shown(reader.Rows().First()).Fields.FirstOrDefault(f => !string.IsNullOrWhiteSpace(f));
        return ImportingWords.LinesAboveTheTable(lines: format.Above, first: first);
    }

    private static HeaderReadings? ReadingsOf(SourceFormat format, IReadOnlyList<string> columns, IReadOnlyList<SourceRow> rows,
        Func<Stream> open)
    {
        if (!CanHaveHeader(format, columns)) return null;
        if (format.HasHeader)
        {
            using var plain = RowReaders.Open(open(), format with { HasHeader = false });
            return plain.Rows().FirstOrDefault() is { Fault: null } first ? new HeaderReadings(columns, Shown(first).Fields) : null;
        }
        return rows is [{ Fault: null } row, ..]
            ? new HeaderReadings([.. ColumnNames.From(Shown(row, Excerpt.Usual).Fields)], Shown(row).Fields) : null;
    }
}
