using System.Net;
using System.Net.Sockets;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>
/// Which addresses a webhook may be sent to. A lead types the address, the server connects: without this, anything that only the server
/// reaches (its own ports, the network behind it, a cloud's metadata) could be knocked at from outside.
/// </summary>
public static class ReceiverAddress
{
    // special ranges of IPv4 (RFC 6890): none of them is a host of the public internet
    private static readonly IPNetwork[] Special =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.88.99.0/24"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/3"),
    ];

    // of IPv6 only what is given out to the public, without documentation, and without tunnels that carry an IPv4 address of anybody's
    private static readonly IPNetwork Public = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] SpecialOfPublic =
        [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20")];

    // where a network translates: the IPv4 address is in the last four bytes
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    // what an intranet has, where the installation allows it; link-local never: a cloud's metadata is there
    private static readonly IPNetwork[] Own =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"),
    ];

    public static bool Allows(IPAddress address, bool allowPrivate)
    {
        var plain = Plain(address);
        return IsPublic(plain) || allowPrivate && Own.Any(n => n.Contains(plain));
    }

    private static bool IsPublic(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? !Special.Any(n => n.Contains(address)) : Public.Contains(address) && !SpecialOfPublic.Any(n => n.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && Translated.Contains(address)
            ? new IPAddress(address.GetAddressBytes().AsSpan(12, 4)) : address;
}
