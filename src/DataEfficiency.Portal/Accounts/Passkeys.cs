using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

/// <summary>The two questions that js/passkey.js asks before the browser's own dialog. The answers come back as ordinary form posts.</summary>
internal static class Passkeys
{
    public const string CreatePath = "/account/passkey-options";
    public const string RequestPath = "/sign-in/passkey-options";

    public static void MapPasskeys(this IEndpointRouteBuilder app)
    {
        app.MapPost(CreatePath, async (HttpContext context, IAntiforgery antiforgery, UserManager<AppUser> users, SignInManager<AppUser> signIn) =>
        {
            if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
            if (await users.GetUserAsync(context.User) is not { } user) return Results.Unauthorized();
            var options = await signIn.MakePasskeyCreationOptionsAsync(new PasskeyUserEntity { Id = user.Id, Name = user.UserName!, DisplayName = user.DisplayName });
            return Results.Content(options, "application/json");
        });
        app.MapPost(RequestPath, async (HttpContext context, IAntiforgery antiforgery, SignInManager<AppUser> signIn) =>
        {
            if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
            // no name is asked: the browser offers the passkeys that it has for this site
            return Results.Content(await signIn.MakePasskeyRequestOptionsAsync(null), "application/json");
        }).AllowAnonymous();
    }
}
