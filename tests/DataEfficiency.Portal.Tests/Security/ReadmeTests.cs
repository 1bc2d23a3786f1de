using System.Text.RegularExpressions;
using Xunit;

namespace DataEfficiency.Portal.Tests.Security;

/// <summary>The table of this folder's README names tests that there are.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Table_NamesTestsThatThereAre()
    {
        var tests = Path.Combine(PortalFactory.RepositoryRoot, "tests");
        var sources = Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(Path.GetFileNameWithoutExtension).ToDictionary(g => g.Key!, g => string.Concat(g.Select(File.ReadAllText)));
        List<string> unknown = [];
        var last = "";
        foreach (Match name in Regex.Matches(File.ReadAllText(Path.Combine(tests, "DataEfficiency.Portal.Tests/Security/README.md")),
            "`(?<class>[A-Z]\\w*Tests)?(\\.(?<test>\\w+))?`"))
        {
            if (name.Groups["class"].Value is { Length: > 0 } named) last = named;
            if (!sources.TryGetValue(last, out var source) || (name.Groups["test"].Value is { Length: > 0 } test
                && !source.Contains($" {test}(", StringComparison.Ordinal))) unknown.Add(name.Value);
        }
        Assert.Empty(unknown);
        Assert.NotEmpty(last);
    }
}
