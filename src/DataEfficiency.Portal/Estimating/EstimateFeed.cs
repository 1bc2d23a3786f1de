using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The newest picture of each project and the stream of the next ones. Both are handed out under one lock, so that nothing falls between
/// them; pictures closer together than <see cref="EstimationOptions.FeedInterval"/> become one. A subscriber reads from a box of its own
/// that holds the newest picture only: it is never called, so a slow one holds up nobody.
/// </summary>
public sealed class EstimateFeed(TimeProvider time, IOptions<EstimationOptions> options)
{
    private readonly ConcurrentDictionary<int, Topic> _topics = [];

    /// <summary>A picture that shows an earlier moment than the newest one is dropped; figures never go back.</summary>
    public void Publish(ForecastUpdate update) => Of(update.ProjectId).Publish(latest => latest is null ? update
        : update.Number < latest.Number ? latest : latest.Figures is { } figures ? update.With(figures) : update);

    /// <summary>The same picture with newer figures: after each committed answer, without a statement.</summary>
    public void Show(ProjectFigures figures) => Of(figures.ProjectId).Publish(latest => latest?.With(figures));

    /// <summary>The estimator has looked at this label version, and nothing that a forecast is made of has changed.</summary>
    public void Looked(int projectId, long version) => Of(projectId).Publish(latest =>
        latest is null ? null : latest with { LabelVersion = Math.Max(version, latest.LabelVersion) });

    /// <summary>What was last published since the start of the process, throttled or not; null: nothing yet.</summary>
    public ForecastUpdate? Latest(int projectId) => Of(projectId).Latest;

    public Subscription Subscribe(int projectId) => Of(projectId).Subscribe();

    private Topic Of(int projectId) => _topics.GetOrAdd(projectId, _ => new Topic(time, options.Value.FeedInterval));

    private sealed class Topic(TimeProvider time, TimeSpan interval)
    {
        private readonly Lock _gate = new();
        private readonly List<Subscription> _subscribers = [];
        private ForecastUpdate? _latest;
        private long? _sentAt;
        private ITimer? _trailing;
        private long _sequence;

        public ForecastUpdate? Latest { get { lock (_gate) return _latest; } }

        public Subscription Subscribe()
        {
            lock (_gate)
            {
                var subscription = new Subscription(_latest, Remove);
                _subscribers.Add(subscription);
                return subscription;
            }
        }

        public void Publish(Func<ForecastUpdate?, ForecastUpdate?> next)
        {
            Subscription[] receivers;
            ForecastUpdate update;
            long sequence;
            lock (_gate)
            {
                if (next(_latest) is not { } made || ReferenceEquals(made, _latest)) return;
                update = _latest = made;
                if (_trailing is not null) return;
                var wait = _sentAt is { } sent ? interval - time.GetElapsedTime(sent) : TimeSpan.Zero;
                if (wait > TimeSpan.Zero)
                {
                    _trailing = time.CreateTimer(_ => Trail(), null, wait, Timeout.InfiniteTimeSpan);
                    return;
                }
                _sentAt = time.GetTimestamp();
                receivers = [.. _subscribers];
                sequence = ++_sequence;
            }
            Deliver(receivers, update, sequence);
        }

        private void Trail()
        {
            Subscription[] receivers;
            ForecastUpdate update;
            long sequence;
            lock (_gate)
            {
                _trailing?.Dispose();
                _trailing = null;
                _sentAt = time.GetTimestamp();
                receivers = [.. _subscribers];
                update = _latest!;
                sequence = ++_sequence;
            }
            Deliver(receivers, update, sequence);
        }

        private static void Deliver(Subscription[] receivers, ForecastUpdate update, long sequence)
        {
            foreach (var receiver in receivers) receiver.Offer(update, sequence);
        }

        private void Remove(Subscription subscription)
        {
            lock (_gate) _subscribers.Remove(subscription);
        }
    }

    /// <summary>One reader of one project. Dispose it to leave; the stream then ends.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly Channel<ForecastUpdate> _box = Channel.CreateBounded<ForecastUpdate>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        private readonly Action<Subscription> _leave;
        private long _newest;

        internal Subscription(ForecastUpdate? latest, Action<Subscription> leave) => (Latest, _leave) = (latest, leave);

        /// <summary>The newest picture at the moment of subscribing; the stream begins right after it.</summary>
        public ForecastUpdate? Latest { get; }

        /// <summary>Two senders may meet here out of order, since they send outside the topic's lock: the older picture is
        /// dropped.</summary>
        internal void Offer(ForecastUpdate update, long sequence)
        {
            lock (_box)
            {
                if (sequence < _newest) return;
                _newest = sequence;
                _box.Writer.TryWrite(update);
            }
        }

        public IAsyncEnumerable<ForecastUpdate> ReadAllAsync(CancellationToken cancel = default) => _box.Reader.ReadAllAsync(cancel);

        public void Dispose()
        {
            _leave(this);
            _box.Writer.TryComplete();
        }
    }
}
