using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// Makes accounts in two steps: names and password are checked and hashed first (a tenth of a second of work), then the row is added
/// inside the one write transaction, which every label waits for.
/// </summary>
public sealed class NewAccounts(IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>Longest name of a person, and longest user name.</summary>
    public const int NameLimit = 100;

    /// <summary>A person from what they typed, ready to be added, or the errors to show. The user name may be an e-mail address.</summary>
    /// <param name="password">Null: there is none, and another way in.</param>
    public async Task<(AppUser User, IReadOnlyList<string> Errors)> PrepareAsync(string displayName, string userName, string? password)
    {
        var user = new AppUser
        {
            DisplayName = PersonNames.Plain(displayName),
            UserName = userName.Trim(),
            Email = userName.Contains('@') ? userName.Trim() : null,
            LockoutEnabled = true,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            SecurityStamp = Guid.NewGuid().ToString("N").ToUpperInvariant(),
        };
        if (user.DisplayName.Length > NameLimit || user.UserName.Length > NameLimit)
            return (user, [AccountsWords.NameTooLong(NameLimit)]);
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
        var errors = new List<string>();
        foreach (var validator in users.UserValidators) errors.AddRange(Words(await validator.ValidateAsync(users, user)));
        user.NormalizedUserName = users.NormalizeName(user.UserName);
        user.NormalizedEmail = users.NormalizeEmail(user.Email);
        if (password is null) return (user, errors);
        errors.AddRange(await PasswordErrorsAsync(users, user, password));
        if (errors.Count > 0) return (user, errors);
        user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
        return (user, []);
    }

    /// <summary>Adds a prepared person, with a role for the installation or none. Returns what is wrong, or null.</summary>
    public static async Task<string?> AddAsync(AppDbContext db, AppUser user, string? globalRole, CancellationToken cancellation)
    {
        if (await db.Users.AnyAsync(u => u.NormalizedUserName == user.NormalizedUserName, cancellation))
            return AccountsWords.UserNameTaken(user.UserName);
        db.Users.Add(user);
        if (globalRole is not null)
        {
            var role = await db.Roles.SingleAsync(r => r.Name == globalRole, cancellation);
            db.UserRoles.Add(new IdentityUserRole<string> { UserId = user.Id, RoleId = role.Id });
        }
        await db.SaveChangesAsync(cancellation);
        return null;
    }

    /// <summary>The hash of a person's new password, or the errors to show.</summary>
    public async Task<(string? Hash, IReadOnlyList<string> Errors)> HashAsync(string userId, string password)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
        if (await users.FindByIdAsync(userId) is not { } user) return (null, [AccountsWords.AccountGone]);
        var errors = await PasswordErrorsAsync(users, user, password);
        return errors.Count > 0 ? (null, errors) : (users.PasswordHasher.HashPassword(user, password), []);
    }

    private static async Task<IReadOnlyList<string>> PasswordErrorsAsync(UserManager<AppUser> users, AppUser user, string password)
    {
        var errors = new List<string>();
        foreach (var validator in users.PasswordValidators) errors.AddRange(Words(await validator.ValidateAsync(users, user, password)));
        return errors;
    }

    private static IEnumerable<string> Words(IdentityResult result) => result.Errors.Select(e => e.Description);
}
