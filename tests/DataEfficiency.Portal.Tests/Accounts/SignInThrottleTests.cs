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
        // nor does a clock that is set back shut anybody out for longer
        for (var i = 0; i < 5; i++) throttle.Wrong(Here, "Ada");
        _clock.Now -= TimeSpan.FromHours(1);
        Assert.False(throttle.IsClosed(Here, "ada"));
    }

    [Fact]
    public void Name_TriedManyTimesAtOnce_GetsNoMoreTriesThanOneAfterAnother()
    {
        var throttle = new SignInThrottle(_clock);

        Assert.Equal(5, Enumerable.Range(0, 200).AsParallel().WithDegreeOfParallelism(16).Count(_ => throttle.Begin(Here, "ada")));
    }

    [Fact]
    public void Right_PeopleOfOneAddress_CloseItForNobody()
    {
        var throttle = new SignInThrottle(_clock);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(throttle.Begin(Here, $"name{i}"));
            throttle.Right(Here, $"name{i}");
        }

        Assert.True(throttle.Begin(Here, "ada"));
    }

    [Fact]
    public async Task AccountPage_IsNoPlaceToTryPasswords()
    {
        await using var portal = new PortalFactory();
        await portal.AddPersonAsync("ada");
        var browser = await portal.SignedInAsync("ada");
        async Task<string> TryAsync(string password) => await (await PortalFactory.PostFormAsync(browser, "/account", "password",
            new() { ["Input.Current"] = password, ["Input.New"] = "another long one" })).Content.ReadAsStringAsync();

        for (var i = 0; i < 5; i++) Assert.DoesNotContain("Too many wrong", await TryAsync($"wrong {i}"));

        Assert.Contains("Too many wrong passwords", await TryAsync(PortalFactory.Password));
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
