namespace DataEfficiency.Portal.Importing;

/// <summary>A stream whose end is an error: a reader that waits for more bytes than there are would wait for ever.</summary>
internal sealed class EndingStream(Stream inner) : ReadingStream(inner)
{
    public override int Read(byte[] buffer, int offset, int count) => Checked(count, Inner.Read(buffer, offset, count));
    public override int Read(Span<byte> buffer) => Checked(buffer.Length, Inner.Read(buffer));

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Checked(count, await Inner.ReadAsync(buffer.AsMemory(offset, count), cancellationToken));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Checked(buffer.Length, await Inner.ReadAsync(buffer, cancellationToken));

    private static int Checked(int asked, int read) => read > 0 || asked == 0 ? read : throw new EndOfStreamException();
}
