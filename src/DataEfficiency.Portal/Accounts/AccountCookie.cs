using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

/// <summary>The session cookie: HTTP only, not sent across sites; pages are sent to /sign-in, API routes get their status.</summary>
internal static class AccountCookie
{
    public const string SignInPath = "/sign-in";

    /// <summary>So long a browser that does not come back stays signed in.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.LoginPath = SignInPath;
        options.ReturnUrlParameter = "returnUrl";
        options.ExpireTimeSpan = Lifetime;
        options.SlidingExpiration = true;
        options.Cookie.Name = "de-session";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Events.OnValidatePrincipal = context =>
        {
            // a person whose rights changed is looked up at once, not when the minute is over
            var id = context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier);
            if (context.Properties.IssuedUtc is { } issued
                && context.HttpContext.RequestServices.GetRequiredService<RightsChanges>().IsSince(id, issued))
                context.Properties.IssuedUtc = null;
            return SecurityStampValidator.ValidatePrincipalAsync(context);
        };
        options.Events.OnRedirectToLogin = Answer(StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        };
    }

    private static Func<RedirectContext<CookieAuthenticationOptions>, Task> Answer(int status) => context =>
    {
        if (ApiPaths.IsApi(context.Request)) context.Response.StatusCode = status;
        else context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    };
}
