using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

/// <summary>The choice of a language: a person's is kept with the account, so that it holds on every machine; a browser's in a
/// cookie.</summary>
internal static class LanguageChoice
{
    public const string Path = "/language";

    public static void MapLanguage(this IEndpointRouteBuilder app) => app.MapPost(Path, ChooseAsync).AllowAnonymous();

    private static async Task<Results<RedirectHttpResult, BadRequest<string>>> ChooseAsync(HttpContext context, IAntiforgery antiforgery,
        UserManager<AppUser> users, SignInManager<AppUser> signIn)
    {
        if (!context.Request.HasFormContentType || !await antiforgery.IsRequestValidAsync(context))
            return TypedResults.BadRequest<string>(AccountsWords.FormOpenTooLong);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var language = Languages.Known(form["language"]);
        var user = await users.GetUserAsync(context.User);
        if (user is not null)
        {
            user.Language = language;
            await users.UpdateAsync(user);
            await signIn.RefreshSignInAsync(user);
        }
        // as the browser asks: then its own earlier choice does not count either
        if (language is null) context.Response.Cookies.Delete(ReadersLanguage.Cookie);
        else if (user is null)
            context.Response.Cookies.Append(ReadersLanguage.Cookie, language, new() { HttpOnly = true, IsEssential = true,
                SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, MaxAge = TimeSpan.FromDays(365) });
        var from = form["returnUrl"].ToString();
        return TypedResults.LocalRedirect(RedirectHttpResult.IsLocalUrl(from) ? from : "/");
    }
}
