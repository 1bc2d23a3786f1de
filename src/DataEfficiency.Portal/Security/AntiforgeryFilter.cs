using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using Microsoft.AspNetCore.Antiforgery;

namespace DataEfficiency.Portal.Security;

/// <summary>
/// Refuses a POST, PUT, PATCH or DELETE without the token in its header: the antiforgery middleware checks forms only. A request
/// that carries a bearer token needs none, since no other site can make a browser send it; but one that may only look changes nothing.
/// </summary>
internal sealed class AntiforgeryFilter(IAntiforgery antiforgery) : IEndpointFilter
{
    public const string Header = "X-Antiforgery";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var changes = !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method);
        if (changes && !TokenAuthentication.WasUsed(http.User) && !await IsValidAsync(http))
            return ApiProblem.BadRequest(ApiCodes.Antiforgery,
                ApiWords.AntiforgeryMissing(path: ApiRoutes.AntiforgeryPath, header: Header));
        if (changes && TokenScope.OnlyReads(http.User))
            return ApiProblem.Of(StatusCodes.Status403Forbidden, ApiCodes.Role, ApiWords.TokenOnlyReads);
        return await next(context);
    }

    // IsRequestValidAsync would read a form body that is an upload; the header alone counts here
    private async Task<bool> IsValidAsync(HttpContext http)
    {
        if (!http.Request.Headers.ContainsKey(Header)) return false;
        return await antiforgery.IsRequestValidAsync(http);
    }
}
