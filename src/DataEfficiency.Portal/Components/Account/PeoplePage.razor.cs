using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components.Account;

public sealed partial class PeoplePage
{
    private IReadOnlyList<string> _errors = [];
    private List<Person> _people = [];
    private List<Project> _projects = [];
    private List<OpenLink> _open = [];
    private bool _admin;
    private string? _url;

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "invite")]
    private Fields Input { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "withdraw")]
    private int Withdraw { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new Fields();
        _admin = await Access.IsAdminAsync(HttpContext.User);
        _projects = await Access.LedProjectsAsync(HttpContext.User);
        _people = await Directory.ListAsync(HttpContext.User);
        _open = await Links.OpenAsync(HttpContext.User);
    }

    private async Task InviteAsync()
    {
        var role = string.IsNullOrEmpty(Input.GlobalRole) ? null : Input.GlobalRole;
        var made = await Links.InviteAsync(HttpContext.User, role, int.TryParse(Input.Project, out var project) ? project : null,
            Input.ProjectRole);
        if (made.Refusal is { } refusal) _errors = [refusal];
        else _url = Navigation.ToAbsoluteUri(AccountLinks.PathPrefix + made.Secret).ToString();
        _open = await Links.OpenAsync(HttpContext.User);
    }

    private async Task WithdrawAsync()
    {
        await Links.WithdrawAsync(HttpContext.User, Withdraw);
        Navigation.NavigateTo("/people");
    }

    private sealed class Fields
    {
        public string? GlobalRole { get; set; }
        public string? Project { get; set; }
        public ProjectRole ProjectRole { get; set; } = ProjectRole.Annotator;
    }
}
