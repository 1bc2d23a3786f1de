using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.Extensions.Options;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class EstimateFeedTests
{
    private readonly TimerTime _time = new();
    private readonly EstimateFeed _feed;

    public EstimateFeedTests() => _feed =
        new(_time, Options.Create(new EstimationOptions { FeedInterval = TimeSpan.FromMilliseconds(100) }));

    [Fact]
    public async Task Subscribe_WhilePublishing_MissesNothing()
    {
        var feed = new EstimateFeed(TimeProvider.System, Options.Create(new EstimationOptions { FeedInterval = TimeSpan.Zero }));
        const int last = 2000;
        var publishing = Task.Run(() => { for (var i = 1; i <= last; i++) feed.Publish(Update(i)); });
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var subscription = feed.Subscribe(1);
            var seen = subscription.Latest?.LabelVersion ?? 0;
            if (seen == last) return;
            await foreach (var update in subscription.ReadAllAsync())
            {
                Assert.True(update.LabelVersion >= seen, "the stream went back");
                seen = update.LabelVersion;
                if (seen == last) return;
            }
        })).ToArray();
        await Task.WhenAll(readers.Append(publishing)).WaitAsync(Patience.Long);
    }

    [Fact]
    public async Task Publish_WithinTheInterval_SendsOnlyTheNewestAtItsEnd()
    {
        using var subscription = _feed.Subscribe(1);
        await using var stream = subscription.ReadAllAsync().GetAsyncEnumerator();
        _feed.Publish(Update(1));
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal(1, stream.Current.LabelVersion);

        _feed.Publish(Update(2));
        _feed.Publish(Update(3));
        var next = stream.MoveNextAsync();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(next.IsCompleted);
        Assert.Equal(3, _feed.Latest(1)!.LabelVersion);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await next);
        Assert.Equal(3, stream.Current.LabelVersion);
    }

    [Fact]
    public async Task SlowSubscriber_HoldsUpNobodyAndGetsTheNewest()
    {
        using var slow = _feed.Subscribe(1);
        using var quick = _feed.Subscribe(1);
        await using var stream = quick.ReadAllAsync().GetAsyncEnumerator();
        for (var i = 1; i <= 5; i++)
        {
            _feed.Publish(Update(i));
            Assert.True(await stream.MoveNextAsync());
            Assert.Equal(i, stream.Current.LabelVersion);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
        await using var late = slow.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await late.MoveNextAsync());
        Assert.Equal(5, late.Current.LabelVersion);
    }

    [Fact]
    public async Task Dispose_EndsTheStreamAndLeaves()
    {
        var subscription = _feed.Subscribe(1);
        subscription.Dispose();
        _feed.Publish(Update(1));
        await using var stream = subscription.ReadAllAsync().GetAsyncEnumerator();
        Assert.False(await stream.MoveNextAsync());
    }

    [Fact]
    public void OtherProjects_AreNotHeard()
    {
        _feed.Publish(Update(1));
        using var subscription = _feed.Subscribe(2);
        Assert.Null(subscription.Latest);
    }

    private static ForecastUpdate Update(long version) => new(1, version, 0, 0, 32, null, null, "fake", null, null, null, null, null, null,
        true);
}
