using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DataEfficiency.Portal.Security;

/// <summary>
/// Setting <c>AllowedHosts</c> (names separated by semicolons, *.example.org for all below one; default: any): other names that lead here
/// are answered 400. Asked after the forwarding headers, so that the name counts which people see. The health check answers under any name.
/// </summary>
internal sealed class AllowedHosts(RequestDelegate next, IConfiguration configuration)
{
    private readonly StringSegment[] _allowed = [.. (configuration["AllowedHosts"] ?? "*")
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(h => new StringSegment(h))];

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        // no name at all, or none that an address could have: nothing that is said of this portal's address would be true
        if (context.Request.Path == Health.HealthEndpoint.Path || Uri.CheckHostName(host) != UriHostNameType.Unknown
            && (_allowed.Contains("*") || HostString.MatchesAny(host, _allowed))) return next(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsync($"This portal is not at {context.Request.Host.Host}: see its setting AllowedHosts.");
    }
}
