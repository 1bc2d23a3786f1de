using DataEfficiency.Portal.Accounts;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components.Account;

public sealed partial class Setup
{
    private IReadOnlyList<string> _errors = [];
    private bool _codeNeeded;

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromForm]
    private Fields Input { get; set; } = default!;

    protected override void OnInitialized()
    {
        Input ??= new Fields();
        _codeNeeded = !SetupGate.FromThisMachine(HttpContext, Proxy.Value);
    }

    private async Task SubmitAsync()
    {
        if (_codeNeeded && !Gate.CodeMatches(Input.Code))
        {
            _errors = [AccountWords.SetUpCodeWrongShown];
            return;
        }
        if (string.IsNullOrWhiteSpace(Input.DisplayName) || string.IsNullOrWhiteSpace(Input.UserName))
        {
            _errors = [AccountWords.FillYourNameEMail];
            return;
        }
        _errors = await Gate.CompleteAsync(Input.DisplayName, Input.UserName, Input.Password ?? "");
        if (_errors.Count > 0) return;
        await Manager.PasswordSignInAsync(Input.UserName.Trim(), Input.Password!, isPersistent: false, lockoutOnFailure: false);
        Navigation.NavigateTo("/");
    }

    private sealed class Fields
    {
        public string? Code { get; set; }
        public string? DisplayName { get; set; }
        public string? UserName { get; set; }
        public string? Password { get; set; }
    }
}
