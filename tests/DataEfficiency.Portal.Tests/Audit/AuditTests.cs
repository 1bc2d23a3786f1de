using System.Net;
using System.Net.Http.Json;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Audit;

/// <summary>Who changed what, as leads and admins read it.</summary>
public sealed class AuditTests(PeopledPortal portal) : IClassFixture<PeopledPortal>
{
    private AuditReader Reader => portal.Services.GetRequiredService<AuditReader>();

    [Fact]
    public async Task Rows_OfManyPages_ComeNewestFirst_NarrowedByKindAndPerson_WithNamesForIds()
    {
        var project = (await portal.AddProjectAsync("audited")).Id;
        var (lead, annotator) = (portal.People["lead"].Id, portal.People["annotator"].Id);
        await AddAsync(db =>
        {
            for (var i = 0; i < 60; i++) AuditTrail.Add(db, i, lead, "review", after: $"{i}", projectId: project);
            AuditTrail.Add(db, 60, lead, "member.set", $"{annotator}: Annotator", $"{annotator}: Viewer", project);
            AuditTrail.Add(db, 61, annotator, "export.csv", after: "3", projectId: project);
            AuditTrail.Add(db, 62, lead, "reviewing.of.another.portal", projectId: project);
        });

        var first = await Reader.ReadAsync(project, new(), null, default);
        var rest = await Reader.ReadAsync(project, new(), first[^1].Id, default);
        Assert.Equal((AuditReader.Page, 13), (first.Count, rest.Count));
        Assert.Equal(Enumerable.Range(0, 63).Reverse().Select(i => (long)i), first.Concat(rest).Select(r => r.At));
        Assert.Equal(("annotator: Annotator", "annotator: Viewer", "lead"), (first[2].Before, first[2].After, first[2].By));
        Assert.Equal([59L], (await Reader.ReadAsync(project, new("review"), null, default)).Take(1).Select(r => r.At));
        Assert.Equal([61L], (await Reader.ReadAsync(project, new("export"), null, default)).Select(r => r.At));
        Assert.Equal([61L], (await Reader.ReadAsync(project, new(Person: annotator), null, default)).Select(r => r.At));
        Assert.Equal(["annotator", "lead"], (await Reader.PeopleAsync(project, default)).Select(p => p.Name));
        // rows of this project only, and of the installation all
        Assert.DoesNotContain(await Reader.ReadAsync(portal.Project.Id, new("export"), null, default), r => r.At == 61);
        Assert.Contains(await Reader.ReadAsync(null, new("export"), null, default), r => r.At == 61);
    }

    [Fact]
    public async Task Api_PagesByCursor_AndRefusesAKindThatThereIsNot()
    {
        var project = portal.Project.Id;
        await AddAsync(db =>
        {
            for (var i = 0; i < 55; i++) AuditTrail.Add(db, i, "lead", "import.done", projectId: project);
        });
        using var lead = await portal.WithTokenAsync(portal.People["lead"].Id);
        var audit = $"/api/v1/projects/{project}/audit?kind=import";

        var first = (await lead.GetFromJsonAsync<AuditEndpoints.AuditReply>(audit))!;
        var second = (await lead.GetFromJsonAsync<AuditEndpoints.AuditReply>($"{audit}&before={first.Next}"))!;

        Assert.Equal((50, 5, null), (first.Items.Count, second.Items.Count, second.Next));
        Assert.Equal(55, first.Items.Concat(second.Items).Select(r => r.Id).Distinct().Count());
        Assert.Equal(HttpStatusCode.BadRequest, (await lead.GetAsync($"/api/v1/projects/{project}/audit?kind=token")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await lead.GetAsync($"/api/v1/projects/{project}/audit?kind=passwordHash")).StatusCode);
    }

    [Fact]
    public async Task Page_OfAProject_ShowsItsRowsAsText()
    {
        var project = (await portal.AddProjectAsync("shown")).Id;
        await portal.AddMemberAsync(project, portal.People["lead"].Id, ProjectRole.Lead);
        await AddAsync(db => AuditTrail.Add(db, 0, portal.People["lead"].Id, "project.settings",
            "{\"Name\":\"old\",\"TargetValue\":0.9}", "{\"Name\":\"<script>new</script>\",\"TargetValue\":0.9}", project));
        var browser = await portal.SignedInAsync("lead");

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync($"/projects/{project}/audit"));

        Assert.Contains("settings saved", page);
        Assert.Contains("old</del>", page);
        Assert.DoesNotContain("TargetValue", page);
        Assert.Contains("&lt;script&gt;new", await browser.GetStringAsync($"/projects/{project}/audit"));
    }

    [Theory]
    [InlineData("{\"a\":1,\"b\":\"x\"}", "{\"a\":2,\"b\":\"x\",\"c\":true}", "a: 1 > 2; c:  > True")]
    [InlineData(null, "{\"asked\":3,\"changed\":2}", "asked:  > 3; changed:  > 2")]
    [InlineData("Active", "Paused", ": Active > Paused")]
    [InlineData(null, "{\"not json", ":  > {\"not json")]
    [InlineData(null, null, "")]
    [InlineData("[{\"Id\":7,\"Name\":\"dog\",\"Key\":null,\"Retired\":false}]",
        "[{\"Id\":7,\"Name\":\"hound\",\"Key\":null,\"Retired\":true},{\"Id\":9,\"Name\":\"cat\",\"Key\":\"c\"}]",
        "hound: Name: dog > hound; hound: Retired:  > True; cat: Name:  > cat; cat: Key:  > c")]
    [InlineData(null, "[1, 2]", ":  > [1, 2]")]
    public void Changes_OfARow_AreThoseOfItsFields(string? before, string? after, string expected) => Assert.Equal(expected,
        string.Join("; ", AuditText.Changes(new(1, 0, "", "", null, "", before, after)).Select(c => $"{c.Field}: {c.Before} > {c.After}")));

    private Task AddAsync(Action<AppDbContext> add) => portal.Services.GetRequiredService<WriteQueue>().WriteAsync(async (db, token) =>
    {
        add(db);
        await db.SaveChangesAsync(token);
    }, CancellationToken.None);
}
