using Xunit;

namespace DataEfficiency.Portal.Tests;

/// <summary>A fact on data that is not in the repository: found through DATAEFFICIENCY_FIXTURES, else ../shared; visibly skipped where absent.</summary>
public sealed class FixtureFactAttribute : FactAttribute
{
    public FixtureFactAttribute(string needs)
    {
        if (!File.Exists(PathOf(needs))) Skip = $"{needs} is not there: set DATAEFFICIENCY_FIXTURES to the folder that holds it.";
    }

    public static string PathOf(string relative) =>
        Path.Combine(Environment.GetEnvironmentVariable("DATAEFFICIENCY_FIXTURES") ?? Path.Combine(PortalFactory.RepositoryRoot, "..", "shared"), relative);
}
