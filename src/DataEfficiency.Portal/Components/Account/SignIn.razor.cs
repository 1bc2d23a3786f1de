using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Components.Account;

public sealed partial class SignIn
{
    private List<string> _errors = [];

    [SupplyParameterFromForm(FormName = "sign-in")]
    private Fields Input { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "passkey")]
    private string? Credential { get; set; }

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    /// <summary>Why the provider's answer opened nothing.</summary>
    [SupplyParameterFromQuery]
    private string? Refused { get; set; }

    protected override void OnInitialized()
    {
        Input ??= new Fields();
        if (Enum.TryParse<OidcRefusal>(Refused, out var why) && Enum.IsDefined(why) && Oidc.Value.IsOn)
            _errors = [AccountWords.NotLetIn(why: why, provider: Oidc.Value.Name)];
    }

    private async Task SubmitAsync()
    {
        var (name, address) = (Input.UserName?.Trim() ?? "", HttpContext.Connection.RemoteIpAddress);
        var pause = Throttle.Pause(name);
        if (!Throttle.Begin(address, name))
        {
            _errors = [AccountWords.TooManyWrongPasswordsFrom];
            return;
        }
        await Task.Delay(pause);
        var result = await Manager.PasswordSignInAsync(name, Input.Password ?? "", Input.Remember, lockoutOnFailure: false);
        if (result.Succeeded)
        {
            Throttle.Right(address, name);
            Navigation.NavigateTo(LocalOrHome(ReturnUrl));
            return;
        }
        // the same words for an unknown name, a wrong password and a deactivated account
        _errors = [AccountWords.NameOrPasswordWrong];
    }

    private async Task PasskeyAsync()
    {
        var result = SignInResult.Failed;
        try
        {
            if (!string.IsNullOrEmpty(Credential)) result = await Manager.PasskeySignInAsync(Credential);
        }
        // nothing was asked for before: no browser's own form comes so
        catch (InvalidOperationException) { }
        if (result.Succeeded) Navigation.NavigateTo(LocalOrHome(ReturnUrl));
        else _errors = [AccountWords.PasskeyDoesNotOpenAccount];
    }

    internal static string LocalOrHome(string? url) =>
        url is ['/', ..] && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal) ? url : "/";

    private sealed class Fields
    {
        public string? UserName { get; set; }
        public string? Password { get; set; }
        public bool Remember { get; set; }
    }
}
