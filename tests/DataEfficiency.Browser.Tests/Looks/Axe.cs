using Microsoft.Playwright;

namespace DataEfficiency.Browser.Tests.Looks;

/// <summary>axe-core as its package carries it, put into every page of a context once: a page of many states is asked often.</summary>
internal static class Axe
{
    private static readonly string s_script = Read();

    public static Task AddAxeAsync(this IBrowserContext context) => context.AddInitScriptAsync(s_script);

    /// <summary>What axe finds against the page as it stands: rule and elements, a line each.</summary>
    public static Task<string[]> AxeFaultsAsync(this IPage page, string[]? rules = null) => page.EvaluateAsync<string[]>("""
        rules => axe.run(document, rules ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } })
            .then(r => r.violations.map(v => `axe ${v.id}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")))
        """, rules);

    private static string Read()
    {
        using var script = new StreamReader(typeof(Deque.AxeCore.Commons.AxeResult).Assembly
            .GetManifestResourceStream("Deque.AxeCore.Commons.Resources.axe.min.js")!);
        return script.ReadToEnd();
    }
}
