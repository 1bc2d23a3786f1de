using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>How many rows a transaction of an import takes: few while others write too, because each of them waits behind it.</summary>
internal sealed class ChunkSize(WriteQueue writes, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private const int Beside = 50;

    private long _own, _others = writes.Asked;
    private long? _wrote;

    public int Rows
    {
        get
        {
            if (writes.Asked - _own is var others && others != _others) (_others, _wrote) = (others, time.GetTimestamp());
            return _wrote is { } at && time.GetElapsedTime(at) < Quiet ? Beside : ImportLimits.ChunkRows;
        }
    }

    /// <summary>The import is about to write: it does not wait for itself.</summary>
    public void Write() => _own++;
}
