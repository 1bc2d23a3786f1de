using System.Text.RegularExpressions;
using Xunit;

namespace DataEfficiency.Portal.Tests.Components;

/// <summary>Styles speak of the start and the end of a line, so that a text, and a page, that runs from the right is laid out as
/// one.</summary>
public sealed partial class StylesTests
{
    // the axis of a chart runs from the left in every language
    private static readonly string[] Allowed = ["padding: 34px 10px 64px 36px"];

    [Fact]
    public void Styles_NameNoSideOfThePage()
    {
        string[] folders = ["wwwroot/css", "src/DataEfficiency.Portal/Components"];
        var faults = from folder in folders
                     from file in Directory.EnumerateFiles(Path.Combine(PortalFactory.RepositoryRoot, folder), "*",
                         SearchOption.AllDirectories)
                     where file.EndsWith(".css", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
                     let style = file.EndsWith(".css", StringComparison.Ordinal) ? File.ReadAllText(file)
                         : string.Join('\n', Attribute().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
                     from fault in Side().Matches(style).Select(m => m.Value)
                         .Concat(Four().Matches(style).Where(m => m.Groups["right"].Value != m.Groups["left"].Value).Select(m => m.Value))
                     where !Allowed.Contains(fault)
                     select $"{Path.GetFileName(file)}: {fault}";
        Assert.Empty(faults);
    }

    /// <summary>What a style writes cannot be said in another language.</summary>
    [Fact]
    public void Styles_SayNothing() => Assert.DoesNotMatch(@"content: [""'][^""']*\p{L}", string.Concat(Directory.GetFiles(Path.Combine(
        PortalFactory.RepositoryRoot, "wwwroot/css"), "*.css").Select(File.ReadAllText)));

    [GeneratedRegex("""style="([^"]*)"|<style>([^<]*)""")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"(?<![\w-])(margin|padding|border)-(left|right)\b[^;}]*|(?<![\w-])(left|right):[^;}]*"
        + @"|(?<![\w-])border-(top|bottom)-(left|right)-radius\b[^;}]*|(text-align|float|clear): (left|right)\b")]
    private static partial Regex Side();

    [GeneratedRegex(@"(?<![\w-])(margin|padding|inset|border-width): [^\s;}]+ (?<right>[^\s;}]+) [^\s;}]+ (?<left>[^\s;}]+)(?=\s*[;}])")]
    private static partial Regex Four();
}
