// The curves a task may have: y(x) = A / (1 + exp(-k (x - x0))) on a fixed grid of 97 x 7 x 9 = 6,111 cells with a prior fitted on 90
// published curves (decision section 6). Everything that depends on no project is computed once, here.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>The grid's cells in the order x0, k, A (A fastest); all arrays have <see cref="Cells"/> entries.</summary>
internal static class PosteriorGrid
{
    public const int Starts = 97, Slopes = 7, Plateaus = 9, Cells = Starts * Slopes * Plateaus;

    private static readonly double[] Start = new double[Cells], Slope = new double[Cells], Plateau = new double[Cells];
    private static readonly double[] LogPriors = new double[Cells], Areas = new double[Cells];
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, double[]> ChartCurves = new();
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<double, Reaching> Reachings = new();

    // Targets whose order is kept: a project has one, a person who tries some has a few.
    private const int MostReachings = 16;

    static PosteriorGrid()
    {
        for (var i = 0; i < Starts; i++)
            for (var j = 0; j < Slopes; j++)
                for (var h = 0; h < Plateaus; h++)
                {
                    var c = Cell(i, j, h);
                    var (x0, k, a) = (.10 + .01 * i, 3 * Math.Pow(1.5, j), h == Plateaus - 1 ? 1 : .2 + .1 * h);
                    (Start[c], Slope[c], Plateau[c]) = (x0, k, a);
                    Areas[c] = a * (SoftPlus(k * (1 - x0)) - SoftPlus(-k * x0)) / k;
                    LogPriors[c] = -Square((x0 - .52) / .20) / 2 - Square((Math.Log(k) - Math.Log(9)) / .60) / 2
                        + Math.Log(h == Plateaus - 1 ? .75 : .25 / 8);
                }
        double total = 0, sum = 0, squares = 0;
        for (var c = 0; c < Cells; c++)
        {
            var w = Math.Exp(LogPriors[c]);
            total += w;
            sum += w * Areas[c];
        }
        MeanAuc = sum / total;
        for (var c = 0; c < Cells; c++) squares += Math.Exp(LogPriors[c]) * Square(Areas[c] - MeanAuc);
        SdAuc = Math.Sqrt(squares / total);
    }

    public static ReadOnlySpan<double> LogPrior => LogPriors;

    /// <summary>Area of each cell's curve over x in [0, 1].</summary>
    public static ReadOnlySpan<double> Auc => Areas;

    /// <summary>Prior mean and sd of the area.</summary>
    public static double MeanAuc { get; }

    public static double SdAuc { get; }

    public static int Cell(int startIndex, int slopeIndex, int plateauIndex) =>
        (startIndex * Slopes + slopeIndex) * Plateaus + plateauIndex;

    /// <summary>y of every cell at a number of examples; kept for the budgets every chart draws, so do not write into it.</summary>
    public static double[] Curves(int examples) =>
        PosteriorReadOut.IsChartBudget(examples) ? ChartCurves.GetOrAdd(examples, Compute) : Compute(examples);

    /// <summary>x at which a cell's curve reaches the share t of the way: +infinity where it does not by 5,000 examples, 0 where it starts
    /// above.</summary>
    public static double Reach(int cell, double share)
    {
        if (share <= 0) return 0;
        if (Plateau[cell] <= share + 1e-9) return double.PositiveInfinity;
        var x = Start[cell] + Math.Log(share / (Plateau[cell] - share)) / Slope[cell];
        return x > 1 ? double.PositiveInfinity : Math.Max(x, 0);
    }

    /// <summary>Where each cell reaches a share, and the cells that do, in that order.</summary>
    /// <param name="X">[Cells], as <see cref="Reach"/>.</param>
    public sealed record Reaching(double[] X, int[] Order);

    /// <summary>Of every cell; kept for the targets asked for lately, so do not write into it.</summary>
    public static Reaching Reached(double share)
    {
        if (Reachings.TryGetValue(share, out var known)) return known;
        if (Reachings.Count >= MostReachings) Reachings.Clear();
        var x = new double[Cells];
        for (var c = 0; c < Cells; c++) x[c] = Reach(c, share);
        int[] order = [.. Enumerable.Range(0, Cells).Where(c => double.IsFinite(x[c]))];
        Array.Sort([.. order.Select(c => x[c])], order);
        return Reachings[share] = new(x, order);
    }

    private static double[] Compute(int examples)
    {
        var (x, y) = (LabelAxis.X(examples), new double[Cells]);
        for (var first = 0; first < Cells; first += Plateaus)
        {
            // cells that differ by their plateau alone rise alike
            var rise = 1 + Math.Exp(-Slope[first] * (x - Start[first]));
            for (var c = first; c < first + Plateaus; c++) y[c] = Plateau[c] / rise;
        }
        return y;
    }

    private static double SoftPlus(double z) => Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z)));

    private static double Square(double z) => z * z;
}
