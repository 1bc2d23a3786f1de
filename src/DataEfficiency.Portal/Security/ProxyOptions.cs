using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Security;

/// <summary>Section <c>Proxy</c>: whose X-Forwarded-For, -Proto and -Host are believed (a reverse proxy that speaks HTTPS).</summary>
public sealed class ProxyOptions
{
    public const string Section = "Proxy";

    /// <summary>Addresses of proxies. Default: none beside this machine's loopback.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>Networks of proxies, as 10.0.0.0/8. Default: none.</summary>
    public string[] KnownNetworks { get; set; } = [];

    internal void Apply(ForwardedHeadersOptions headers)
    {
        headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        foreach (var proxy in KnownProxies) headers.KnownProxies.Add(IPAddress.Parse(proxy));
        foreach (var network in KnownNetworks) headers.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
    }

    internal sealed class Validator : IValidateOptions<ProxyOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProxyOptions options)
        {
            var wrong = options.KnownProxies.Where(p => !IPAddress.TryParse(p, out _))
                .Select(p => $"Proxy:KnownProxies has '{p}', which is not an IP address")
                .Concat(options.KnownNetworks.Where(n => !System.Net.IPNetwork.TryParse(n, out _))
                    .Select(n => $"Proxy:KnownNetworks has '{n}', which is not a network like 10.0.0.0/8"))
                .ToList();
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }
}
