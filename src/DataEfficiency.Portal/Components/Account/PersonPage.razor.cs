using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;

namespace DataEfficiency.Portal.Components.Account;

public sealed partial class PersonPage
{
    private IReadOnlyList<string> _errors = [];
    private Person? _person;
    private List<Project> _projects = [];
    private bool _admin;
    private bool _mayReset;
    private string? _url;

    [Parameter]
    public string Id { get; set; } = "";

    [CascadingParameter]
    private HttpContext HttpContext { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "join")]
    private MembershipFields Input { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "leave")]
    private int Leave { get; set; }

    [SupplyParameterFromForm(FormName = "role")]
    private RoleFields Role { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        Input ??= new MembershipFields();
        _person = await Directory.FindAsync(HttpContext.User, Id);
        if (_person is null)
        {
            Navigation.NotFound();
            return;
        }
        Role ??= new RoleFields { GlobalRole = _person.GlobalRoles.FirstOrDefault() };
        _admin = await Access.IsAdminAsync(HttpContext.User);
        _mayReset = await Access.MayResetAsync(HttpContext.User, Id);
        _projects = await Access.LedProjectsAsync(HttpContext.User);
    }

    private async Task JoinAsync() =>
        Show(int.TryParse(Input.Project, out var project)
            ? await Members.SetAsync(HttpContext.User, project, Id, Input.ProjectRole)
            : "Choose a project.");

    private async Task LeaveAsync() => Show(await Members.RemoveAsync(HttpContext.User, Leave, Id));

    private async Task SetRoleAsync() =>
        Show(await Directory.SetGlobalRoleAsync(HttpContext.User, Id, string.IsNullOrEmpty(Role.GlobalRole) ? null : Role.GlobalRole));

    private async Task ToggleAsync() => Show(await Directory.SetDeactivatedAsync(HttpContext.User, Id, !_person!.Deactivated));

    private async Task MakeResetAsync()
    {
        var made = await Links.ResetAsync(HttpContext.User, Id);
        if (made.Refusal is { } refusal) _errors = [refusal];
        else _url = Navigation.ToAbsoluteUri(AccountLinks.PathPrefix + made.Secret).ToString();
    }

    private void Show(string? refusal)
    {
        if (refusal is not null) _errors = [refusal];
        else Navigation.NavigateTo($"/people/{Id}");
    }

    private sealed class MembershipFields
    {
        public string? Project { get; set; }
        public ProjectRole ProjectRole { get; set; } = ProjectRole.Annotator;
    }

    private sealed class RoleFields
    {
        public string? GlobalRole { get; set; }
    }
}
