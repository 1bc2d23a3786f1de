using System.Net;
using ClosedXML.Excel;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Portal.TrackRecords;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

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
    private static async Task StoreAsync(PortalFactory portal, int project, long[] forecasts)
    {
        var made = MadeUpForecast.Estimate(32);
        var estimate = made with
        {
            Target = new(.75, .2, 1), Posterior = made.Posterior with { Band = [new(100, .3, .4, .5), new(1600, .6, .8, 1)] },
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
