using Microsoft.Playwright;
using Xunit;

namespace DataEfficiency.Browser.Tests;

/// <summary>axe-core as its package carries it, put into a page once and asked as often as its state changes.</summary>
internal static class Axe
{
    private static readonly string s_script = Read();

    /// <summary>What axe finds against the page as it stands, targets under 24 px too: rule and elements, a line each.</summary>
    public static async Task<string[]> AxeFaultsAsync(this IPage page, string[]? rules = null)
    {
        if (!await page.EvaluateAsync<bool>("!!window.axe")) await page.EvaluateAsync(s_script);
        return await page.EvaluateAsync<string[]>("""
            rules => axe.run(document, rules ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } })
                .then(r => r.violations.map(v => `axe ${v.id}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")))
            """, rules);
    }

    /// <param name="state">What the page shows just now.</param>
    public static async Task HasNoAxeFaultAsync(this IPage page, string state)
    {
        var faults = await page.AxeFaultsAsync();
        Assert.True(faults.Length == 0, $"{state}: {string.Join("; ", faults)}");
    }

    private static string Read()
    {
        using var script = new StreamReader(typeof(Deque.AxeCore.Commons.AxeResult).Assembly
            .GetManifestResourceStream("Deque.AxeCore.Commons.Resources.axe.min.js")!);
        return script.ReadToEnd();
    }
}
