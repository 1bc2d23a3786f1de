using System.Threading.Channels;

namespace DataEfficiency.Portal.Jobs;

/// <summary>The doorbell of <see cref="JobRunner"/>: that there may be something, never what. The database is the truth.</summary>
public sealed class JobBell(TimeProvider clock)
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
        { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Call after the commit, never before it.</summary>
    public void Ring() => _rung.Writer.TryWrite(true);

    /// <summary>Rings later, unless the portal ends before.</summary>
    internal async Task RingAfterAsync(TimeSpan pause, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(pause, clock, stopping);
            Ring();
        }
        catch (OperationCanceledException)
        {
            // the next start looks anyway
        }
    }

    /// <summary>Until somebody rings, and not longer than this.</summary>
    internal async Task WaitAsync(TimeSpan longest, CancellationToken stopping)
    {
        using var late = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        try
        {
            await _rung.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // time to look without being asked
        }
    }
}
