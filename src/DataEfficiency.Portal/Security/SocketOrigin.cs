using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;

namespace DataEfficiency.Portal.Security;

/// <summary>
/// Refuses a circuit or a hub to a page of another site: browsers open WebSockets to anywhere and send cookies along, and no CORS rule
/// stops them. A program names no origin; a token is proof enough, since no other site has it.
/// </summary>
internal sealed class SocketOrigin(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var isSocket = request.Path.StartsWithSegments("/_blazor") || request.Path.StartsWithSegments(ApiPaths.Hubs);
        if (!isSocket || request.Headers.Origin.ToString() is not { Length: > 0 } origin || IsOwn(origin, request.Host)
            || TokenAuthentication.Applies(request)) return next(context);
        return ApiProblem.Of(StatusCodes.Status403Forbidden, ApiCodes.ForeignOrigin, ApiWords.ForeignOrigin).ExecuteAsync(context);
    }

    // a proxy may leave the port away that the browser sees; then only the name can be compared
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && from.Host.Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && (host.Port is null || host.Port == from.Port);
}
