using DataEfficiency.Portal.Components.Charts;
using DataEfficiency.Portal.Tests;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataEfficiency.Browser.Tests;

/// <summary>The chart as a real browser draws it: its words never meet, whatever the width and the number of labels.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ChartTests(Browser browser)
{
    private static readonly int[] Widths = [360, 390, 480, 600, 820, 900, 1024, 1280, 1440, 1600];
    private static readonly int[] Nows = [8, 12, 14, 16, 20, 32, 64, 236, 757, 1479, 3000, 4999, 5000];

    /// <summary>Pairs of words of one chart that overlap, and words outside their drawing.</summary>
    private const string Faults = """
        () => [...document.querySelectorAll('.figure')].flatMap(figure => {
          const words = [...figure.querySelectorAll('text, .axis')].filter(e => {
            const s = getComputedStyle(e);
            return s.visibility !== 'hidden' && s.display !== 'none' && e.textContent.trim();
          });
          const boxes = words.map(e => e.getBoundingClientRect()), whole = figure.getBoundingClientRect();
          const name = i => `"${words[i].textContent.trim()}"`, faults = [];
          for (let i = 0; i < words.length; i++) {
            const a = boxes[i];
            if (a.left < whole.left - 1 || a.right > whole.right + 1) faults.push(`${figure.id}: ${name(i)} is cut`);
            if (a.height < 10.5) faults.push(`${figure.id}: ${name(i)} is ${a.height} px high`);
            for (let j = i + 1; j < words.length; j++) {
              const b = boxes[j];
              if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > .5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > .5)
                faults.push(`${figure.id}: ${name(i)} on ${name(j)}`);
            }
          }
          return faults;
        })
        """;

    [Fact]
    public async Task Words_AtEveryWidthAndNumberOfLabels_NeverOverlap()
    {
        var charts = new List<string>();
        foreach (var now in Nows)
            foreach (var (target, text) in new[] { (.2, "target 20 % of the way"), (.9, "target 90.5 %"),
                (1.0, "target 100 % of the way") })
                charts.Add((await DrawAsync(now, target, text)).Replace("class=\"figure\"", $"class=\"figure\" id=\"{now}/{target}\""));
        var css = string.Concat(new[] { "app", "label", "budget", "projects", "mud" }.Select(f =>
            File.ReadAllText(Path.Combine(PortalFactory.RepositoryRoot, "wwwroot/css", $"{f}.css"))));
        await using var context = await browser.Chromium.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.SetContentAsync($"<style>{css}</style><div class=\"wide\"><section class=\"grid-main\"><article class=\"card\">"
            + $"{string.Concat(charts)}</article><aside></aside></section></div>");
        List<string> faults = [];
        foreach (var width in Widths)
        {
            await page.SetViewportSizeAsync(width, 900);
            faults.AddRange((await page.EvaluateAsync<string[]>(Faults)).Select(f => $"{width} px, {f}"));
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults.Take(40)));
    }

    private static async Task<string> DrawAsync(int now, double target, string text)
    {
        BandMark[] curve = [new(1, .1, .2, .3), new(10, .2, .4, .6), new(100, .3, .7, .8), new(1000, .6, .85, .95), new(5000, .7, .9, .98)];
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<EfficiencyChart>(
            ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                ["Summary"] = "forecast", ["Curve"] = curve, ["Now"] = (double)now, ["Target"] = target, ["TargetText"] = text,
                ["Need"] = new NeedMark(now * .7, Math.Min(5000, now * 1.5 + 1), Math.Min(5000, now * 6)),
                ["NeedText"] = $"{now * 1.5:N0} if reachable",
            }))).ToHtmlString());
    }
}
