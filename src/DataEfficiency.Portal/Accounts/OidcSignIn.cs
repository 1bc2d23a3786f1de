using DataEfficiency.Portal.Components.Account;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Code flow with PKCE. The provider says who somebody is, and <see cref="OidcPeople"/> whose account that opens; from there on it
/// is the session of every other sign-in.</summary>
internal static class OidcSignIn
{
    public const string Path = AccountCookie.SignInPath + "/oidc";

    private const string Scheme = "Oidc", Issuer = "issuer", Link = "link";

    public static void AddOidc(this IServiceCollection services)
    {
        services.AddOptions<OidcOptions>().BindConfiguration(OidcOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OidcOptions>, OidcOptions.Validator>();
        services.AddSingleton<OidcPeople>();
        // what AddOpenIdConnect does, but only where the settings ask for it
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<OpenIdConnectOptions>,
            OpenIdConnectPostConfigureOptions>());
        services.AddTransient<OpenIdConnectHandler>();
        services.AddOptions<AuthenticationOptions>().Configure<IOptions<OidcOptions>>((schemes, oidc) =>
        {
            if (oidc.Value.IsOn) schemes.AddScheme<OpenIdConnectHandler>(Scheme, oidc.Value.Name);
        });
        services.AddOptions<OpenIdConnectOptions>(Scheme).Configure<IOptions<OidcOptions>>((handler, oidc) =>
            Configure(handler, oidc.Value));
    }

    public static void MapOidc(this IEndpointRouteBuilder app) => app.MapGet(Path, BeginAsync).AllowAnonymous();

    private static void Configure(OpenIdConnectOptions handler, OidcOptions options)
    {
        (handler.Authority, handler.ClientId, handler.ClientSecret) = (options.Authority, options.ClientId, options.Secret);
        handler.RequireHttpsMetadata = !new Uri(options.Authority!).IsLoopback;
        (handler.CallbackPath, handler.SignInScheme) = (Path + "/callback", IdentityConstants.ExternalScheme);
        (handler.SignedOutCallbackPath, handler.RemoteSignOutPath) = (Path + "/signed-out", default);
        (handler.ResponseType, handler.ResponseMode) = (OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query);
        // the answer comes by a link, so that no cookie has to cross sites
        handler.CorrelationCookie.SameSite = handler.NonceCookie.SameSite = SameSiteMode.Lax;
        (handler.MapInboundClaims, handler.GetClaimsFromUserInfoEndpoint) = (false, true);
        foreach (var scope in options.Scopes.Append("email")) handler.Scope.Add(scope);
        foreach (var claim in new[] { "email_verified", "preferred_username", options.AdmitClaim, options.RoleClaim })
            if (claim is { Length: > 0 }) handler.ClaimActions.MapJsonKey(claim, claim);
        handler.Events.OnTokenValidated = context =>
        {
            context.Properties!.Items[Issuer] = context.SecurityToken.Issuer;
            return Task.CompletedTask;
        };
        handler.Events.OnTicketReceived = EnterAsync;
        handler.Events.OnRemoteFailure = context =>
        {
            Log(context.HttpContext).LogWarning("Sign-in by {Provider} failed: {Why}", options.Name, context.Failure?.Message);
            Refuse(context.Response, OidcRefusal.Failed);
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    /// <param name="link">Secret of an invitation or a link of a person, which the answer will use.</param>
    private static async Task BeginAsync(HttpContext http, IOptions<OidcOptions> options, SetupGate setup, string? returnUrl = null,
        string? link = null)
    {
        // no other site joins who is at this browser to an account
        var foreign = link is not null && http.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
        if (!options.Value.IsOn || !setup.Done || foreign)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        try
        {
            await http.ChallengeAsync(Scheme, new AuthenticationProperties
            {
                RedirectUri = SignIn.LocalOrHome(returnUrl), Items = { [Link] = link ?? "" },
            });
        }
        catch (InvalidOperationException e)
        {
            Log(http).LogWarning("Sign-in by {Provider} cannot begin: {Why}", options.Value.Name, e.Message);
            Refuse(http.Response, OidcRefusal.Failed);
        }
    }

    private static async Task EnterAsync(TicketReceivedContext context)
    {
        var services = context.HttpContext.RequestServices;
        var items = context.Properties!.Items;
        var subject = context.Principal!.FindFirst("sub")!.Value;
        var link = items.TryGetValue(Link, out var given) && given is { Length: > 0 } ? given : null;
        var (id, refusal) = await services.GetRequiredService<OidcPeople>()
            .EnterAsync(new(items[Issuer]!, subject, context.Principal), link);
        var manager = services.GetRequiredService<SignInManager<AppUser>>();
        if (refusal is null && await manager.UserManager.FindByIdAsync(id!) is { } user)
        {
            await manager.SignInAsync(user, isPersistent: false);
            context.Response.Redirect(context.ReturnUri ?? "/");
        }
        else Refuse(context.Response, refusal ?? OidcRefusal.Unknown);
        context.HandleResponse();
    }

    private static void Refuse(HttpResponse response, OidcRefusal why) => response.Redirect($"{AccountCookie.SignInPath}?refused={why}");

    private static ILogger Log(HttpContext http) => http.RequestServices.GetRequiredService<ILoggerFactory>()
        .CreateLogger("DataEfficiency.Portal.Accounts.Oidc");
}
