using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>A portal and everybody who may knock at it, each with what their browser or program sends.</summary>
public sealed class MatrixPortal : PortalFactory, IAsyncLifetime
{
    private AppUser _annotator = null!;

    public int ProjectId { get; private set; }

    public int ImportId { get; private set; }

    public string PersonId => _annotator.Id;

    /// <summary>Request headers by the names that the table's columns have.</summary>
    public Dictionary<string, Dictionary<string, string>> Principals { get; } = [];

    public async Task InitializeAsync()
    {
        var admin = await AddPersonAsync("admin", GlobalRoles.Admin);
        await AddPersonAsync("global-lead", GlobalRoles.Lead);
        var lead = await AddPersonAsync("lead");
        _annotator = await AddPersonAsync("annotator");
        var (other, removed, deactivated) = (await AddPersonAsync("other"), await AddPersonAsync("removed"), await AddPersonAsync("away"));
        var (reviewer, viewer) = (await AddPersonAsync("reviewer"), await AddPersonAsync("viewer"));
        ProjectId = (await AddProjectAsync()).Id;
        var foreign = (await AddProjectAsync("foreign")).Id;
        foreach (var (project, user, role) in new[]
        {
            (ProjectId, lead, ProjectRole.Lead), (ProjectId, _annotator, ProjectRole.Annotator), (ProjectId, removed, ProjectRole.Lead),
            (ProjectId, reviewer, ProjectRole.Reviewer), (ProjectId, viewer, ProjectRole.Viewer),
            (ProjectId, deactivated, ProjectRole.Lead), (foreign, other, ProjectRole.Lead),
        }) await AddMemberAsync(project, user.Id, role);
        ImportId = await AddImportAsync();

        Principals["none"] = await BrowserOfAsync(null);
        foreach (var (column, name) in new[]
        {
            ("anno", "annotator"), ("rev", "reviewer"), ("view", "viewer"), ("lead", "lead"), ("glead", "global-lead"), ("admin", "admin"),
            ("other", "other"), ("deact", "away"),
        }) Principals[column] = await BrowserOfAsync(name);
        Principals["xsite"] = new(Principals["admin"]) { ["Origin"] = "https://evil.example" };
        Principals["xsite"].Remove("X-Antiforgery");
        foreach (var (column, user) in new[] { ("t-ann", _annotator), ("t-led", lead), ("t-adm", admin), ("t-off", deactivated) })
            Principals[column] = new()
            {
                ["Authorization"] = "Bearer " + await Services.GetRequiredService<AccessTokens>().CreateAsync(user.Id, "t", default),
            };

        var (by, members) = (TestPrincipal.Of(admin), Services.GetRequiredService<ProjectMembers>());
        Assert.Null(await members.RemoveAsync(by, ProjectId, removed.Id));
        Principals["gone"] = await BrowserOfAsync("removed");
        Assert.Null(await Services.GetRequiredService<People>().SetDeactivatedAsync(by, deactivated.Id, true));
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    private Task<int> AddImportAsync() => Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        var import = new Import { ProjectId = ProjectId, StoredName = Guid.NewGuid().ToString("N"),
            Job = new Job { Kind = JobKind.Import, ProjectId = ProjectId, State = WorkState.Done } };
        db.Imports.Add(import);
        await db.SaveChangesAsync(token);
        return import.Id;
    }, CancellationToken.None);

    /// <summary>The cookies and the antiforgery token of a browser in which this person signed in. They are sent as they are with every
    /// request, so that a sign-out in one cell ends no other.</summary>
    private async Task<Dictionary<string, string>> BrowserOfAsync(string? name)
    {
        using var client = Server.CreateClient();
        var cookies = new Dictionary<string, string>();
        var page = await SendAsync(HttpMethod.Get, "/sign-in", null);
        var formToken = Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        if (name is null) return new() { ["Cookie"] = Cookies(), ["X-Antiforgery"] = formToken };
        await SendAsync(HttpMethod.Post, "/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in", ["__RequestVerificationToken"] = formToken, ["Input.UserName"] = name, ["Input.Password"] = Password,
        }));
        var answer = JsonDocument.Parse(await SendAsync(HttpMethod.Get, "/api/v1/antiforgery", null)).RootElement;
        return new() { ["Cookie"] = Cookies(), [answer.GetProperty("header").GetString()!] = answer.GetProperty("token").GetString()! };

        string Cookies() => string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}"));

        async Task<string> SendAsync(HttpMethod method, string path, HttpContent? content)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.TryAddWithoutValidation("Cookie", Cookies());
            using var response = await client.SendAsync(request);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect, $"{name} {path}: {response.StatusCode}");
            foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
                cookies[cookie.Split('=')[0]] = cookie.Split(';')[0][(cookie.IndexOf('=') + 1)..];
            return await response.Content.ReadAsStringAsync();
        }
    }
}
