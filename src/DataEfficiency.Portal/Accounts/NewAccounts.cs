using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Accounts;

internal static class NewAccounts
{
    /// <summary>A person from what they typed: the user name may be an e-mail address.</summary>
    public static AppUser Make(string displayName, string userName, TimeProvider time) => new()
    {
        DisplayName = displayName.Trim(),
        UserName = userName.Trim(),
        Email = userName.Contains('@') ? userName.Trim() : null,
        LockoutEnabled = true,
        CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
    };
}
