using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Labeling;

/// <summary>Answers given beside the label page have its editor and its keys: in a review, and for an item of the table.</summary>
[Collection(BrowserCollection.Name)]
public sealed class CorrectionTests(KindsSite site, Browser browser) : IClassFixture<KindsSite>
{
    [Fact]
    public async Task Spans_MarkedByKeysInAReview_AndRevisedInTheTable()
    {
        var ada = await site.OpenAsync(TaskType.Spans, ["city", "river"], ["from Rome to Pisa", "the Tiber"]);
        await KindsTests.PressAsync(ada, "ArrowRight", "ArrowRight", "Digit1", "Comma", "Enter", "F8");
        await ada.WaitForSelectorAsync(".item.empty");
        var (city, river) = (site.LabelIds[0], site.LabelIds[1]);
        Assert.Equal([$$"""{"spans":[{"start":5,"end":9,"label":{{city}}}]}""", """{"spans":[]}"""], await site.StoredAsync(ada));
        var lead = await site.AddPersonAsync("lead");
        await site.AddMemberAsync(site.ProjectId, lead.Id, ProjectRole.Lead);
        await using var context = await browser.SignedInAsync(site, "lead");
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => site.Errors.Add(error);

        // the flagged one: what Ada marked stands there, and Pisa is marked too
        await page.GotoAsync($"{site.Url}projects/{site.ProjectId}/review");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        // what a reviewer typed is there when the page is loaded anew
        await page.FillAsync(".note-field textarea", "half a note");
        await page.WaitForFunctionAsync("() => Object.values(localStorage).some(value => value.includes('half a note'))");
        await page.ReloadAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('.note-field textarea')?.value === 'half a note'");
        await page.Locator(".review").FocusAsync();
        await page.Keyboard.PressAsync("e");
        await page.WaitForSelectorAsync(".other-answer mark.span");
        await KindsTests.PressAsync(page, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Digit1");
        Assert.Equal(["Rome", "Pisa"], await page.Locator(".other-answer mark.span").AllInnerTextsAsync());
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Nothing to review").WaitForAsync();
        Assert.Equal($$"""{"spans":[{"start":5,"end":9,"label":{{city}}},{"start":13,"end":17,"label":{{city}}}]}""",
            await NewestAsync(lead.Id));

        // and Ada's own answer, from the table: nobody reviews themselves
        string adaId;
        await using (var db = await site.OpenDbAsync())
        {
            adaId = (await db.Users.SingleAsync(u => u.UserName == "ada")).Id;
            await db.Memberships.Where(m => m.ProjectId == site.ProjectId && m.UserId == adaId)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.Role, ProjectRole.Lead));
        }
        await ada.GotoAsync($"{site.Url}projects/{site.ProjectId}/items");
        await ada.WaitForSelectorAsync("main[data-interactive=true]");
        await ada.GetByText("the Tiber").ClickAsync();
        await ada.GetByRole(AriaRole.Button, new() { Name = "Correct" }).ClickAsync();
        await ada.WaitForSelectorAsync(".other-answer .chip");
        await KindsTests.PressAsync(ada, "ArrowRight", "ArrowRight", "Digit2", "Enter");
        await ada.WaitForSelectorAsync(".mud-dialog", new() { State = WaitForSelectorState.Detached });
        Assert.Equal($$"""{"spans":[{"start":4,"end":9,"label":{{river}}}]}""", await NewestAsync(adaId));
        Assert.Empty(site.Errors);
    }

    private async Task<string> NewestAsync(string userId)
    {
        await using var db = await site.OpenDbAsync();
        return await db.Answers.Where(a => a.ProjectId == site.ProjectId && a.UserId == userId && a.Current).OrderByDescending(a => a.Id)
            .Select(a => a.AnswerJson).FirstAsync();
    }
}
