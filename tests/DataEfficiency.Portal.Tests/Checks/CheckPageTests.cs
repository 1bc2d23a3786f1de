using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Checks;

/// <summary>What people and programs are shown of checks.</summary>
public sealed class CheckPageTests
{
    [Fact]
    public async Task Page_AfterACheck_ShowsItsRowItsPointAndTheNextOne()
    {
        using var world = new EstimatingWorld();
        var (project, lead) = await CheckedAsync(world);

        var page = await lead.GetStringAsync($"/projects/{project}");
        Assert.Contains("40 (cross-validated)", page);
        Assert.Contains("class=\"obs hollow\"", page);
        Assert.Contains("The next check comes at 50 random labels (10 more).", page);
        Assert.Contains("There is no test set", page);
        Assert.Contains("test examples would be enough", page);
    }

    [Fact]
    public async Task Page_CheckIsOffered_SaysWhyAndWhatItTakes()
    {
        using var world = new EstimatingWorld();
        world.Fake().Seconds = 7200;
        var project = await world.RandomPoolAsync(200, 40, p => (p.ComputePrice, p.Currency) = (3, "EUR"));
        await world.UntilAsync(project, r => r.Count > 0);
        var lead = await LeadAsync(world);

        var page = await lead.GetStringAsync($"/projects/{project}");
        Assert.Contains("would take about 2.0", page);
        Assert.Contains("6", page);
        Assert.Contains("Run now", page);
        Assert.Contains("Skip", page);
    }

    [Fact]
    public async Task Api_AfterACheck_ListsItAndStreamsItsModel()
    {
        using var world = new EstimatingWorld();
        var (project, lead) = await CheckedAsync(world);

        var row = Assert.Single((await lead.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{project}/checks")).EnumerateArray());
        Assert.Equal(("done", "CrossValidated", 40, true), (row.GetProperty("state").GetString(), row.GetProperty("kind").GetString(),
            row.GetProperty("examples").GetInt32(), row.GetProperty("hasModel").GetBoolean()));
        Assert.Equal(.6, row.GetProperty("share").GetDouble(), 9);
        using var file = await lead.GetAsync($"/api/v1/projects/{project}/checks/{row.GetProperty("id").GetInt32()}/model.zip");
        Assert.Equal("application/zip", file.Content.Headers.ContentType!.MediaType);
        using var zip = new ZipArchive(await file.Content.ReadAsStreamAsync());
        Assert.Equal(["README.md"], zip.Entries.Select(e => e.FullName));
        using var card = new StreamReader(zip.Entries[0].Open());
        Assert.Contains("label version", await card.ReadToEndAsync());
    }

    private static async Task<(int Project, HttpClient Lead)> CheckedAsync(EstimatingWorld world)
    {
        var project = await world.RandomPoolAsync(200, 40);
        await world.UntilAsync(project, CheckWorld.AreDone);
        await world.RingAndWaitAsync(project);
        return (project, await LeadAsync(world));
    }

    private static async Task<HttpClient> LeadAsync(EstimatingWorld world)
    {
        await world.AddPersonAsync("lead", GlobalRoles.Admin);
        return await world.SignedInAsync("lead");
    }
}
