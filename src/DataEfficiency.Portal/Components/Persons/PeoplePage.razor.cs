using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace DataEfficiency.Portal.Components.Persons;

public sealed partial class PeoplePage(People directory, AccountLinks links, ProjectAccess access, NavigationManager navigation)
{
    /// <summary>Up to so many, nobody searches.</summary>
    private const int FewPeople = 8;
    private const int PageSize = 100, ShownProjects = 3;
    private IReadOnlyList<string> _errors = [];
    private List<Person>? _people;
    private List<Project> _projects = [];
    private List<OpenLink> _open = [];
    private string _search = "", _globalRole = "";
    private string? _url;
    private int? _project;
    private ProjectRole _projectRole = ProjectRole.Annotator;
    private bool _admin;

    /// <summary>The project whose page sent here.</summary>
    [SupplyParameterFromQuery(Name = "project")]
    private int? From { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var user = await UserAsync();
        _admin = await access.IsAdminAsync(user);
        _projects = await access.LedProjectsAsync(user);
        _project = _projects.Find(p => p.Id == From)?.Id;
        _open = await links.OpenAsync(user);
        _people = await directory.ListAsync(user);
    }

    private async Task<ClaimsPrincipal> UserAsync() => (await Authentication).User;

    private async Task InviteAsync()
    {
        var made = await links.InviteAsync(await UserAsync(), _globalRole.Length > 0 ? _globalRole : null, _project, _projectRole);
        _errors = made.Refusal is { } refusal ? [refusal] : [];
        _url = made.UrlAt(navigation);
        _open = await links.OpenAsync(await UserAsync());
    }

    private async Task WithdrawAsync(int link)
    {
        await links.WithdrawAsync(await UserAsync(), link);
        _open = await links.OpenAsync(await UserAsync());
    }

    private bool Fits(Person person) => _search.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word =>
        new[] { person.DisplayName, person.UserName, ProjectsOf(person) }
            .Any(text => text.Contains(word, StringComparison.CurrentCultureIgnoreCase)));

    private static string ProjectsOf(Person person) => Told(person, person.Projects.Count);

    private static string Shortly(Person person) => person.Projects.Count <= ShownProjects + 1 ? ProjectsOf(person)
        : PersonsWords.AndMore(person: Told(person, ShownProjects), projects: person.Projects.Count - ShownProjects);

    private static string Told(Person person, int projects) => projects == 0 ? "–" : string.Join(", ", person.Projects.Take(projects)
        .Select(p => (string)PersonsWords.ProjectAs(project: p.Name, role: p.Role)));
}
