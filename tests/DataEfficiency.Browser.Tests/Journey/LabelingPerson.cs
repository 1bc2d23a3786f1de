using DataEfficiency.Engine;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Journey;

/// <summary>What the person at the keyboard does: sets up, makes a project, reads each text, presses the key of its answer.</summary>
public sealed class LabelingPerson(PortalProcess portal, IBrowserContext context)
{
    private const string Password = "correct horse battery";

    /// <summary>Six kinds of support messages: few enough for one digit each.</summary>
    private static readonly ReferenceTask Task6 = ReferenceTaskList.All.Single(t => t.Name == "support-6");

    private static readonly IReadOnlyList<Example> Pool = Task6.Generate(TaskSplit.Train, 400, 7);

    private static readonly List<string> Answers = [.. Task6.Prompt.Answers!.Order(StringComparer.CurrentCultureIgnoreCase)];

    public async Task<IPage> SetUpAsync()
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(portal.Url);
        await page.WaitForURLAsync("**/setup");
        await page.FillAsync("[name='Input.DisplayName']", "Ada");
        await page.FillAsync("[name='Input.UserName']", "ada");
        await page.FillAsync("[name='Input.Password']", Password);
        await page.ClickAsync("form button[type=submit]");
        await page.WaitForURLAsync(portal.Url + "/");
        return page;
    }

    /// <summary>Uploads the pool as CSV with its gold answers hidden, buys 32 labels at most, and waits until it is imported and
    /// ranked.</summary>
    public async Task<int> CreateProjectAsync(IPage page, int items = 400, string? model = null)
    {
        var id = await BeginProjectAsync(page, Pool.Take(items), model);
        await page.GetByText($"0 of {Math.Min(items, 32)}").First.WaitForAsync(new() { Timeout = model is null ? Patience.Milliseconds
            : 5 * Patience.Milliseconds });
        return id;
    }

    /// <summary>The wizard up to its button: the import has begun.</summary>
    public async Task<int> BeginProjectAsync(IPage page, IEnumerable<Example> pool, string? model = null)
    {
        await page.GotoAsync(portal.Url + "/projects/new");
        await page.WaitForSelectorAsync("main[data-interactive=true]");
        await page.FillAsync("[name=name]", "Support messages");
        await page.FillAsync("[name=instruction]", Task6.Prompt.Instruction);
        var csv = "text,intent\n" + string.Concat(pool.Select(e => $"\"{e.Text.Replace("\"", "\"\"")}\",\"{e.Answer}\"\n"));
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "support.csv", MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes(csv) });
        await page.ChooseAsync("answerColumn", "intent");
        // the column's values have become the answer set
        await page.Locator(".mapping").WaitForAsync();
        if (model is not null) await page.ChooseAsync("model", model);
        await page.FillAsync("[name=budget]", "32");
        await page.FillAsync("[name=price]", "0.30");
        await page.Locator("[name=price]").BlurAsync();
        await CreateAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Create and import" }), tries: 3);
        return int.Parse(page.Url.Split('/')[^1]);
    }

    /// <summary>As a person does: where the page says what is missing, or nothing happens, the button is pressed again.</summary>
    private static async Task CreateAsync(IPage page, ILocator create, int tries)
    {
        if (await create.IsVisibleAsync()) await create.ClickAsync();
        try
        {
            await page.WaitForURLAsync(url => System.Text.RegularExpressions.Regex.IsMatch(url, @"/projects/\d+$"),
                new() { WaitUntil = WaitUntilState.Commit, Timeout = tries > 0 ? 20_000 : Patience.Milliseconds });
        }
        catch (TimeoutException) when (tries > 0)
        {
            await CreateAsync(page, create, tries - 1);
        }
        catch (TimeoutException e)
        {
            var typed = await page.EvaluateAsync<string>("""
                () => [...document.querySelectorAll('main [name]')].map(f => `${f.name}=${f.value}`).join('; ')
                """);
            throw new TimeoutException($"The wizard stays, with {typed}: {await page.InnerTextAsync("main")}", e);
        }
    }

    public async Task<IPage> OpenLabelPageAsync(int project)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{portal.Url}/projects/{project}/label");
        await page.WaitForSelectorAsync(".stage[data-item]");
        return page;
    }

    /// <summary>Reads the text on screen, presses the digit of its gold answer and waits for the next text.</summary>
    public static async Task LabelAsync(IPage page, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await page.WaitForSelectorAsync(".stage[data-item]");
            var item = await page.GetAttributeAsync(".stage", "data-item");
            var text = await page.InnerTextAsync(".stage .item");
            var gold = Pool.First(e => e.Text.Trim() == text.Trim()).Answer;
            await page.Keyboard.PressAsync($"Digit{Answers.IndexOf(gold) + 1}");
            await page.WaitForFunctionAsync("before => document.querySelector('.stage').dataset.item !== before", item);
        }
    }

    public static Task SavedAsync(IPage page) => page.WaitForSelectorAsync(".stage[data-connection=saved][data-waiting='0']",
        new() { Timeout = Patience.Milliseconds });
}
