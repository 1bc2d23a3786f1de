using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

internal static class SignOut
{
    public const string Path = "/sign-out";

    public static void MapSignOut(this IEndpointRouteBuilder app) => app.MapPost(Path, SignOutAsync);

    private static async Task<Results<RedirectHttpResult, BadRequest<string>>> SignOutAsync(HttpContext context, IAntiforgery antiforgery,
        SignInManager<AppUser> signIn, OpenSessions sessions)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            return TypedResults.BadRequest<string>(AccountsWords.FormOpenTooLong);
        await sessions.EndAsync(context.User, context.RequestAborted);
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("~" + AccountCookie.SignInPath);
    }
}
