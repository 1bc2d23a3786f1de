namespace DataEfficiency.Portal.Importing;

/// <summary>The rows of all files of a data set's folder, one file after the other, with the split that each belongs to.</summary>
public sealed class DatasetRows : IRowReader
{
    /// <summary>Of the column that says the split.</summary>
    public const string Split = "split";

    private readonly Stream _stream;
    private readonly DatasetFolder _folder;
    private readonly List<string> _columns = [Split];
    private long _done;

    /// <exception cref="ImportException">The zip is damaged or too large, or holds no rows.</exception>
    public DatasetRows(Stream stream) => (_stream, _folder) = (stream, new DatasetFolder(stream));

    public IReadOnlyList<string> Columns => _columns;

    public long BytesRead => _done;

    public IEnumerable<SourceRow> Rows()
    {
        var number = 0;
        var places = new Dictionary<string, int>();
        foreach (var file in _folder.Files)
        {
            using var reader = Open(file);
            List<int> placed = [];
            foreach (var row in reader.Rows())
            {
                for (var i = placed.Count; i < reader.Columns.Count; i++) placed.Add(PlaceOf(reader.Columns[i]));
                yield return Joined(row with { Line = ++number }, file.Split, reader, placed);
            }
            _done += file.Entry.CompressedLength;
        }

        int PlaceOf(string name)
        {
            if (places.TryGetValue(name, out var place)) return place;
            if (_columns.Count > ImportLimits.Columns)
                throw new ImportException(ImportingWords.TooManyKeys(most: ImportLimits.Columns, name: name));
            _columns.Add(name == Split ? $"{Split} (2)" : name);
            return places[name] = _columns.Count - 1;
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _stream.Dispose();
    }

    private SourceRow Joined(SourceRow row, string split, IRowReader reader, List<int> placed)
    {
        var fields = new string?[_columns.Count];
        fields[0] = split;
        for (var i = 0; i < row.Fields.Count && i < placed.Count; i++)
            fields[placed[i]] = _folder.Classes.Named(reader.Columns[i], row.Fields[i]);
        return row with { Fields = fields, FieldFaults = row.FieldFaults?.ToDictionary(f => placed[f.Key], f => f.Value) };
    }

    private IRowReader Open(DatasetFile file)
    {
        var stream = _folder.Unpack(file);
        try
        {
            var format = Path.GetExtension(file.Name).ToLowerInvariant() is ".jsonl" or ".ndjson"
                ? new SourceFormat(FileKind.JsonLines, HasHeader: false) : FormatSniffer.Sniff(stream, Path.GetFileName(file.Name));
            // a folder in a folder, or a workbook under another name
            if (format.Kind is FileKind.Folder or FileKind.Xlsx)
                throw new ImportException(ImportingWords.ZipFileDamaged(file: file.Name, message: ImportingWords.NoTextFile));
            stream.Position = 0;
            return RowReaders.Open(stream, format);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
