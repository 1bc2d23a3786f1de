using System.Net;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>From a host's name to its addresses, as this machine finds them.</summary>
public interface IHostNames
{
    Task<IPAddress[]> OfAsync(string host, CancellationToken cancellation);
}

internal sealed class SystemHostNames : IHostNames
{
    public Task<IPAddress[]> OfAsync(string host, CancellationToken cancellation) => Dns.GetHostAddressesAsync(host, cancellation);
}
