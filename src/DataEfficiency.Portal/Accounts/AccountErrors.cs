using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What Identity finds wrong, in the reader's language; what has no sentence here is not asked for by this portal's
/// settings.</summary>
internal sealed class AccountErrors : IdentityErrorDescriber
{
    public override IdentityError DefaultError() => Of(nameof(DefaultError), AccountsWords.AccountNotSaved);

    public override IdentityError ConcurrencyFailure() => Of(nameof(ConcurrencyFailure), AccountsWords.ChangedMeanwhile);

    public override IdentityError PasswordMismatch() => Of(nameof(PasswordMismatch), AccountsWords.PasswordWrong);

    public override IdentityError PasswordTooShort(int length) => Of(nameof(PasswordTooShort), AccountsWords.PasswordTooShort(length));

    public override IdentityError InvalidUserName(string? userName) => Of(nameof(InvalidUserName), AccountsWords.UserNameInvalid);

    public override IdentityError DuplicateUserName(string userName) => Of(nameof(DuplicateUserName),
        AccountsWords.UserNameTaken(userName));

    private static IdentityError Of(string code, string words) => new() { Code = code, Description = words };
}
