namespace DataEfficiency.Portal.Importing;

/// <summary>A zip's stream that gives its directory only so many bytes: an archive reads all of its entries before it can be asked how many
/// there are.</summary>
internal sealed class ZipDirectoryStream(Stream inner) : ReadingStream(inner)
{
    private const long MostDirectoryBytes = 8 << 20;
    private long _given;
    private bool _opened;

    /// <summary>The directory is read: from here on parts are, whose own limits count.</summary>
    public void IsOpened() => _opened = true;

    public override int Read(byte[] buffer, int offset, int count) => Counted(Inner.Read(buffer, offset, count));
    public override int Read(Span<byte> buffer) => Counted(Inner.Read(buffer));

    private int Counted(int read) => _opened || (_given += read) <= MostDirectoryBytes ? read
        : throw new ImportException(ImportingWords.WorkbookListTooLong);
}
