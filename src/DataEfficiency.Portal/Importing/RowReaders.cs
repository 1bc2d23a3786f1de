namespace DataEfficiency.Portal.Importing;

public static class RowReaders
{
    /// <summary>Opens a file as the format says; the reader owns the stream.</summary>
    /// <exception cref="ImportException">The file cannot be read so.</exception>
    public static IRowReader Open(Stream stream, SourceFormat format)
    {
        try
        {
            return format.Kind switch
            {
                FileKind.Xlsx => new XlsxReader(stream, format),
                FileKind.JsonLines => new JsonLinesReader(stream, format),
                FileKind.JsonArray or FileKind.JsonMap or FileKind.JsonValues => new JsonReader(stream, format),
                FileKind.Parquet => new ParquetRows(stream),
                FileKind.Folder => new DatasetRows(stream),
                FileKind.Conll => new ConllReader(stream, format),
                FileKind.LabelLines => new LabelLinesReader(stream, format),
                _ => new DelimitedReader(stream, format),
            };
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
