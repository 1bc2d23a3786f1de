using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

public static class AccountsRegistration
{
    /// <summary>The default scheme: decides per request between the cookie and a bearer token.</summary>
    private const string CookieOrToken = "CookieOrToken";

    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddAuthentication(options =>
            {
                options.DefaultScheme = CookieOrToken;
                options.DefaultSignInScheme = IdentityConstants.ApplicationScheme;
            })
            .AddPolicyScheme(CookieOrToken, null, options => options.ForwardDefaultSelector = http =>
                TokenAuthentication.Applies(http.Request) ? TokenAuthentication.Scheme : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.Scheme, null)
            .AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(AccountCookie.Configure));
        services.AddIdentityCore<AppUser>(options =>
            {
                // length instead of composition rules
                options.Password.RequiredLength = 10;
                options.Password.RequireDigit = options.Password.RequireLowercase = options.Password.RequireUppercase =
                    options.Password.RequireNonAlphanumeric = false;
                options.Lockout.MaxFailedAccessAttempts = 5;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<AppDbContext>()
            .AddPasswordValidator<CommonPasswords>()
            .AddErrorDescriber<AccountErrors>()
            .AddSignInManager<PortalSignInManager>()
            .AddClaimsPrincipalFactory<PortalClaims>()
            .AddDefaultTokenProviders();
        // a deactivated person or a changed password ends open sessions within a minute
        services.Configure<SecurityStampValidatorOptions>(options =>
        {
            options.ValidationInterval = TimeSpan.FromMinutes(1);
            options.OnRefreshingPrincipal = context =>
            {
                context.NewPrincipal!.Identities.First().AddClaim(PortalSignInManager.SessionOf(context.CurrentPrincipal));
                return Task.CompletedTask;
            };
        });
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitAuthentication>();

        services.AddSingleton<ProjectAccess>();
        services.AddSingleton<SetupGate>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<TokenHolders>();
        services.AddSingleton<OpenSessions>();
        services.AddSingleton<AccountLinks>();
        services.AddSingleton<NewAccounts>();
        services.AddSingleton<RightsChanges>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<People>();
        services.AddOidc();
        services.AddSingleton<IAuthorizationHandler, ProjectRequirementHandler>();
        services.AddSingleton<IAuthorizationHandler, AnyLeadHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationAnswers>();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(ProjectPolicies.AnyLead, policy => policy.RequireAuthenticatedUser().AddRequirements(new AnyLeadRequirement()))
            .AddPolicy(ProjectPolicies.Annotator, policy => InProject(policy, RoleRights.MayLabel))
            .AddPolicy(ProjectPolicies.Reviewer, policy => InProject(policy, RoleRights.MayReview))
            .AddPolicy(ProjectPolicies.Reader, policy => InProject(policy, RoleRights.MayReadFigures))
            .AddPolicy(ProjectPolicies.Lead, policy => InProject(policy, RoleRights.MayLead));
    }

    private static void InProject(AuthorizationPolicyBuilder policy, Func<ProjectRole, bool> allows) =>
        policy.RequireAuthenticatedUser().AddRequirements(new ProjectRequirement(allows));

    public static void UseAccounts(this WebApplication app)
    {
        app.UseMiddleware<SetupRedirect>();
        app.UseAuthentication();
        app.UseReadersLanguage();
        app.UseMiddleware<RateLimits>();
        app.UseAuthorization();
        app.UseAntiforgery();
    }

    public static void MapAccounts(this WebApplication app)
    {
        app.MapSignOut();
        app.MapLanguage();
        app.MapPasskeys();
        app.MapOidc();
        app.MapAntiforgery();
    }
}
