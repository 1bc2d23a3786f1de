using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using DataEfficiency.Portal.Tests.Reviewing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Projects;

/// <summary>The start page: what an annotator finds to do, and how far a lead's project is.</summary>
public sealed class HomeTests
{
    [Fact]
    public async Task Annotator_SeesWhatIsOpenAndWhatCameBack()
    {
        await using var world = new ReviewWorld();
        await world.StartAsync(3);
        await world.AnswerAsync(0, 0, 1);
        Assert.Null(await world.DecideAsync(new ReviewDecision(world.Items[0], 0, ReviewVerdict.SentBack, null, null, null,
            "See rule 2.")));

        var work = Assert.Single((await world.Ada.Client.GetFromJsonAsync<WorkReply[]>("/api/v1/work"))!);
        Assert.Equal((3, 1, 0), (work.Open, work.Returned, work.Own));
        using var browser = await world.Portal.SignedInAsync("ada");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/"));
        Assert.Contains("1 item came back to you", page, StringComparison.Ordinal);
        Assert.Contains("3 items are open", page, StringComparison.Ordinal);

        await world.Ada.SubmitAsync(world.Ada.Answer(world.Items[0], 1));
        Assert.Equal(0, Assert.Single((await world.Ada.Client.GetFromJsonAsync<WorkReply[]>("/api/v1/work"))!).Returned);
    }

    [Fact]
    public async Task Lead_SeesIntervalChanceCostAndEnd()
    {
        await using var world = new EstimatingWorld();
        var project = await world.AddPoolAsync(400, drawn: true);
        await world.AddMemberAsync(project, (await world.AddPersonAsync("lead")).Id, ProjectRole.Lead);
        var now = DateTimeOffset.UtcNow;
        await world.WriteAsync(db => db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.PricePerLabel, .5m)
            .SetProperty(x => x.CreatedAt, now.AddDays(-2).ToUnixTimeMilliseconds())));
        await world.LabelAsync(project, 32);
        await world.WriteAsync(db => db.Answers.ExecuteUpdateAsync(a => a.SetProperty(x => x.CreatedAt,
            now.AddDays(-1).ToUnixTimeMilliseconds())));
        await world.RingAndWaitAsync(project);

        using var browser = await world.SignedInAsync("lead");
        var page = MadeUpForecast.Plain(WebUtility.HtmlDecode(await browser.GetStringAsync("/")));

        // 368 labels of the pool at 16 a day
        var end = now.AddDays(23).ToString("d", CultureInfo.GetCultureInfo("en-US"));
        Assert.Matches(@"80 %: [\d,]+ – [\d,]+ labels · € 184 from here", page);
        Assert.Contains($"about {end} at this week’s pace", page, StringComparison.Ordinal);
        Assert.Matches(@"\d+ % reachable", page);
        // the project's own page says the same
        var budget = MadeUpForecast.Plain(WebUtility.HtmlDecode(await browser.GetStringAsync($"/projects/{project}")));
        Assert.Matches($"At today’s pace</dt><dd[^>]*>[^<]*<small>[^<]* · about {end} at this week’s pace</small>", budget);
    }
}
