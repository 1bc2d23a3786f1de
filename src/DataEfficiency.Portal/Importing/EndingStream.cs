namespace DataEfficiency.Portal.Importing;

/// <summary>A stream whose end is an error: a reader that waits for more bytes than there are would wait for ever.</summary>
internal sealed class EndingStream(Stream inner) : Stream
{
    public override int Read(byte[] buffer, int offset, int count) => Checked(count, inner.Read(buffer, offset, count));
    public override int Read(Span<byte> buffer) => Checked(buffer.Length, inner.Read(buffer));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Checked(count, await inner.ReadAsync(buffer.AsMemory(offset, count), cancellationToken));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Checked(buffer.Length, await inner.ReadAsync(buffer, cancellationToken));

    private static int Checked(int asked, int read) => read > 0 || asked == 0 ? read : throw new EndOfStreamException();

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
