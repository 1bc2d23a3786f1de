using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClosedXML.Excel;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Portal.TrackRecords;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using OwnKappa = DataEfficiency.Engine.Forecasting.OwnKappa;

namespace DataEfficiency.Portal.Tests.TrackRecords;

/// <summary>Rows of forecasts and checks as a portal leaves them, to the pages and the report that compare them.</summary>
public sealed class TrackRecordPageTests
{
    [Fact]
    public async Task Book_OfStoredRows_PairsEachForecastWithLaterPointsAlone_AndReadsAgainAfterANewOne()
    {
        using var portal = new PortalFactory();
        var project = await portal.AddProjectAsync();
        var book = portal.Services.GetRequiredService<TrackBook>();
        await StoreAsync(portal, project.Id, forecasts: [10, 11, 14]);
        Assert.Null(await book.OfAsync([project.Id], CancellationToken.None));

        await MeasureAsync(portal, project.Id, version: 12, examples: 400, score: .62);
        var first = (await book.OfAsync([project.Id], CancellationToken.None))!.All;
        // .6 of the way from .2 to 1 was foretold: .68
        Assert.Equal((2, 1, .06, 1), (first.Forecasts, first.Points, Math.Round(first.Error, 9), first.Inside));

        await MeasureAsync(portal, project.Id, version: 15, examples: 1600, score: .84);
        var second = (await book.OfAsync([project.Id], CancellationToken.None))!.All;
        Assert.Equal((5, 2, .03), (second.Forecasts, second.Points, Math.Round(second.Error, 9)));
        Assert.Equal((1, 1), (second.NeedPoints, second.NeedInside));
        Assert.Null(await book.OfAsync([project.Id + 1], CancellationToken.None));
        Assert.Null(await book.OfAsync([], CancellationToken.None));
    }

    [Fact]
    public async Task Pages_ShowALeadTheirOwnProjects_AndNothingWhereNothingWasMeasured()
    {
        using var portal = new PortalFactory();
        var (mine, other) = (await portal.AddProjectAsync("Mine"), await portal.AddProjectAsync("Not mine"));
        await portal.AddMemberAsync(mine.Id, (await portal.AddPersonAsync("lead")).Id, ProjectRole.Lead);
        await StoreAsync(portal, other.Id, forecasts: [10]);
        await MeasureAsync(portal, other.Id, version: 12, examples: 400, score: .62);
        using var lead = await portal.SignedInAsync("lead");
        Assert.Contains("Nothing to compare yet", await lead.GetStringAsync("/track-record"));
        Assert.DoesNotContain("/track-record", await lead.GetStringAsync("/"));

        await StoreAsync(portal, mine.Id, forecasts: [10]);
        await MeasureAsync(portal, mine.Id, version: 12, examples: 400, score: .60);
        var page = MadeUpForecast.Plain(WebUtility.HtmlDecode(await lead.GetStringAsync("/track-record")));
        Assert.Contains("off by 8.0 points of accuracy on average, and 100 % of what was", page);
        Assert.Contains("1 measured point of 1 project", page);
        Assert.DoesNotContain("Not mine", page);
        var line = MadeUpForecast.Plain(WebUtility.HtmlDecode(await lead.GetStringAsync("/")));
        Assert.Contains("Forecasts so far: off by 8.0 points of accuracy on average; 100 % of 1 measured point inside", line);
    }

