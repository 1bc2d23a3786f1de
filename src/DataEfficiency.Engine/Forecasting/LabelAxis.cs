// The axis every forecast lives on: labels on a log2 scale from 1 to 5,000 (method section 6).
namespace DataEfficiency.Engine.Forecasting;

/// <summary>x = log2(max(n, 1)) / log2(5000), so that 1 label is 0 and 5,000 labels are 1. Above 5,000 the method says nothing.</summary>
public static class LabelAxis
{
    public const int MaxExamples = 5000;

    /// <summary>log2(5000).</summary>
    public static readonly double Length = Math.Log2(MaxExamples);

    /// <summary>The budgets the published curves were measured at.</summary>
    public static IReadOnlyList<int> Budgets { get; } = [0, 50, 100, 200, 500, 1000, 2500, 5000];

    public static double X(double examples) => Math.Log2(Math.Max(examples, 1)) / Length;

    public static double Examples(double x) => Math.Pow(2, x * Length);

    /// <summary>Between which two of some numbers of examples one lies, and which share of the way from the first to the second on this
    /// axis; outside them the nearest one, twice.</summary>
    /// <param name="numbers">At least one, ascending.</param>
    public static (int Low, int High, double Share) Between(IReadOnlyList<int> numbers, int examples)
    {
        var after = numbers.TakeWhile(n => n < examples).Count();
        if (after == 0) return (0, 0, 0);
        if (after == numbers.Count) return (after - 1, after - 1, 0);
        return (after - 1, after, (X(examples) - X(numbers[after - 1])) / (X(numbers[after]) - X(numbers[after - 1])));
    }

    /// <summary>Trapezoid of y over x; both ascending in x and of equal length.</summary>
    public static double Area(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var area = 0.0;
        for (var i = 1; i < x.Length; i++) area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
        return area;
    }
}
