using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataEfficiency.Browser.Tests;
using DataEfficiency.Engine;
using DataEfficiency.Engine.FineTuning.Checks;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Portal.Tests;
using Microsoft.Playwright;

namespace DataEfficiency.Benchmarks;

/// <summary>
/// What the portal says of real data sets with the bundled model, beside what came of them: each set becomes a project by the wizard, its
/// right answers are given through the finder on the label page, and nobody labels while a check runs. Then the same model is trained on
/// so many labels of the set's rest and tested on 500.
/// </summary>
internal static class RealSets
{
    private const int Rows = 3000, Test = 500;
    private const double Target = .9;
    private static readonly int[] Looks = [32, 100, 200, 420], Sizes = [100, 400, Rows - Test];

    private sealed record Set(string Name, string Instruction, IReadOnlyList<Example> Examples)
    {
        public string[] Answers => [.. Examples.Select(e => e.Answer).Distinct().Order(StringComparer.Ordinal)];
    }

    public static async Task RunAsync(string shared)
    {
        foreach (var set in Sets(shared))
        {
            Console.WriteLine($"{set.Name}: {set.Examples.Count:N0} examples, {set.Answers.Length} answers");
            await LabelAsync(set);
            foreach (var size in Sizes.Select(s => Math.Min(s, set.Examples.Count - Test)))
                Console.WriteLine($"  realised with {size:N0}: {Realised(set, size):P0}");
        }
    }

    private static IEnumerable<Set> Sets(string shared)
    {
        string[] Lines(params string[] path) => File.ReadAllLines(Path.Combine([shared, "data", .. path]));
        yield return Of("SMS spam", "Is this message spam?", Lines("sms_spam", "SMSSpamCollection").Select(l => l.Split('\t', 2))
            .Select(p => new Example(p[1].Trim(' ', '\t', '"'), p[0])));
        var intents = (string[])["activate_my_card", "age_limit", "atm_support", "beneficiary_not_allowed", "card_arrival", "card_linking",
            "exchange_rate", "lost_or_stolen_card"];
        yield return Of("Banking77, 8 intents", "Which intent does the customer have?", Lines("banking77", "train.csv")
            .Concat(Lines("banking77", "test.csv")).Select(l => Regex.Match(l, "^\"?(.*?)\"?,([a-zA-Z_?]+)$")).Where(m => m.Success)
            .Select(m => new Example(m.Groups[1].Value, m.Groups[2].Value)).Where(e => intents.Contains(e.Answer))
            .Select(e => e with { Answer = e.Answer.Replace('_', ' ') }));
        yield return Of("Fig-QA", "Which ending does the sentence mean?", Lines("fig_qa", "train_xl.csv")
            .Select(l => Regex.Matches(l, "(?:^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,]*))").Select(m =>
                m.Groups[1].Success ? m.Groups[1].Value.Replace("\"\"", "\"") : m.Groups[2].Value).ToArray())
            .Where(f => f.Length == 6 && f[3] is "0" or "1")
            .Select(f => new Example($"{f[0]}\nfirst: {f[1]}\nsecond: {f[2]}", f[3] == "0" ? "first" : "second")));
    }

    // each text once, in an order of its own
    private static Set Of(string name, string instruction, IEnumerable<Example> examples)
    {
        var distinct = examples.DistinctBy(e => JourneyOnRealInput.Words(e.Text)).ToArray();
        new SplitMix64(1).Shuffle(distinct);
        return new(name, instruction, [.. distinct.Take(Rows)]);
    }

