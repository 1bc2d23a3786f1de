using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

/// <summary>The two questions that js/passkey.js asks before the browser's own dialog. The answers come back as ordinary form
/// posts.</summary>
internal static class Passkeys
{
    public const string CreatePath = "/account/passkey-options";
    public const string RequestPath = "/sign-in/passkey-options";

    public static void MapPasskeys(this IEndpointRouteBuilder app)
    {
        app.MapPost(CreatePath, CreateAsync);
        app.MapPost(RequestPath, RequestAsync).AllowAnonymous();
    }

    private static async Task<Results<ContentHttpResult, BadRequest, UnauthorizedHttpResult>> CreateAsync(HttpContext context,
        IAntiforgery antiforgery, UserManager<AppUser> users, SignInManager<AppUser> signIn)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return TypedResults.BadRequest();
        if (await users.GetUserAsync(context.User) is not { } user) return TypedResults.Unauthorized();
        var entity = new PasskeyUserEntity { Id = user.Id, Name = user.UserName!, DisplayName = user.DisplayName };
        return TypedResults.Content(await signIn.MakePasskeyCreationOptionsAsync(entity), "application/json");
    }

    private static async Task<Results<ContentHttpResult, BadRequest>> RequestAsync(HttpContext context, IAntiforgery antiforgery,
        SignInManager<AppUser> signIn)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return TypedResults.BadRequest();
        // no name is asked: the browser offers the passkeys that it has for this site
        return TypedResults.Content(await signIn.MakePasskeyRequestOptionsAsync(null), "application/json");
    }
}
