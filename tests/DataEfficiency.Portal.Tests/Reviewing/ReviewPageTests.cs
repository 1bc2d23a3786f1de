using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Bunit;
using Bunit.TestDoubles;
using ClosedXML.Excel;
using DataEfficiency.Portal.Components.Reviewing;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Reviewing;

/// <summary>Reviews by keys on their page, by the API, and in what is exported.</summary>
public sealed class ReviewPageTests : BunitContext, IAsyncLifetime
{
    private readonly ReviewWorld _world = new();

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeComponentsAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Keys_TakeMajorityOtherAnswerAndSendBack_GoThroughTheQueue()
    {
        await _world.StartAsync(4);
        await _world.AnswerAsync(0, 0, 1);
        await _world.AnswerAsync(1, 1, 0);
        await _world.AnswerAsync(2, 0, 2);
        await _world.AnswerAsync(3, 3, 3);
        await _world.FlagAsync(_world.Ada, 3, "<b>odd</b>");
        var page = Open();
        Assert.Contains("1 of 4 open items", page.Markup);
        Assert.Contains("no majority", page.Markup);
        page.WaitForAssertion(() => Assert.Equal("4", page.Find(".tab-count").TextContent.Trim()), Patience.Long);
        // without names
        Assert.DoesNotContain("ada", page.Find(".given").TextContent);

        // no answer is ahead: Enter decides nothing
        await KeyAsync(page, "Enter");
        page.WaitForAssertion(() => Assert.Contains("No answer is ahead", page.Markup), Patience.Long);
        await KeyAsync(page, "g");
        await KeyAsync(page, "2");
        Waits(page, "text 1");
        await KeyAsync(page, "e");
        page.WaitForState(() => page.FindAll(".other-answer").Count == 1, Patience.Long);
        // keys are the editor's as long as it is open
        await KeyAsync(page, "1");
        await page.FindComponent<OtherAnswer>().Instance.SaveAsync($$"""{"label":{{_world.Portal.LabelIds[3]}}}""");
        Waits(page, "text 2");
        await page.Find("textarea[name^=note]").InputAsync("see the guideline");
        await KeyAsync(page, "b");
        // the flagged one, whose two people agree
        Waits(page, "text 3");
        Assert.Contains("<b>odd</b>", page.Find(".voices").TextContent);
        await KeyAsync(page, "Enter");
        page.WaitForAssertion(() => Assert.Contains("Nothing to review", page.Markup), Patience.Long);

        await using var db = await _world.Portal.OpenDbAsync();
        Assert.Equal([(ReviewVerdict.Taken, (ReviewCause?)ReviewCause.Gap, null), (ReviewVerdict.Written, null, null),
            (ReviewVerdict.SentBack, null, "see the guideline"), (ReviewVerdict.Taken, null, null)],
            (await db.Reviews.OrderBy(r => r.Id).ToListAsync()).Select(r => (r.Verdict, r.Cause, r.Note)));
        Assert.Equal([_world.Portal.LabelIds[1], _world.Portal.LabelIds[3], _world.Portal.LabelIds[3]],
            await db.Finals.Where(f => f.By == FinalBy.Review).OrderBy(f => f.ItemId).Select(f => f.LabelId!.Value).ToListAsync());
    }

    // as a browser has it when the page is loaded anew, after the portal ended or by its reader
    [Fact]
    public async Task Typed_NoteAndCause_StayWithTheirItemUntilItIsDecided()
    {
        await _world.StartAsync(3);
        for (var item = 0; item < 3; item++) await _world.AnswerAsync(item, 0, 1);
        var page = Open();
        await KeyAsync(page, "ArrowRight");
        Waits(page, "text 1");
        await page.Find("textarea").InputAsync("half a note");
        await KeyAsync(page, "s");
        await KeyAsync(page, "ArrowLeft");
        Waits(page, "text 0");
        Assert.Equal("", page.Find("textarea").GetAttribute("value") ?? "");
        await KeyAsync(page, "ArrowRight");
        Waits(page, "text 1");
        Assert.Equal("half a note", page.Find("textarea").GetAttribute("value"));
        var kept = JSInterop.Invocations["portal.keep"][^1].Arguments;
        Assert.EndsWith($".review.{_world.ProjectId}", (string)kept[0]!);
        page.Instance.Dispose();

        JSInterop.Setup<string?>("portal.kept", kept[0]).SetResult((string?)kept[1]);
        page = Render<ReviewPage>(p => p.Add(r => r.Id, _world.ProjectId));
        Waits(page, "text 1");
        page.WaitForAssertion(() => Assert.Equal("half a note", page.Find("textarea").GetAttribute("value")), Patience.Long);
        Assert.Equal("true", page.FindAll(".causes button")[2].GetAttribute("aria-pressed"));
        await KeyAsync(page, "b");
        Waits(page, "text 2");
        Assert.Null(JSInterop.Invocations["portal.keep"][^1].Arguments[1]);
        await using var db = await _world.Portal.OpenDbAsync();
        Assert.Equal(("half a note", ReviewCause.Slip), await db.Reviews.Select(r => new ValueTuple<string?, ReviewCause?>(r.Note, r.Cause))
            .SingleAsync());
    }

