namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>Golden numbers are printed with six decimals: equal within 1e-6 relative, or half a unit of the last printed digit.</summary>
internal static class Close
{
    public static void To(double expected, double? actual, double relative = 1e-6)
    {
        Assert.NotNull(actual);
        Assert.True(Math.Abs(actual.Value - expected) <= Math.Max(relative * Math.Abs(expected), 5.1e-7),
            $"expected {expected}, found {actual}");
    }
}
