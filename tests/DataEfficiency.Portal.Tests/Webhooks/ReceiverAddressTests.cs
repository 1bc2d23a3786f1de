using System.Net;
using DataEfficiency.Portal.Webhooks;
using Xunit;

namespace DataEfficiency.Portal.Tests.Webhooks;

public sealed class ReceiverAddressTests
{
    [Theory]
    [InlineData("93.184.216.34", true, true)]
    [InlineData("2606:4700:4700::1111", true, true)]
    [InlineData("::ffff:93.184.216.34", true, true)]
    [InlineData("64:ff9b::5db8:d822", true, true)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("::ffff:127.0.0.1", false, true)]
    [InlineData("10.1.2.3", false, true)]
    [InlineData("172.31.255.255", false, true)]
    [InlineData("192.168.1.1", false, true)]
    [InlineData("100.64.0.1", false, true)]
    [InlineData("fc00::1", false, true)]
    [InlineData("fd12:3456::1", false, true)]
    [InlineData("64:ff9b::a01:203", false, true)]
    // a cloud's metadata, and what is no host at all: never
    [InlineData("169.254.169.254", false, false)]
    [InlineData("::ffff:169.254.169.254", false, false)]
    [InlineData("64:ff9b::a9fe:a9fe", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("::", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("255.255.255.255", false, false)]
    [InlineData("ff02::1", false, false)]
    [InlineData("198.18.0.1", false, false)]
    [InlineData("2001:db8::1", false, false)]
    // tunnels that carry 127.0.0.1 and 10.0.0.1
    [InlineData("2002:7f00:1::1", false, false)]
    [InlineData("2001:0:a00:1::1", false, false)]
    public void Address_OfAReceiver_IsPublicUnlessTheInstallationAllowsItsOwnNetwork(string address, bool always, bool inside)
    {
        Assert.Equal(always, ReceiverAddress.Allows(IPAddress.Parse(address), allowPrivate: false));
        Assert.Equal(inside, ReceiverAddress.Allows(IPAddress.Parse(address), allowPrivate: true));
    }

    [Theory]
    [InlineData("https://example.org/labels?x=1", null, null)]
    [InlineData("https://127.0.0.1/", null, null)]
    [InlineData("http://example.org/", nameof(WebhooksWords.UrlNotHttps), null)]
    [InlineData("https://name:secret@example.org/", nameof(WebhooksWords.UrlWithPassword), nameof(WebhooksWords.UrlWithPassword))]
    [InlineData("file:///etc/passwd", nameof(WebhooksWords.UrlNotOne), nameof(WebhooksWords.UrlNotOne))]
    [InlineData("gopher://example.org/", nameof(WebhooksWords.UrlNotOne), nameof(WebhooksWords.UrlNotOne))]
    [InlineData("/api/v1/backup", nameof(WebhooksWords.UrlNotOne), nameof(WebhooksWords.UrlNotOne))]
    [InlineData("", nameof(WebhooksWords.UrlNotOne), nameof(WebhooksWords.UrlNotOne))]
    public void Url_Typed_IsGoodOrSaysWhatIsWrong(string url, string? fault, string? inside)
    {
        Assert.Equal(fault, WebhookUrl.FaultOf(url, allowPrivate: false)?.Key);
        Assert.Equal(inside, WebhookUrl.FaultOf(url, allowPrivate: true)?.Key);
    }
}
