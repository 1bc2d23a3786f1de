// Tests against numbers computed elsewhere. Their files are no part of the repository: DATAEFFICIENCY_FIXTURES names the folder, else it is
// ../shared beside the repository. Where it is absent the tests are skipped and say so.
namespace DataEfficiency.Prompts.Tests;

/// <summary>Where the golden numbers, data sets and models lie.</summary>
public static class Fixtures
{
    public static string? Root { get; } = Find();

    /// <summary>A path below the folder, e.g. ("golden", "engine").</summary>
    public static string At(params string[] parts) => Path.Combine([Root ?? throw new InvalidOperationException(Missing), .. parts]);

    public const string Missing =
        "The folder of golden numbers is absent: set DATAEFFICIENCY_FIXTURES, or put it at ../shared beside the repository.";

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("DATAEFFICIENCY_FIXTURES");
        if (!string.IsNullOrEmpty(named)) return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DataEfficiency.sln")))
            {
                var beside = Path.Combine(folder.Parent?.FullName ?? "", "shared");
                return Directory.Exists(beside) ? beside : null;
            }
        return null;
    }
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute() => Skip = Fixtures.Root is null ? Fixtures.Missing : null;
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenTheoryAttribute : TheoryAttribute
{
    public GoldenTheoryAttribute() => Skip = Fixtures.Root is null ? Fixtures.Missing : null;
}
