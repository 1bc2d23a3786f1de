using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components.Account;

/// <summary>Where invitation and reset links lead. Opening it does not use it up: mail programs open links by themselves.</summary>
public sealed partial class AcceptLink
{
    private IReadOnlyList<string> _errors = [];
    private AccountLink? _link;

    [Parameter]
    public string Secret { get; set; } = "";

    [SupplyParameterFromForm]
    private Fields Input { get; set; } = default!;

    private string Title => _link switch { null => AccountWords.LinkDoesNotWork, { Kind: LinkKind.Invitation } => "Welcome",
        { Kind: LinkKind.SignIn } => AccountWords.SignInBy(Oidc.Value.Name),
        _ => AccountWords.SetNewPassword };

    private string ByProvider => $"{OidcSignIn.Path}?link={Uri.EscapeDataString(Secret)}";

    protected override async Task OnInitializedAsync()
    {
        Input ??= new Fields();
        _link = await Links.FindAsync(Secret) is { } link && (link.Kind != LinkKind.SignIn || Oidc.Value.IsOn) ? link : null;
    }

    private async Task AcceptAsync()
    {
        if (string.IsNullOrWhiteSpace(Input.DisplayName) || string.IsNullOrWhiteSpace(Input.UserName))
        {
            _errors = [AccountWords.FillYourNameEMail];
            return;
        }
        _errors = await Links.AcceptAsync(Secret, Input.DisplayName, Input.UserName, Input.Password ?? "");
        if (_errors.Count > 0) return;
        await Manager.PasswordSignInAsync(Input.UserName.Trim(), Input.Password!, isPersistent: false, lockoutOnFailure: false);
        Navigation.NavigateTo("/");
    }

    private async Task ResetAsync()
    {
        _errors = await Links.SetPasswordAsync(Secret, Input.Password ?? "");
        if (_errors.Count == 0) Navigation.NavigateTo("/sign-in");
    }

    private sealed class Fields
    {
        public string? DisplayName { get; set; }
        public string? UserName { get; set; }
        public string? Password { get; set; }
    }
}
