using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <summary>How many rows a transaction of an import takes: few while others write too, because each of them waits behind it, and no
/// more than a handful once an answer waits behind them.</summary>
internal sealed class ChunkSize(WriteQueue writes, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2), Long = TimeSpan.FromSeconds(.5);
    private const int Beside = 50, Handful = 5;

    private long _own, _others = writes.Asked;
    private long? _wrote;
    private long _asked;
    private TimeSpan _waited;

    public int Rows
    {
        get
        {
            if (writes.Asked - _own is var others && others != _others) (_others, _wrote) = (others, time.GetTimestamp());
            return _wrote is { } at && time.GetElapsedTime(at) < Quiet ? Beside : ImportLimits.ChunkRows;
        }
    }

    /// <summary>Whether a transaction ends behind so many rows, so that who waits comes next. One that has waited itself takes them
    /// all.</summary>
    public bool GivesWay(int rows)
    {
        if (rows == 0) _waited = time.GetElapsedTime(_asked);
        return rows >= Handful && _waited < Long && writes.IsHurried;
    }

    /// <summary>The import is about to write: it does not wait for itself.</summary>
    public void Write() => (_own, _asked) = (_own + 1, time.GetTimestamp());
}
