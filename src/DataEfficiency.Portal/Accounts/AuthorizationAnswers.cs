using DataEfficiency.Portal.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Turns a refusal into its answer: an unknown project is 404; API routes get problem JSON.</summary>
internal sealed class AuthorizationAnswers : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        var unknownProject = result.Forbidden && result.AuthorizationFailure?.FailureReasons.Any(r => r is UnknownProject) == true;
        if (result.Succeeded || (!ApiPaths.IsApi(context.Request) && !unknownProject))
        {
            await _default.HandleAsync(next, context, policy, result);
            return;
        }
        var (status, code, title) = unknownProject ? (404, ApiCodes.NotFound, ApiWords.NoSuchProject)
            : result.Challenged ? (401, ApiCodes.SignedOut, ApiWords.SignedOut)
            : (403, ApiCodes.Role, ApiWords.Role);
        context.Response.StatusCode = status;
        // a page's 404 keeps an empty body, so that the page for it is rendered
        if (ApiPaths.IsApi(context.Request)) await ApiProblem.Of(status, code, title).ExecuteAsync(context);
    }
}
