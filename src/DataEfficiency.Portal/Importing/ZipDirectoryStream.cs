namespace DataEfficiency.Portal.Importing;

/// <summary>A zip's stream that gives its directory only so many bytes: an archive reads all of its entries before it can be asked how many
/// there are.</summary>
internal sealed class ZipDirectoryStream(Stream inner) : Stream
{
    private const long MostDirectoryBytes = 8 << 20;
    private long _given;
    private bool _opened;

    /// <summary>The directory is read: from here on parts are, whose own limits count.</summary>
    public void IsOpened() => _opened = true;

    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));
    public override int Read(Span<byte> buffer) => Counted(inner.Read(buffer));

    private int Counted(int read) => _opened || (_given += read) <= MostDirectoryBytes ? read
        : throw new ImportException(ImportingWords.WorkbookListTooLong);

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => inner.Length;
    public override long Position { get => inner.Position; set => inner.Position = value; }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
