using System.Text.Json;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace DataEfficiency.Browser.Tests.Labeling;

[Collection(BrowserCollection.Name)]
public sealed class LabelPageTests(Browser browser, ITestOutputHelper output) : IDisposable
{
    private readonly LabelSite _site = new(browser);

    public void Dispose()
    {
        _site.Dispose();
        Assert.Empty(_site.Errors);
    }

    [Fact]
    public async Task DigitKey_ServerThatDoesNotAnswerYet_ShowsTheNextTextAtOnce()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        // the deck must be full before the server falls silent
        await LabelSite.SavedAsync(page);
        var answers = new TaskCompletionSource();
        await page.RouteAsync("**/api/v1/**", async route =>
        {
            await answers.Task;
            await route.ContinueAsync();
        });
        await page.EvaluateAsync("""
            () => {
              window.times = [];
              let pressed = 0;
              addEventListener('keydown', () => { pressed = performance.now(); }, true);
              new MutationObserver(() => { const at = pressed; requestAnimationFrame(() => times.push(performance.now() - at)); })
                .observe(document.querySelector('.stage .item'), { childList: true, characterData: true, subtree: true });
            }
            """);
        var seen = new List<string> { await LabelSite.ItemAsync(page) };
        for (var i = 0; i < 2; i++)
        {
            await page.Keyboard.PressAsync("Digit1");
            await page.WaitForFunctionAsync("n => times.length === n", i + 1);
            seen.Add(await page.InnerTextAsync(".stage .item"));
        }
        var times = await page.EvaluateAsync<double[]>("times");
        Assert.Equal(["text 0", "text 1", "text 2"], seen);
        // for reading only: on a busy machine a browser draws when it gets its turn
        output.WriteLine($"key to next text: {string.Join(", ", times.Select(t => $"{t:F1} ms"))}");
        answers.SetResult();
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = cat", "text 1 = cat"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task Offline_LabelingGoesOnToTheEndOfTheDeck_AndArrivesAfterwards()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await LabelSite.SavedAsync(page);
        await context.SetOfflineAsync(true);
        foreach (var key in new[] { "Digit1", "Digit2", "Digit3" }) await page.Keyboard.PressAsync(key);

        await page.WaitForSelectorAsync(".stage[data-connection=offline][data-waiting='3']");
        Assert.Contains("3 kept here", await page.InnerTextAsync(".saved"));
        Assert.Contains("cannot be reached", await page.InnerTextAsync(".stage .item"));
        await context.SetOfflineAsync(false);

        Assert.Equal("text 3", await LabelSite.ItemAsync(page));
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = cat", "text 1 = dog", "text 2 = bird"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task ClosedTab_UnsentAnswers_ArriveWhenThePageIsOpenedAgain()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.RouteAsync("**/api/v1/**", route => route.AbortAsync());
        await page.Keyboard.PressAsync("Digit2");
        await page.WaitForFunctionAsync("() => document.querySelector('.stage .item').textContent === 'text 1'");
        await page.CloseAsync();
        Assert.Empty(await _site.AnswersAsync());

        var again = await _site.OpenAsync(context);
        await LabelSite.SavedAsync(again);
        Assert.Equal(["text 0 = dog"], await _site.AnswersAsync());
        // the dead tab's card comes back, the answered one does not
        Assert.Equal("text 1", await LabelSite.ItemAsync(again));
    }

    [Fact]
    public async Task TwoPeopleInOneBrowser_EachOnesRecordsWaitForTheirPerson()
    {
        await _site.AddPoolAsync();
        await _site.AddAnnotatorAsync("ben");
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.RouteAsync("**/answers", route => route.AbortAsync());
        await page.Keyboard.PressAsync("Digit1");
        await page.WaitForSelectorAsync(".stage[data-waiting='1']");
        await page.CloseAsync();

        await context.ClearCookiesAsync();
        var bens = await context.NewPageAsync();
        await Browser.SignInAsync(bens, _site, "ben");
        await bens.GotoAsync(_site.LabelUrl);
        await LabelSite.ItemAsync(bens);
        await LabelSite.SavedAsync(bens);
        await bens.Keyboard.PressAsync("Digit4");
        await LabelSite.SavedAsync(bens);
        Assert.All(await _site.AnswersAsync(), a => Assert.EndsWith("= fish", a));

