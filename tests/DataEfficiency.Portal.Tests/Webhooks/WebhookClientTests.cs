using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Webhooks;
using Microsoft.Extensions.Options;
using Xunit;

namespace DataEfficiency.Portal.Tests.Webhooks;

/// <summary>What goes out over a real socket, and what does not.</summary>
public sealed class WebhookClientTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_770_000_000);

    private readonly Receiver _receiver = new();

    public void Dispose() => _receiver.Dispose();

    [Fact]
    public async Task Delivery_ThatArrives_CarriesItsEventAndASignatureThatTheSecretAloneMakes()
    {
        Assert.Equal(new(200, null), await PostAsync(new FakeHostNames("127.0.0.1"), allowPrivate: true));

        var (headers, body) = Assert.Single(_receiver.Came);
        Assert.Equal("{\"text\":\"grün\"}", body);
        Assert.Equal("label.created", headers[WebhookClient.EventHeader]);
        Assert.Equal(Guid.Empty.ToString(), headers[WebhookClient.DeliveryHeader]);
        // by `printf '1770000000.{"text":"grün"}' | openssl dgst -sha256 -hmac whs_secret`
        Assert.Equal("t=1770000000,v1=81b661373ec80c15658514ce3de258a31822fa02bb3f40c9b1b86a0eca306519", headers[WebhookSignature.Header]);
        Assert.StartsWith("receiver.example:", headers["Host"]);
        Assert.False(headers.ContainsKey("traceparent"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("fc00::1")]
    public async Task Name_ThatLeadsInside_IsRefusedBeforeAnyConnection(string address)
    {
        Assert.Equal(new(null, WebhookFault.Address), await PostAsync(new FakeHostNames(address), allowPrivate: false));

        Assert.Empty(_receiver.Came);
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("[::1]"), InlineData("2130706433"), InlineData("0x7f.1"), InlineData("[::ffff:7f00:1]")]
    public async Task Address_InPlaceOfAName_IsLookedAtAsAny(string host)
    {
        var names = new FakeHostNames("93.184.216.34");
        Assert.Equal(new(null, WebhookFault.Address), await PostAsync(names, allowPrivate: false,
            _receiver.Url.Replace("receiver.example", host, StringComparison.Ordinal)));

        Assert.Equal((0, 0), (names.Asked, _receiver.Came.Count));
    }

    [Fact]
    public async Task Name_ThatLeadsElsewhereAMomentLater_IsAskedOnceForWhatIsLookedAtAndConnectedTo()
    {
        var names = new FakeHostNames("127.0.0.1", "169.254.169.254");

        Assert.Equal(new(200, null), await PostAsync(names, allowPrivate: true));
        Assert.Equal(new(null, WebhookFault.Address), await PostAsync(names, allowPrivate: true));

        Assert.Equal(2, names.Asked);
        Assert.Single(_receiver.Came);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        using var other = new Receiver();
        _receiver.Answer = $"307 Temporary Redirect\r\nLocation: {other.Url}";

        Assert.Equal(new(307, WebhookFault.Redirect), await PostAsync(new FakeHostNames("127.0.0.1"), allowPrivate: true));

        Assert.Empty(other.Came);
    }

    [Fact]
    public async Task Receiver_ThatRefusesOrIsSilentOrNotThere_IsToldApart()
    {
        var names = new FakeHostNames("127.0.0.1");
        _receiver.Answer = "503 Busy";
        Assert.Equal(new(503, WebhookFault.Status), await PostAsync(names, allowPrivate: true));
        // nobody listens at the discard port
        Assert.Equal(new(null, WebhookFault.Unreachable), await PostAsync(names, allowPrivate: true, "http://receiver.example:9/"));
        _receiver.IsSilent = true;
        Assert.Equal(new(null, WebhookFault.Timeout), await PostAsync(names, allowPrivate: true, timeout: TimeSpan.FromMilliseconds(50)));
    }

    private async Task<WebhookOutcome> PostAsync(IHostNames names, bool allowPrivate, string? url = null, TimeSpan? timeout = null)
    {
        using var client = new WebhookClient(names, Options.Create(new WebhookOptions
        {
            AllowPrivate = allowPrivate, Timeout = timeout ?? Patience.Long,
        }));
        var delivery = new WebhookDelivery { Event = WebhookEvents.LabelCreated, Body = "{\"text\":\"grün\"}" };
        return await client.PostAsync(url ?? _receiver.Url, "whs_secret", delivery, Now, CancellationToken.None);
    }
}
