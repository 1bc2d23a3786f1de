using System.Security.Claims;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace DataEfficiency.Portal.Accounts;

/// <summary>Identity's sign-in, closed to deactivated people on every way in.</summary>
public sealed class PortalSignInManager(
    UserManager<AppUser> users, IHttpContextAccessor context, IUserClaimsPrincipalFactory<AppUser> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<AppUser>> logger, IAuthenticationSchemeProvider schemes, IUserConfirmation<AppUser> confirmation,
    OpenSessions sessions)
    : SignInManager<AppUser>(users, context, claims, options, logger, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(AppUser user) => user.DeactivatedAt is null && await base.CanSignInAsync(user);

    // whoever measures answers shall not learn which names exist or are closed: all cost one hash
    public override async Task<SignInResult> PasswordSignInAsync(string userName, string password, bool isPersistent, bool lockoutOnFailure)
    {
        // one who only comes by the provider has none to compare with
        if (await UserManager.FindByNameAsync(userName) is not { PasswordHash: not null } user) return Spend(password, SignInResult.Failed);
        return await PreSignInCheck(user) is { } closed ? Spend(password, closed)
            : await PasswordSignInAsync(user, password, isPersistent, lockoutOnFailure);
    }

    /// <summary>A session keeps its name when its cookie is written anew.</summary>
    public override Task SignInWithClaimsAsync(AppUser user, AuthenticationProperties? authenticationProperties,
        IEnumerable<Claim> additionalClaims) => base.SignInWithClaimsAsync(user, authenticationProperties,
            [.. additionalClaims, SessionOf(Context.User.PersonId() == user.Id ? Context.User : null)]);

    /// <summary>The claim of a session; a new one where there is none.</summary>
    internal static Claim SessionOf(ClaimsPrincipal? user) =>
        new(PortalClaims.Session, user?.FindFirstValue(PortalClaims.Session) ?? Guid.NewGuid().ToString("N"));

    public override async Task<AppUser?> ValidateSecurityStampAsync(ClaimsPrincipal? principal) =>
        await base.ValidateSecurityStampAsync(principal) is { } user
            && !await sessions.IsEndedAsync(principal!, Context.RequestAborted) ? user : null;

    private SignInResult Spend(string password, SignInResult result)
    {
        UserManager.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
        return result;
    }

    private static readonly AppUser Nobody = new();
    private static readonly Lazy<string> NobodysHash =
        new(() => new PasswordHasher<AppUser>().HashPassword(Nobody, Guid.NewGuid().ToString()));

    // the passkey's way in asks nothing of the kind itself
    protected override async Task<SignInResult> SignInOrTwoFactorAsync(AppUser user, bool isPersistent, string? loginProvider = null,
        bool bypassTwoFactor = false) =>
        await PreSignInCheck(user) ?? await base.SignInOrTwoFactorAsync(user, isPersistent, loginProvider, bypassTwoFactor);
}
