using System.Net;
using DataEfficiency.Portal.Accounts;
using Xunit;

namespace DataEfficiency.Portal.Tests.Accounts;

public sealed class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1"), Elsewhere = IPAddress.Parse("10.0.0.2");
    private readonly Clock _clock = new();

    [Fact]
    public void Name_FiveWrongFromOneAddress_IsClosedThereOnlyAndForFiveMinutes()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < 5; i++) throttle.Wrong(Here, "Ada");

        Assert.True(throttle.IsClosed(Here, "ada "));
        Assert.False(throttle.IsClosed(Elsewhere, "ada"));
        Assert.False(throttle.IsClosed(Here, "ben"));
        _clock.Now += SignInThrottle.Window + TimeSpan.FromSeconds(1);
        Assert.False(throttle.IsClosed(Here, "ada"));
    }

    [Fact]
    public void Address_ThatTriesManyNames_IsClosedForAll()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < 20; i++) throttle.Wrong(Here, $"name{i}");

        Assert.True(throttle.IsClosed(Here, "ada"));
        Assert.False(throttle.IsClosed(Elsewhere, "ada"));
    }

    [Fact]
    public void Name_TriedFromManyAddresses_GetsSlowAndIsNeverClosed()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < 200; i++) throttle.Wrong(new IPAddress([10, 1, 0, (byte)i]), "ada");

        Assert.True(throttle.Pause("ada") > TimeSpan.Zero);
        Assert.False(throttle.IsClosed(Here, "ada"));
        Assert.Equal(TimeSpan.Zero, throttle.Pause("ben"));
    }

    [Fact]
    public void Addresses_OfOneIpv6Network_CountAsOne()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 1; i <= 5; i++) throttle.Wrong(IPAddress.Parse($"2001:db8:1:2::{i}"), "ada");

        Assert.True(throttle.IsClosed(IPAddress.Parse("2001:db8:1:2:ffff::9"), "ada"));
        Assert.False(throttle.IsClosed(IPAddress.Parse("2001:db8:1:3::1"), "ada"));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
