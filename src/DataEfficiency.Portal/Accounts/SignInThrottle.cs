using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// Wrong passwords close a way in, not an account: five for one name from one address, or twenty from one address, shut that address out
/// for five minutes, while the person signs in from elsewhere. A name that is tried from many addresses only gets slower. In memory.
/// </summary>
public sealed class SignInThrottle(TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int PerName = 5, PerAddress = 20, SlowAfter = 10, MostRemembered = 20_000;
    private readonly ConcurrentDictionary<(string Address, string Name), (int Count, DateTimeOffset Last)> _wrong = new();

    private readonly Lock _gate = new();

    /// <summary>Begins a try, which counts as wrong until it was <see cref="Right"/>: of many at once no more are let in than one after
    /// another.</summary>
    /// <returns>False: this name may not be tried from this address now.</returns>
    public bool Begin(IPAddress? address, string userName)
    {
        lock (_gate)
        {
            if (IsClosed(address, userName)) return false;
            Wrong(address, userName);
            return true;
        }
    }

    /// <summary>Whether this name may not be tried from this address now.</summary>
    public bool IsClosed(IPAddress? address, string userName) =>
        Count(Place(address), Name(userName)) >= PerName || Count(Place(address), "") >= PerAddress;

    /// <summary>How long an answer for this name waits.</summary>
    public TimeSpan Pause(string userName) => Count("", Name(userName)) >= SlowAfter ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;

    public void Wrong(IPAddress? address, string userName)
    {
        if (_wrong.Count > MostRemembered)
            foreach (var (key, entry) in _wrong)
                if (IsOver(entry.Last)) _wrong.TryRemove(key, out _);
        foreach (var key in new[] { (Place(address), Name(userName)), (Place(address), ""), ("", Name(userName)) })
            _wrong.AddOrUpdate(key, _ => (1, time.GetUtcNow()), (_, e) => (IsOver(e.Last) ? 1 : e.Count + 1, time.GetUtcNow()));
    }

    /// <summary>The right password from this address: what came before were slips, and this try was none.</summary>
    public void Right(IPAddress? address, string userName)
    {
        lock (_gate)
        {
            _wrong.TryRemove((Place(address), Name(userName)), out _);
            foreach (var key in new[] { (Place(address), ""), ("", Name(userName)) })
                if (_wrong.TryGetValue(key, out var entry)) _wrong[key] = (Math.Max(0, entry.Count - 1), entry.Last);
        }
    }

    private int Count(string address, string name) => _wrong.TryGetValue((address, name), out var e) && !IsOver(e.Last) ? e.Count : 0;

    // a clock that was set back leaves nobody shut out for longer
    private bool IsOver(DateTimeOffset last) => (time.GetUtcNow() - last).Duration() > Window;

    private static string Name(string userName) => userName.Trim().ToUpperInvariant() is var name && name.Length > 100 ? name[..100] : name;

    /// <summary>An address as limits count it: of IPv6 the network that one subscriber has.</summary>
    internal static string Place(IPAddress? address) => address switch
    {
        null => "-",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
