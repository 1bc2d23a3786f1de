using System.Text;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace DataEfficiency.Browser.Tests.Importing;

/// <summary>New project from a file as people have it, to the first card: pairs of texts, values that are numbers, a file without a
/// header.</summary>
public sealed class WizardTests(BrowserPortal portal) : IClassFixture<BrowserPortal>
{
    private const string Pairs = "startphrase,ending1,ending2,labels,qid\n" +
        "Her word had the strength of titanium.,Her promises can be believed.,Her promises cannot be trusted.,0,10\n" +
        "Her word had the strength of a wine glass.,Her promises can be believed.,<img src=x onerror=alert(1)> cannot be trusted.,1,10\n" +
        "The girl had the flightiness of a sparrow.,The girl was very fickle.,The girl was very stable.,0,11\n" +
        "The girl had the flightiness of a rock.,The girl was very fickle.,The girl was very stable.,-1,11\n";

    [Fact]
    public async Task Wizard_PairsWithNumbersAsAnswers_KeepGoldUnderFriendlyNamesAndDrawNamedTexts()
    {
        var (page, problems) = await OpenAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Figures of speech");
        await page.GetByLabel("Instruction").FillAsync("Which ending means the same?");
        await UploadAsync(page, "pairs.csv", Pairs);

        await Expect(page.Locator("[name=template]"))
            .ToHaveValueAsync("startphrase: {startphrase}\nending1: {ending1}\nending2: {ending2}");
        await Expect(page.Locator(".parts dt")).ToHaveTextAsync(["startphrase", "ending1", "ending2"]);
        await Expect(page.Locator(".values tbody tr")).ToHaveCountAsync(3);
        await page.GetByLabel("Name of answer 2").FillAsync("first ending");
        await page.GetByLabel("Name of answer 3").FillAsync("second ending");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove -1" }).ClickAsync();

        await Expect(page.Locator(".steps [role=alert]")).ToContainTextAsync("1 of 4 rows has no label");
        await Expect(page.Locator(".values tbody tr").First).ToContainTextAsync("first ending");
        await ShotAsync(page, "wizard");
        await page.HasNoAxeFaultAsync("wizard");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create and import" }).ClickAsync();
        await page.WaitForURLAsync(url => System.Text.RegularExpressions.Regex.IsMatch(url, @"projects/\d+$"));

        var id = int.Parse(page.Url[(page.Url.LastIndexOf('/') + 1)..]);
        await using (var db = await portal.OpenDbAsync())
        {
            while (!await db.Imports.AnyAsync(i => i.ProjectId == id && i.Job.State == WorkState.Done)) await Task.Delay(50);
            Assert.Equal(["0", "1", "0", null], await db.Items.Where(i => i.ProjectId == id).OrderBy(i => i.Line).Select(i => i.Gold)
                .ToListAsync());
            Assert.Equal(["first ending", "second ending"], await db.Labels.Where(l => l.ProjectId == id).OrderBy(l => l.Order)
                .Select(l => l.Name).ToListAsync());
        }
        await page.GotoAsync($"/projects/{id}/label");
        await page.WaitForSelectorAsync(".stage[data-item]");
        await Expect(page.Locator(".stage .part-name")).ToHaveTextAsync(["startphrase", "ending1", "ending2"]);
        await ShotAsync(page, "label-parts");
        await page.Keyboard.PressAsync("Digit1");
        await page.Locator(".last button").First.ClickAsync();
        await Expect(page.Locator(".stage .part-text")).ToHaveCountAsync(3);
        Assert.Equal(0, await page.Locator(".stage img").CountAsync());
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Wizard_FirstRowInDoubt_ShowsBothReadingsAndSwitches()
    {
        var (page, problems) = await OpenAsync();
        await UploadAsync(page, "no-header", "cold kettle,heat\nloose lid,lid\ncold tea,heat\n");

        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "is the first item" })).ToBeCheckedAsync();
        await Expect(page.Locator(".readings")).ToContainTextAsync("cold kettle · heat");
        await Expect(page.Locator(".preview tbody tr")).ToHaveCountAsync(3);
        await ShotAsync(page, "wizard-readings");
        await page.GetByRole(AriaRole.Radio, new() { Name = "names the columns" }).CheckAsync();

        await Expect(page.Locator(".preview tbody tr")).ToHaveCountAsync(2);
        Assert.Null(await page.Locator("input[type=file]").GetAttributeAsync("accept"));
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Wizard_DocumentWithRowsUnderKeys_OffersThePlaces()
    {
        var (page, _) = await OpenAsync();
        await UploadAsync(page, "clinc.json",
            "{\"oos_val\": [[\"a b c d\", \"oos\"]], \"train\": [[\"one two three\", \"pay\"], [\"two three four\", \"pay\"], [\"x y " +
                "z\", \"lost\"]]}");

        await Expect(page.Locator("[name=rowsAt]")).ToHaveValueAsync("train (3)");
        await Expect(page.Locator("[name=answerColumn]")).ToHaveValueAsync("Column 2");
        await page.ChooseAsync("rowsAt", "oos_val (1)");

        await Expect(page.Locator(".preview tbody tr")).ToHaveCountAsync(1);
    }

    private async Task<(IPage Page, List<string> Problems)> OpenAsync()
    {
        await using (var db = await portal.OpenDbAsync())
            if (!await db.Users.AnyAsync()) await portal.AddPersonAsync("ada", GlobalRoles.Admin);
        var (page, problems) = await portal.OpenAsync();
        await BrowserPortal.SignInAsync(page, "ada");
        await page.GotoAsync("/projects/new");
        await BrowserPortal.WaitInteractiveAsync(page);
        return (page, problems);
    }

    private static async Task UploadAsync(IPage page, string name, string content)
    {
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "text/plain", Buffer =
            Encoding.UTF8.GetBytes(content) });
        await page.WaitForSelectorAsync(".preview tbody tr");
    }

    // looked at beside the mockups; never compared by machine
    private static async Task ShotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("DATAEFFICIENCY_SCREENSHOTS") is not { Length: > 0 } folder) return;
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            foreach (var width in new[] { 1440, 390 })
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await page.SetViewportSizeAsync(width, 900);
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{scheme}-{width}.png"), FullPage = true });
            }
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1440, 900);
    }
}