    // a browser is asked for what it keeps, and who works by keys does not wait for it
    [Fact]
    public async Task Keys_BeforeTheBrowserSaidWhatItKeeps_AreNotUndoneByIt()
    {
        await _world.StartAsync(2);
        for (var item = 0; item < 2; item++) await _world.AnswerAsync(item, 0, 1);
        var page = Open();
        await KeyAsync(page, "ArrowRight");
        Waits(page, "text 1");
        await KeyAsync(page, "s");
        var kept = JSInterop.Invocations["portal.keep"][^1].Arguments;
        page.Instance.Dispose();

        var asked = JSInterop.Setup<string?>("portal.kept", kept[0]);
        page = Render<ReviewPage>(p => p.Add(r => r.Id, _world.ProjectId));
        Waits(page, "text 0");
        await KeyAsync(page, "g");
        await KeyAsync(page, "e");
        page.WaitForElement(".other-answer", Patience.Long);
        asked.SetResult((string?)kept[1]);
        await page.InvokeAsync(() => Task.Delay(200));
        Assert.Single(page.FindAll(".other-answer"));
        Assert.Equal("true", page.FindAll(".causes button")[1].GetAttribute("aria-pressed"));
        Waits(page, "text 0");
        // what was typed on the other item is there still
        await page.Find(".other-answer .btn").ClickAsync(new());
        await KeyAsync(page, "ArrowRight");
        Waits(page, "text 1");
        Assert.Equal("true", page.FindAll(".causes button")[2].GetAttribute("aria-pressed"));
    }

    [Fact]
    public async Task Page_WithNames_ShowsThem_AndToWhoAnsweredNothing()
    {
        await _world.StartAsync();
        await _world.AnswerAsync(0, 0, 1);
        await _world.Portal.SetProjectAsync(p => (p.ReviewsHideNames, p.Guideline) = (false, "Read **twice**"));
        using var lead = await _world.Portal.SignedInAsync("lead");

        var page = WebUtility.HtmlDecode(await lead.GetStringAsync($"/projects/{_world.ProjectId}/review"));

        Assert.Contains("ada, 1.0", page);
        Assert.Contains("Read <strong>twice</strong>", page);
        using var ada = await _world.Portal.SignedInAsync("ada");
        Assert.Equal(HttpStatusCode.Forbidden, (await ada.GetAsync($"/projects/{_world.ProjectId}/review")).StatusCode);
    }

    [Fact]
    public async Task Api_ListsAndDecides_AndExportsSayWhatWasDecided()
    {
        await _world.StartAsync();
        await _world.AnswerAsync(0, 0, 1);
        using var lead = await _world.Portal.WithTokenAsync(_world.Lead.Id);
        var route = $"/api/v1/projects/{_world.ProjectId}/reviews";

        var list = await lead.GetFromJsonAsync<JsonElement>(route);
        Assert.Equal((1, 0), (list.GetProperty("open").GetInt32(), list.GetProperty("own").GetInt32()));
        var item = list.GetProperty("items")[0];
        Assert.Equal("disagreement", item.GetProperty("reasons")[0].GetString());
        Assert.Equal(JsonValueKind.Null, item.GetProperty("answers")[0].GetProperty("people")[0].GetProperty("name").ValueKind);
        var body = new
        {
            itemId = _world.Items[0], after = 0, verdict = "Taken",
            answerId = item.GetProperty("answers")[1].GetProperty("answerId").GetInt64(),
            cause = "Ambiguous", note = "two readings",
        };
        Assert.Equal(HttpStatusCode.NoContent, (await lead.PostAsJsonAsync(route, body)).StatusCode);
        using var late = await lead.PostAsJsonAsync(route, body);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal("reviewed", (await late.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());

        var lines = await lead.GetStringAsync($"/api/v1/projects/{_world.ProjectId}/export.jsonl");
        Assert.Contains("\"final\":{\"label\":\"answer 1\",\"by\":\"review\",\"answers\":1}", lines);
        Assert.Contains("\"role\":\"review\"", lines);
        using var book = new XLWorkbook(await lead.GetStreamAsync($"/api/v1/projects/{_world.ProjectId}/export.xlsx"));
        var row = Assert.Single(book.Worksheet("Reviews").RowsUsed().Skip(1));
        Assert.Equal(("taken", "label 1", "ambiguous text", "two readings", "lead"), (row.Cell(4).GetString(), row.Cell(5).GetString(),
            row.Cell(6).GetString(), row.Cell(7).GetString(), row.Cell(8).GetString()));
        // a review is no label that anybody is paid for
        Assert.Equal(2, book.Worksheet("Summary").RowsUsed().Single(r => r.Cell(1).GetString() == "Labels").Cell(2).GetDouble());
        Assert.Equal(["first32", "first32", "review"], book.Worksheet("Labels").RowsUsed().Skip(1).Select(r => r.Cell(5).GetString()));
    }

    private IRenderedComponent<ReviewPage> Open()
    {
        Services.AddFallbackServiceProvider(_world.Portal.Services);
        this.AddAuthorization().SetAuthorized("lead").SetClaims(new Claim(ClaimTypes.NameIdentifier, _world.Lead.Id));
        Renderer.SetRendererInfo(new("Server", true));
        JSInterop.Mode = JSRuntimeMode.Loose;
        var page = Render<ReviewPage>(p => p.Add(r => r.Id, _world.ProjectId));
        page.WaitForState(() => page.FindAll(".review").Count == 1, Patience.Long);
        return page;
    }

    private static Task KeyAsync(IRenderedComponent<ReviewPage> page, string key) => page.Find(".review").KeyDownAsync(key);

    private static void Waits(IRenderedComponent<ReviewPage> page, string text) =>
        page.WaitForAssertion(() => Assert.Equal(text, page.Find(".item").TextContent), Patience.Long);
}
