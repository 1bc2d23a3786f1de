using System.Reflection;
using System.Text.RegularExpressions;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>Forecasting says what is, in numbers: the words belong to who shows them. And a number of the method stands in one
/// place.</summary>
public class PlainNumbersTests
{
    [Fact]
    public void Estimates_CarryNoSentences()
    {
        // names, the rule's letter, what others observed, and what rows of earlier versions say
        string[] allowed = ["Rule", "Why", "AucNote", "TargetNote", "Reason", "Model", "Name", "Task", "EqualityContract"];
        Type[] types =
        [
            .. typeof(Forecaster).Assembly.GetTypes().Where(t => t.Namespace == typeof(Forecaster).Namespace && t.IsPublic),
            typeof(Estimate), typeof(StopAdvice), typeof(CosLow), typeof(Posterior), typeof(Target),
            .. typeof(StopReason).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(StopReason)) || t.IsSubclassOf(typeof(AreaRemark))),
        ];
        var told = types.SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(p => p.PropertyType == typeof(string) && !allowed.Contains(p.Name)).Select(p => $"{p.DeclaringType!.Name}.{p.Name}");
        Assert.Empty(told);
        // nobody writes the earlier rows' sentences any more
        var estimate = ForecasterTests.RunWith(32, Yardstick.Of(ForecasterTests.Calibration()), r => r with { Target = new(.99) });
        Assert.Equal((null, null, null), (estimate.AucNote, estimate.TargetNote, estimate.Stop.Why));
    }

    [Theory]
    [InlineData(@"\b\w*(?:Size|Examples|Signals|Smallest|AdviceFrom)\w*\s*=\s*32\b", "CosLow.Size", "Size = 32")]
    [InlineData(@"(?:const double \w+\s*=\s*|[<>]=?\s*)0?\.02\b", "Target.SmallestGap", "SmallestGap = .02")]
    public void NumberOfTheMethod_StandsOnce(string pattern, string constant, string found)
    {
        var hits = Directory.EnumerateFiles(Path.Combine(Repository(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "Migrations"))
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), pattern).Select(m => (File: Path.GetFileName(f), m.Value)))
            .Where(h => !h.Value.StartsWith("BatchSize", StringComparison.Ordinal)).ToArray();
        Assert.True(hits is [{ File: "Estimate.cs" }], $"{constant} alone says it; found {string.Join("; ", hits)}");
        Assert.Contains(found, hits[0].Value);
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DataEfficiency.sln"))) return folder.FullName;
        throw new InvalidOperationException("The tests do not run in the repository.");
    }
}
