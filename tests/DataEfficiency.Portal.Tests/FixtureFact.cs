using Xunit;

namespace DataEfficiency.Portal.Tests;

/// <summary>A fact on data that is not in the repository: found through DATAEFFICIENCY_FIXTURES, else ../shared; visibly skipped where
/// absent.</summary>
public sealed class FixtureFactAttribute : FactAttribute
{
    public FixtureFactAttribute(string needs) => Skip = MissingOf(needs);

    public static string PathOf(string relative) =>
        Path.Combine(Environment.GetEnvironmentVariable("DATAEFFICIENCY_FIXTURES")
            ?? Path.Combine(PortalFactory.RepositoryRoot, "..", "shared"), relative);

    internal static string? MissingOf(string needs) => Path.Exists(PathOf(needs)) ? null
        : $"{needs} is not there: set DATAEFFICIENCY_FIXTURES to the folder that holds it.";
}

/// <summary>As <see cref="FixtureFactAttribute"/>, for the cases of a theory.</summary>
public sealed class FixtureTheoryAttribute : TheoryAttribute
{
    public FixtureTheoryAttribute(string needs) => Skip = FixtureFactAttribute.MissingOf(needs);
}