    private static async Task LabelAsync(Set set)
    {
        using var portal = new PortalProcess();
        await portal.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await JourneyOnRealInput.LaunchAsync(playwright);
        await using var context = await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        context.SetDefaultTimeout(600_000);
        var budget = await JourneyOnRealInput.SetUpAsync(portal, context);
        await budget.GotoAsync(portal.Url + "/projects/new");
        await budget.WaitForSelectorAsync("main[data-interactive=true]");
        await budget.FillAsync("[name=name]", set.Name);
        await budget.FillAsync("[name=instruction]", set.Instruction);
        var csv = "text,answer\n" + string.Concat(set.Examples.Select(e => $"\"{e.Text.Replace("\"", "\"\"")}\",{e.Answer}\n"));
        await budget.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "set.csv", MimeType = "text/csv",
            Buffer = Encoding.UTF8.GetBytes(csv) });
        await budget.ChooseAsync("answerColumn", "answer");
        await budget.Locator(".mapping").WaitForAsync();
        // a score, and the untrained model's is measured
        await budget.Locator("[name=target]").Nth(2).ClickAsync();
        await budget.FillAsync("[name=targetValue]", $"{100 * Target:0}");
        await budget.Locator("[name=targetValue]").BlurAsync();
        await budget.GetByRole(AriaRole.Button, new() { Name = "Create and import" }).ClickAsync();
        await budget.GetByText("0 of 32").First.WaitForAsync();

        var right = set.Examples.ToDictionary(e => JourneyOnRealInput.Words(e.Text), e => e.Answer);
        var label = await context.NewPageAsync();
        await label.GotoAsync(budget.Url + "/label");
        for (var given = 1; given <= Looks[^1]; given++)
        {
            await label.WaitForSelectorAsync(".stage[data-item]");
            var item = await label.GetAttributeAsync(".stage", "data-item");
            var answer = right[JourneyOnRealInput.Words(await label.InnerTextAsync(".stage .item"))];
            await label.Keyboard.PressAsync("Space");
            await label.Keyboard.TypeAsync(answer);
            await label.Keyboard.PressAsync("Enter");
            await label.WaitForFunctionAsync("before => document.querySelector('.stage').dataset.item !== before", item);
            // a check begins behind an answer, and somebody who labels by the minute would see it end
            if (given % 10 != 0 && !Looks.Contains(given)) continue;
            var checks = await QuietAsync(budget);
            if (!Looks.Contains(given)) continue;
            var now = await GetAsync(budget, "stop");
            Console.WriteLine($"  at {now["labels"]}: {(await budget.InnerTextAsync(".decision h2")).Trim()} | likely {(double?)now["pReach"]:0.00}, "
                + $"{(double?)now["need"]:0} labels ({(double?)now["low"]:0} to {(double?)now["high"]:0}), rule {now["rule"]}, "
                + $"advised {now["advised"]}; checks: "
                + string.Join(", ", checks.Select(c => $"{(double?)c["score"]:0.00} ({c["examples"]}, {c["state"]})")));
        }
    }

    /// <summary>The checks there are, once none waits or runs.</summary>
    private static async Task<IReadOnlyList<JsonObject>> QuietAsync(IPage page)
    {
        while (true)
        {
            // it is asked for behind the forecast of the last answer
            await page.WaitForTimeoutAsync(1500);
            List<JsonObject> checks = [.. ((await GetAsync(page, "checks")) as JsonArray ?? []).Select(c => c!.AsObject())];
            if (checks.TrueForAll(c => (string?)c["state"] is not ("queued" or "running")))
                return [.. checks.OrderBy(c => (int)c["id"]!)];
        }
    }

    private static async Task<JsonNode> GetAsync(IPage page, string what) => JsonNode.Parse(await page.EvaluateAsync<string>(
        "what => fetch('/api/v1' + location.pathname + '/' + what).then(r => r.text())", what))!;

    private static double Realised(Set set, int size)
    {
        var folder = Directory.CreateTempSubdirectory("real-set-").FullName;
        try
        {
            CheckExample[] examples = [.. set.Examples.Select((e, i) => new CheckExample(i, e, true))];
            using var estimator = Estimator.Load(Path.Combine(AppContext.BaseDirectory, "BundledModel"), new EngineOptions());
            using var run = estimator.BeginCheck(new(new(set.Instruction) { Answers = set.Answers }, CheckKind.SetAside, examples[Test..],
                examples[..Test], size, null, CheckTraining.Auto, 1, folder));
            while (run.Step()) { }
            return run.Result.Score;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
