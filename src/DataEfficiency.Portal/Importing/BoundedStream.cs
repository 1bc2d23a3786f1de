namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Reads an unpacking stream of XML and stops where it gives more than it may: what a zip file says of its sizes can be a lie.
/// A stretch without '&lt;' is bounded as well, since a reader holds a whole attribute or name in memory.
/// </summary>
internal sealed class BoundedStream(Stream inner, long most, string name) : Stream
{
    private const int LongestStretch = 2 << 20;
    private long _given, _since;

    public override int Read(byte[] buffer, int offset, int count) => Counted(buffer.AsSpan(offset, inner.Read(buffer, offset, count)));

    public override int Read(Span<byte> buffer) => Counted(buffer[..inner.Read(buffer)]);

    private int Counted(ReadOnlySpan<byte> read)
    {
        if ((_given += read.Length) > most)
            throw new ImportException(
                ImportingWords.PartUnpacksTooLarge(part: name, mebibytes: most / (1 << 20)));
        var last = read.LastIndexOf((byte)'<');
        _since = last < 0 ? _since + read.Length : read.Length - last;
        if (_since > LongestStretch)
            throw new ImportException(ImportingWords.PartWithALongValue(part: name, mebibytes: LongestStretch >> 20));
        return read.Length;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _given; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
    }
}