        // Ada signs in again in another tab while Ben's page stays open: his page stores nothing in her name
        await context.ClearCookiesAsync();
        var adas = await context.NewPageAsync();
        await Browser.SignInAsync(adas, _site, "ada");
        await bens.Keyboard.PressAsync("Digit3");
        await bens.WaitForSelectorAsync(".stage[data-connection=other-user][data-waiting='1']");
        await adas.GotoAsync(_site.LabelUrl);
        await LabelSite.ItemAsync(adas);
        await LabelSite.SavedAsync(adas);
        Assert.Equal(["= fish", "= cat"], (await _site.AnswersAsync()).Select(a => a[(a.IndexOf('=', StringComparison.Ordinal))..]));
    }

    [Fact]
    public async Task SignInPageAsReply_IsNoAcknowledgement()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.RouteAsync("**/answers", route => route.FulfillAsync(new() { Status = 200, ContentType = "text/html", Body =
            "<h1>Sign in</h1>" }));
        await page.Keyboard.PressAsync("Digit1");
        await page.WaitForSelectorAsync(".stage[data-connection=offline][data-waiting='1']");
        await page.UnrouteAsync("**/answers");
        await context.ClearCookiesAsync();
        await page.WaitForSelectorAsync(".stage[data-connection=sign-in][data-waiting='1']");
        Assert.Contains("sign in again", await page.InnerTextAsync(".saved"));

        await page.ClickAsync(".saved a");
        await page.FillAsync("[name='Input.UserName']", "ada");
        await page.FillAsync("[name='Input.Password']", Portal.Tests.PortalFactory.Password);
        await page.ClickAsync("form button[type=submit]");
        await LabelSite.ItemAsync(page);
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = cat"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task RefusedRecordInTheMiddle_IsShownWithItsReason_TheRestFlowsOn()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await LabelSite.SavedAsync(page);
        await page.RouteAsync("**/answers", route => route.AbortAsync());
        foreach (var key in new[] { "Digit1", "Digit2", "Digit3" }) await page.Keyboard.PressAsync(key);
        await page.WaitForSelectorAsync(".stage[data-waiting='3']");
        await using (var db = await _site.OpenDbAsync())
        {
            db.Labels.Single(l => l.Name == "dog").Retired = true;
            await db.SaveChangesAsync();
        }
        await page.UnrouteAsync("**/answers");

        await LabelSite.SavedAsync(page);
        await page.ClickAsync(".saved button");
        Assert.Contains("retired", await page.InnerTextAsync(".panel"));
        Assert.Contains("text 1", await page.InnerTextAsync(".panel"));
        Assert.Equal(["text 0 = cat", "text 2 = bird"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task RecordThatMakesTheServerFail_IsSetAsideAfterThreeTimes_TheRestFlowsOn()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await LabelSite.SavedAsync(page);
        // the first answer is poison, alone or in company
        string? poison = null;
        await page.RouteAsync("**/answers", async route =>
        {
            using var body = JsonDocument.Parse(route.Request.PostData!);
            var records = body.RootElement.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("submissionId").GetString()!)
                .ToList();
            poison ??= records[0];
            if (records.Contains(poison)) await route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body =
                "{}" });
            else await route.ContinueAsync();
        });

        await page.Keyboard.PressAsync("Digit1");
        await LabelSite.ShowsAsync(page, "text 1");
        await page.Keyboard.PressAsync("Digit2");

        await LabelSite.SavedAsync(page);
        await page.ClickAsync(".saved button");
        Assert.Contains("failed three times", await page.InnerTextAsync(".panel"));
        Assert.Equal(["text 1 = dog"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task Undo_ReopensTheLastAnswer_AndARevisionIsStored()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync("Digit1");
        await page.Keyboard.PressAsync("Digit2");
        await LabelSite.SavedAsync(page);
        await page.Keyboard.PressAsync("Backspace");
        Assert.Equal("text 1", await page.InnerTextAsync(".stage .item"));
        await page.Keyboard.PressAsync("Control+z");
        Assert.Equal("text 0", await page.InnerTextAsync(".stage .item"));
        Assert.Contains("cat", await page.InnerTextAsync(".chip[aria-pressed=true]"));
        await page.Keyboard.PressAsync("Digit4");
        Assert.Equal("text 2", await page.InnerTextAsync(".stage .item"));
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 1 = dog", "text 0 = fish"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task SkipFlagAndNote_ByKeys()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync(",");
        await page.Keyboard.PressAsync(".");
        await page.Keyboard.TypeAsync("1 - odd, see guideline");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("-");
        await page.Keyboard.PressAsync("Digit2");
        Assert.Equal("text 1", await LabelSite.ItemAsync(page));
        await LabelSite.SavedAsync(page);
        await using var db = await _site.OpenDbAsync();
        var remark = db.Remarks.Single();
        Assert.Equal((true, "1 - odd, see guideline"), (remark.Flagged, remark.Note));
        Assert.Equal("no answer fits", db.Skips.Single().Reason);
        Assert.Empty(db.Answers);
    }

    [Fact]
    public async Task BareKeysOff_OnlyButtonsAndFinderAct()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.PressAsync("?");
        Assert.Equal(0, await page.Locator("dialog[open]").CountAsync());
        await page.UncheckAsync(".panel input[type=checkbox]");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Digit1");
        await page.Keyboard.PressAsync("-");
        Assert.Equal("text 0", await page.InnerTextAsync(".stage .item"));
        await page.ClickAsync(".chip:nth-child(2)");
        Assert.Equal("text 1", await page.InnerTextAsync(".stage .item"));
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = dog"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task Finder_150Labels_EachWithinFourKeys()
    {
        // two-word names that share their beginnings, as intents do
        string[] verbs = ["activate", "block", "change", "delay", "explain", "find", "get", "hold", "lose", "move"];
        string[] things = ["card", "transfer", "top up", "PIN", "fee", "limit", "café", "Überweisung", "balance", "address", "refund",
            "receipt", "identity", "cash", "device"];
        string[] labels = [.. from verb in verbs from thing in things select $"{verb} {thing}"];
        await _site.AddPoolAsync(4, labels: labels);
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        var keys = await page.EvaluateAsync<JsonElement>("""
            async labels => {
              const { find } = await import('/js/label/finder.js');
              const list = labels.map((name, id) => ({ id, name }));
              const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
              // fewest keys over what a person could type: any 1..3 letters that stand in the name, then Enter or a digit
              const fewest = name => {
                const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
                for (let n = 1; n <= 3; n++)
                  for (let i = 0; i + n <= plain.length; i++) {
                    const place = find(list, plain.slice(i, i + n)).findIndex(h => h.label.name === name);
                    if (place >= 0 && place < 9) return n + 1;
                  }
                const words = plain.split(' ');
                const place = find(list, `${words[0][0]} ${words.at(-1)[0]}`).findIndex(h => h.label.name === name);
                return place >= 0 && place < 9 ? 4 : 99;
              };
              return labels.map(name => [name, fewest(name)]).filter(x => x[1] > 4);
            }
            """, labels);
        Assert.Equal("[]", keys.GetRawText());

        await page.Keyboard.TypeAsync("ub");
        Assert.Equal("Üb", await page.InnerTextAsync(".chip:first-child u"));
        Assert.Contains("10 of 150", await page.InnerTextAsync(".find"));
        await page.Keyboard.PressAsync("Digit2");
        Assert.Equal("text 1", await page.InnerTextAsync(".stage .item"));
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.TypeAsync("cafe");
        await page.Keyboard.PressAsync("Backspace");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("text 2", await page.InnerTextAsync(".stage .item"));
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = block Überweisung", "text 1 = activate café"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task ShortAnswer_DraftSurvivesAReload_EnterSends()
    {
        await _site.AddPoolAsync(type: TaskType.ShortAnswer);
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.TypeAsync("half, 1 - done.");
        await page.Keyboard.PressAsync("Control+s");
        await page.ReloadAsync();
        Assert.Equal("text 0", await LabelSite.ItemAsync(page));
        Assert.Equal("half, 1 - done.", await page.InputValueAsync("textarea"));
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.TypeAsync(" and more");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("text 1", await LabelSite.ItemAsync(page));
        Assert.Equal("", await page.InputValueAsync("textarea"));
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = half, 1 - done. and more"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task ShortAnswer_PatternAndCompletions_HelpBeforeTheServerIsAsked()
    {
        await _site.AddPoolAsync(type: TaskType.ShortAnswer, change: p => (p.AnswerPattern, p.Completions) =
            ("[a-z ]+", "top up\ntransfer\nrefund"));
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.TypeAsync("t4");
        await page.Keyboard.PressAsync("Enter");
        Assert.Contains("must match the pattern", await page.InnerTextAsync(".notice"));
        Assert.Equal("text 0", await page.InnerTextAsync(".stage .item"));
        await page.Keyboard.PressAsync("Backspace");
        Assert.Equal(["top up", "transfer"], await page.Locator(".offers .chip").AllInnerTextsAsync());
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("transfer", await page.InputValueAsync("textarea"));
        await page.Keyboard.PressAsync("Enter");
        await LabelSite.ShowsAsync(page, "text 1");
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = transfer"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task ShortAnswer_PatternThatNeverEnds_IsLeftToTheServerAndHoldsNothingUp()
    {
        // exponential for a matcher that tries everything: in the page's own thread it would run for hours
        await _site.AddPoolAsync(type: TaskType.ShortAnswer, change: p => p.AnswerPattern = "(a+)+");
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.TypeAsync(new string('a', 50) + "!");
        await page.Keyboard.PressAsync("Enter");

        await LabelSite.ShowsAsync(page, "text 1");
        await LabelSite.SavedAsync(page);
        await page.ClickAsync(".saved button");
        Assert.Contains("takes too long", await page.InnerTextAsync(".panel"));
        await page.FillAsync("textarea", "aaa");
        await page.PressAsync("textarea", "Enter");
        await LabelSite.ShowsAsync(page, "text 2");
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 1 = aaa"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task LabelRenamed_WhileThePageIsOpen_IsShownAndWhatIsTypedStays()
    {
        await _site.AddPoolAsync();
        var projects = _site.Services.GetRequiredService<ProjectService>();
        var form = (await projects.FindAsync(_site.ProjectId))!.Value.Form;
        await _site.AddLeadAsync(_site.ProjectId);
        await projects.SaveAsync(_site.ProjectId, form, "lead");
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        await page.Keyboard.TypeAsync("fi");

        form.Answers.Single(a => a.Name == "fish").Name = "fish and crabs";
        Assert.Null(await projects.SaveAsync(_site.ProjectId, form, "lead"));

        await page.WaitForFunctionAsync("() => document.querySelector('.chips').innerText.includes('fish and crabs')");
        Assert.Equal("fi", await page.InputValueAsync(".find input"));
        await page.Keyboard.PressAsync("Enter");
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = fish"], await _site.AnswersAsync());
        await using var db = await _site.OpenDbAsync();
        Assert.Equal(2, (await db.Answers.SingleAsync()).SchemaVersion);
    }

    [Fact]
    public async Task PlusKey_TakesTheSuggestion_WhereThereIsOne()
    {
        await _site.AddPoolAsync(change: p => p.SuggestionsShown = true);
        await using (var db = await _site.OpenDbAsync())
        {
            await db.AddRankingAsync(await db.Projects.SingleAsync(p => p.Id == _site.ProjectId), "Bird");
            await db.ItemScores.Where(s => db.Items.Any(i => i.Id == s.ItemId && i.Line != 1)).ExecuteDeleteAsync();
        }
        await using var context = await _site.SignedInAsync();
        var page = await _site.OpenAsync(context);
        Assert.Contains("suggests bird", (await page.InnerTextAsync(".suggestion")).Replace('\n', ' '));
        await page.Keyboard.PressAsync("+");
        Assert.Equal("text 1", await page.InnerTextAsync(".stage .item"));
        Assert.False(await page.IsVisibleAsync(".suggestion"));
        await page.Keyboard.PressAsync("+");
        Assert.Equal("text 1", await page.InnerTextAsync(".stage .item"));
        await LabelSite.SavedAsync(page);
        Assert.Equal(["text 0 = bird"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task TwoTabs_EachHasItsOwnCards()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var first = await _site.OpenAsync(context);
        var second = await _site.OpenAsync(context);
        Assert.Equal("text 0", await LabelSite.ItemAsync(first));
        Assert.Equal("text 3", await LabelSite.ItemAsync(second));
    }

    [Fact]
    public async Task TwoTabs_CorrectionOfWhatTheOtherTabHasSent_IsNotLost()
    {
        await _site.AddPoolAsync();
        await using var context = await _site.SignedInAsync();
        var first = await _site.OpenAsync(context);
        await LabelSite.SavedAsync(first);
        // the first answer hangs on its way, so the second waits behind it and no request has carried it
        var go = new TaskCompletionSource();
        await first.RouteAsync("**/answers", async route =>
        {
            await go.Task;
            await route.ContinueAsync();
        });
        await first.Keyboard.PressAsync("Digit1");
        await first.Keyboard.PressAsync("Digit2");
        await first.WaitForSelectorAsync(".stage[data-waiting='2']");
        // another tab sends what it finds waiting in this browser
        var second = await _site.OpenAsync(context);
        await LabelSite.SavedAsync(second);
        Assert.Equal(["text 0 = cat", "text 1 = dog"], await _site.AnswersAsync());

        await first.Keyboard.PressAsync("Backspace");
        await first.Keyboard.PressAsync("Digit4");
        go.SetResult();
        await LabelSite.SavedAsync(first);
        Assert.Equal(["text 0 = cat", "text 1 = fish"], await _site.AnswersAsync());
    }

    [Fact]
    public async Task NoCard_SaysWhoHoldsTheItemsUntilWhenInTheReadersZone()
    {
        await _site.AddPoolAsync(items: 1);
        await _site.AddAnnotatorAsync("ben");
        await using var adas = await _site.SignedInAsync();
        await _site.OpenAsync(adas);
        await using var bens = await _site.SignedInAsync("ben", new() { TimezoneId = "Asia/Tokyo", Locale = "en-GB" });
        var page = await bens.NewPageAsync();
        await page.GotoAsync(_site.LabelUrl);

        await using var db = await _site.OpenDbAsync();
        var until = DateTimeOffset.FromUnixTimeMilliseconds(db.Slots.Single().LeaseUntil).ToOffset(TimeSpan.FromHours(9));
        var held = await page.InnerTextAsync(".stage .item li");
        Assert.StartsWith("ada: 1 item until ", held);
        Assert.Matches($"{until:hh}:{until:mm}|{until:HH}:{until:mm}", held);
    }
}
