using System.Net;
using DataEfficiency.Portal.Webhooks;

namespace DataEfficiency.Portal.Tests.Webhooks;

/// <summary>Every name leads to the next of these addresses, and to the last one from then on.</summary>
public sealed class FakeHostNames(params string[] addresses) : IHostNames
{
    public int Asked { get; private set; }

    public Task<IPAddress[]> OfAsync(string host, CancellationToken cancellation) =>
        Task.FromResult<IPAddress[]>([IPAddress.Parse(addresses[Math.Min(Asked++, addresses.Length - 1)])]);
}
