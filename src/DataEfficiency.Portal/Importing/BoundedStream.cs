namespace DataEfficiency.Portal.Importing;

/// <summary>Reads an unpacking stream and stops where it gives more than it may: what a zip file says of its sizes can be a lie.</summary>
internal sealed class BoundedStream(Stream inner, long most, string name) : Stream
{
    private long given;

    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));
    public override int Read(Span<byte> buffer) => Counted(inner.Read(buffer));

    private int Counted(int read) => (given += read) <= most ? read
        : throw new ImportException($"The workbook's part {name} unpacks to more than {most / (1 << 20):N0} MiB. Save the sheet as CSV and import that.");

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => given; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
    }
}
