namespace DataEfficiency.Portal.Importing;

public static class RowReaders
{
    /// <summary>Opens a file as the format says; the reader owns the stream.</summary>
    public static IRowReader Open(Stream stream, SourceFormat format) => format.Kind switch
    {
        FileKind.Xlsx => new XlsxReader(stream, format),
        FileKind.JsonLines => new JsonLinesReader(stream, format),
        FileKind.JsonArray => new JsonArrayReader(stream, format),
        _ => new DelimitedReader(stream, format),
    };
}
