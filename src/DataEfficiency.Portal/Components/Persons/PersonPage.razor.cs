using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace DataEfficiency.Portal.Components.Persons;

public sealed partial class PersonPage(People directory, ProjectMembers members, AccountLinks links, ProjectAccess access,
    IOptions<OidcOptions> oidc, NavigationManager navigation, ISnackbar snackbar)
{
    internal static (string, string)[] InstallationRoles =>
    [
        ("", PersonsWords.NoneWorksProjects), (GlobalRoles.Lead, PersonsWords.LeadMayCreateProjects), (GlobalRoles.Admin,
            PersonsWords.AdminEverything),
    ];

    internal static (ProjectRole, string)[] ProjectRoles =>
    [
        (ProjectRole.Annotator, PersonsWords.OptionAnnotator), (ProjectRole.Reviewer, PersonsWords.OptionReviewer),
        (ProjectRole.Viewer, PersonsWords.OptionViewer), (ProjectRole.Lead, PersonsWords.OptionLead),
    ];

    private IReadOnlyList<string> _errors = [];
    private Person? _person;
    private List<Project> _projects = [];
    private string _globalRole = "";
    private string? _url, _signIn;
    private int? _project;
    private ProjectRole _projectRole = ProjectRole.Annotator;
    private bool _admin, _mayReset;

    [Parameter]
    public string Id { get; set; } = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        await ReadAsync();
        if (_person is null) navigation.NotFound();
    }

    private async Task ReadAsync()
    {
        var user = await UserAsync();
        _person = await directory.FindAsync(user, Id);
        if (_person is null) return;
        _globalRole = _person.GlobalRoles.Count > 0 ? _person.GlobalRoles[0] : "";
        _admin = await access.IsAdminAsync(user);
        _mayReset = await access.MayResetAsync(user, Id);
        _projects = await access.LedProjectsAsync(user);
        _project ??= _projects.Count > 0 ? _projects[0].Id : null;
    }

    private async Task<ClaimsPrincipal> UserAsync() => (await Authentication).User;

    private async Task JoinAsync() => await ShowAsync(_project is { } project
        ? await members.SetAsync(await UserAsync(), project, Id, _projectRole) : PersonsWords.ChooseAProject);

    private async Task LeaveAsync(int project) => await ShowAsync(await members.RemoveAsync(await UserAsync(), project, Id));

    private async Task SetRoleAsync() => await ShowAsync(await directory.SetGlobalRoleAsync(await UserAsync(), Id,
        _globalRole.Length > 0 ? _globalRole : null));

    private async Task ToggleAsync() =>
        await ShowAsync(await directory.SetDeactivatedAsync(await UserAsync(), Id, !_person!.Deactivated));

    private async Task MakeResetAsync() => _url = UrlOf(await links.ResetAsync(await UserAsync(), Id));

    private async Task MakeSignInAsync() => _signIn = UrlOf(await links.SignInAsync(await UserAsync(), Id));

    private async Task PartAsync() => await ShowAsync(await directory.PartAsync(await UserAsync(), Id));

    private string? UrlOf(LinkMade made)
    {
        _errors = made.Refusal is { } refusal ? [refusal] : [];
        return made.UrlAt(navigation);
    }

    private async Task ShowAsync(string? refusal)
    {
        _errors = refusal is null ? [] : [refusal];
        if (refusal is null) snackbar.Add(PersonsWords.Saved, Severity.Success);
        await ReadAsync();
        // a person who left the last project of this lead is not shown here any more
        if (_person is null) navigation.NavigateTo("/people");
    }
}
