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
    ILogger<SignInManager<AppUser>> logger, IAuthenticationSchemeProvider schemes, IUserConfirmation<AppUser> confirmation)
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