    [Fact]
    public async Task Needs_OfReachedTargets_AreDotsOnThePageAndRowsForPrograms()
    {
        using var portal = new PortalFactory();
        var (mine, other) = (await portal.AddProjectAsync("Mine"), await portal.AddProjectAsync("Not mine"));
        var person = await portal.AddPersonAsync("lead");
        await portal.AddMemberAsync(mine.Id, person.Id, ProjectRole.Lead);
        await portal.AddMemberAsync(other.Id, person.Id, ProjectRole.Annotator);
        using var lead = await portal.SignedInAsync("lead");
        Assert.Equal(JsonValueKind.Null, (await ReadAsync(lead)).GetProperty("all").ValueKind);
        foreach (var project in (int[])[mine.Id, other.Id])
        {
            await StoreAsync(portal, project, forecasts: [10, 11]);
            await MeasureAsync(portal, project, version: 12, examples: 400, score: .60);
            await StoreAsync(portal, project, forecasts: [13], measured: true);
            await MeasureAsync(portal, project, version: 15, examples: 1600, score: .92);
        }

        var record = await ReadAsync(lead);

        Assert.Equal((5, 2, 1), (record.GetProperty("all").GetProperty("forecasts").GetInt32(),
            record.GetProperty("all").GetProperty("points").GetInt32(), record.GetProperty("all").GetProperty("needPoints").GetInt32()));
        Assert.Equal(["Mine"], record.GetProperty("projects").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Equal(2, record.GetProperty("methods").GetArrayLength());
        // of each method the last forecast before the target was reached: .75 lies between .5 at 400 and .9 at 1,600
        Assert.Equal([(11, false), (13, true)], record.GetProperty("needs").EnumerateArray()
            .Select(n => (n.GetProperty("labels").GetInt32(), n.GetProperty("isMeasured").GetBoolean())));
        var need = record.GetProperty("needs")[0];
        Assert.Equal(("cosLow", 756.49, true), (need.GetProperty("from").GetString(), need.GetProperty("predicted").GetDouble(),
            need.GetProperty("isInside").GetBoolean()));
        Assert.Equal(400 * Math.Pow(4, .625), need.GetProperty("realised").GetDouble(), 1e-6);

        var html = WebUtility.HtmlDecode(await lead.GetStringAsync("/track-record"));
        Assert.Equal((1, 1), (Regex.Count(html, "<circle class=\"obs\""), Regex.Count(html, "<circle class=\"obs hollow\"")));
        Assert.Contains("Mine: 756 labels predicted at 11 labels (80 %: 175 – 2,960), 951 realised", MadeUpForecast.Plain(html));
        Assert.Contains("of 2 forecasts; 2 lie in the predicted 80 % interval", MadeUpForecast.Plain(html));

        // a token of one project opens no other's record
        using var token = portal.Browser();
        token.DefaultRequestHeaders.Authorization = new("Bearer", await portal.Services.GetRequiredService<AccessTokens>()
            .CreateAsync(person.Id, "test", CancellationToken.None, new TokenLimits(ProjectId: other.Id)));
        Assert.Equal(JsonValueKind.Null, (await ReadAsync(token)).GetProperty("all").ValueKind);
    }

    [Fact]
    public async Task SafeStop_FromTwentyOwnProjectsOn_IsFittedToThemAndSaysSo()
    {
        using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.AddMemberAsync(project, (await world.AddPersonAsync("lead")).Id, ProjectRole.Lead);
        using var lead = await world.SignedInAsync("lead");
        // reached at 468 labels, where the paper's formula had asked for 2,681
        async Task FinishAsync(bool early = true)
        {
            var other = (await world.AddProjectAsync()).Id;
            await StoreAsync(world, other, forecasts: [10], measured: !early);
            await MeasureAsync(world, other, version: 12, examples: 1600, score: .92);
        }
        for (var i = 0; i < OwnKappa.Fewest - 1; i++) await FinishAsync();
        // what was measured before the forecast is no need beside rule A
        await FinishAsync(early: false);
        var published = (SafeCount)(await world.LabelAndWaitAsync(project, 32)).Estimate!.Stop.Reason!;
        Assert.Equal(0, published.OwnTasks);
        Assert.Contains("by the published curves", await lead.GetStringAsync("/models"));
        Assert.Contains("19 have so far", await lead.GetStringAsync("/track-record"));

        await FinishAsync();

        var own = (SafeCount)(await world.LabelAndWaitAsync(project, 1)).Estimate!.Stop.Reason!;
        Assert.Equal(20, own.OwnTasks);
        Assert.InRange(own.Asked, 33, published.Asked - 1);
        Assert.Contains("was measured on 20 projects of this installation", await lead.GetStringAsync($"/projects/{project}"));
        foreach (var page in (string[])["/models", "/track-record"])
            Assert.Contains("fitted to 20 projects of this installation", await lead.GetStringAsync(page));
        var safe = (await ReadAsync(lead)).GetProperty("safeStop");
        Assert.Equal((20, true), (safe.GetProperty("projects").GetInt32(), safe.GetProperty("isOwn").GetBoolean()));
    }

    private static Task<JsonElement> ReadAsync(HttpClient client) => client.GetFromJsonAsync<JsonElement>("/api/v1/track-record");

    [Fact]
    public async Task Workbook_HasEveryPair()
    {
        using var portal = new PortalFactory();
        var project = await portal.AddProjectAsync();
        await portal.AddMemberAsync(project.Id, (await portal.AddPersonAsync("lead")).Id, ProjectRole.Lead);
        await StoreAsync(portal, project.Id, forecasts: [10, 11]);
        await MeasureAsync(portal, project.Id, version: 12, examples: 400, score: .62);
        using var lead = await portal.SignedInAsync("lead");

        using var book = new XLWorkbook(await lead.GetStreamAsync($"/api/v1/projects/{project.Id}/export.xlsx"));

        var rows = book.Worksheet("Track record").RowsUsed().Skip(1).ToArray();
        Assert.Equal([10, 11], rows.Select(r => r.Cell(1).GetDouble()));
        Assert.Equal(("CoS-Low", 400, .68, .62, "yes"), (rows[0].Cell(3).GetString(), rows[0].Cell(4).GetDouble(),
            Math.Round(rows[0].Cell(5).GetDouble(), 9), rows[0].Cell(8).GetDouble(), rows[0].Cell(10).GetString()));
    }

    // .4 of the way at 100 labels, .8 at 1,600
    private static async Task StoreAsync(PortalFactory portal, int project, long[] forecasts, bool measured = false)
    {
        var made = MadeUpForecast.Estimate(32);
        var estimate = made with
        {
            Target = new(.75, .2, 1), Checks = measured ? 1 : 0, Stop = made.Stop with { Rule = measured ? "B" : "A" },
            Posterior = made.Posterior with { Band = [new(100, .3, .4, .5), new(1600, .6, .8, 1)] },
        };
        await using var db = await portal.OpenDbAsync();
        db.Estimates.AddRange(forecasts.Select(v => new StoredEstimate
        {
            ProjectId = project, LabelVersion = v, LabelCount = (int)v, Model = "m", ModelSha256 = "f00d", CreatedAt = v,
            Payload = EstimatePayload.Write(estimate),
        }));
        await db.SaveChangesAsync();
    }

    private static async Task MeasureAsync(PortalFactory portal, int project, long version, int examples, double score)
    {
        await using var db = await portal.OpenDbAsync();
        db.Checks.Add(new Check
        {
            ProjectId = project, LabelVersion = version, Model = "m", ModelSha256 = "f00d", Examples = examples, Score = score,
            ZeroShot = .2, Ceiling = 1, Tested = 200, Share = (score - .2) / .8, StandardError = .04, Kind = CheckKind.SetAside,
        });
        await db.SaveChangesAsync();
    }
}
