using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using DataEfficiency.Browser.Tests;
using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;

namespace DataEfficiency.Benchmarks;

/// <summary>
/// The main job on BANKING77 in a real browser: upload of 10,003 enquiries with 77 hidden gold intents, ranking with the bundled model,
/// 32 gold answers through the finder by keyboard. Prints import time, ranking speed, key press to drawn forecast, and the portal's memory.
/// </summary>
internal static class JourneyOnRealInput
{
    private const int Labels = 32;

    public static async Task RunAsync(string csv, string? shots)
    {
        var gold = Regex.Matches(File.ReadAllText(csv), "(?:\"((?:[^\"]|\"\")*)\"|([^,\n]*)),([a-zA-Z_?]+)\r?\n")
            .Select(m => (Text: Words(m.Groups[1].Success ? m.Groups[1].Value.Replace("\"\"", "\"") : m.Groups[2].Value),
                Answer: m.Groups[3].Value))
            .GroupBy(r => r.Text).ToDictionary(g => g.Key, g => g.First().Answer);
        using var portal = new PortalProcess();
        await portal.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        await using var context = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        context.SetDefaultTimeout(600_000);

        var budget = await SetUpAsync(portal, context);
        await budget.GotoAsync(portal.Url + "/projects/new");
        await budget.WaitForSelectorAsync("main[data-interactive=true]");
        await budget.FillAsync("[name=name]", "Bank enquiries");
        await budget.FillAsync("[name=instruction]", "Which intent does the customer have?");
        await budget.SetInputFilesAsync("input[type=file]", csv);
        await budget.ChooseAsync("answerColumn", "category");
        await budget.Locator(".mapping").WaitForAsync();
        await budget.FillAsync("[name=price]", "0.30");
        await budget.Locator("[name=price]").BlurAsync();

        var clock = Stopwatch.StartNew();
        await budget.GetByRole(AriaRole.Button, new() { Name = "Create and import" }).ClickAsync();
        await budget.GetByText("Ranking").First.WaitForAsync();
        Print("import of 10,003 rows, from the button until ranking begins", $"{clock.Elapsed.TotalSeconds:0.0} s");
        clock.Restart();
        await budget.GetByText("labels before a first value").First.WaitForAsync();
        await budget.GetByText("0 of 32").First.WaitForAsync();
        Print("ranking of 10,003 items behind 77 listed answers",
            $"{clock.Elapsed.TotalSeconds:0} s, {10_003 / clock.Elapsed.TotalSeconds:0} items/s");

        var label = await context.NewPageAsync();
        await label.GotoAsync(budget.Url + "/label");
        var times = new List<double>();
        for (var n = 1; n <= Labels; n++)
        {
            await label.WaitForSelectorAsync(".stage[data-item]");
            var answer = gold[Words(await label.InnerTextAsync(".stage .item"))];
            await label.Keyboard.PressAsync("Space");
            await label.Keyboard.TypeAsync(answer.Replace('_', ' '));
            var item = await label.GetAttributeAsync(".stage", "data-item");
            var drawn = budget.WaitForFunctionAsync("text => document.querySelector('main').innerText.includes(text)",
                n < 8 ? $"{n} of 8 labels" : $"after {n} of 32", new() { PollingInterval = 10 });
            clock.Restart();
            await label.Keyboard.PressAsync("Enter");
            await drawn;
            times.Add(clock.Elapsed.TotalSeconds);
            await label.WaitForFunctionAsync("before => document.querySelector('.stage').dataset.item !== before", item);
        }
        times.Sort();
        Print("key press to drawn forecast, 32 labels", $"median {times[Labels / 2]:0.00} s, worst {times[^1]:0.00} s");
        Print("portal's resident memory, now and at its peak", string.Join(", ", Memory(portal.ProcessId)));
        Print("the page says", (await budget.InnerTextAsync(".decision h2")).Trim());

        if (shots is null) return;
        Directory.CreateDirectory(shots);
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            foreach (var width in new[] { 1440, 390 })
                foreach (var (page, name) in new[] { (budget, "budget"), (label, "label") })
                {
                    await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                    await page.SetViewportSizeAsync(width, 900);
                    await page.ScreenshotAsync(new()
                    {
                        Path = Path.Combine(shots, $"{name}-{width}-{scheme}.png"), FullPage = name == "budget",
                    });
                }
    }

    internal static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM_PATH") ?? "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
    });

    internal static async Task<IPage> SetUpAsync(PortalProcess portal, IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(portal.Url);
        await page.FillAsync("[name='Input.DisplayName']", "Ada");
        await page.FillAsync("[name='Input.UserName']", "ada");
        await page.FillAsync("[name='Input.Password']", "correct horse battery");
        await page.ClickAsync("form button[type=submit]");
        await page.WaitForURLAsync(portal.Url + "/");
        return page;
    }

    // the page folds white space, the file has line breaks inside texts
    internal static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> Memory(int process) => File.ReadLines($"/proc/{process}/status")
        .Select(l => Regex.Match(l, @"^Vm(RSS|HWM):\s+(\d+) kB")).Where(m => m.Success).OrderByDescending(m => m.Groups[1].Value)
        .Select(m => $"{long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture) / 1024} MB");

    private static void Print(string what, string figure) => Console.WriteLine($"{what}: {figure}");
}
