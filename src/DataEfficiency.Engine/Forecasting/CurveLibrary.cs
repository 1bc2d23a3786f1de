// A model's own reference curves as the prior of a project's curve (signals section 3): each of them, moved by up to 1.2 bits to fewer or
// more labels. With at least eight whole curves half of the posterior's weight is theirs, half the grid's: the grid alone knows no
// curve of this model, the library alone no task that is new to it.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>Curves of reference tasks on one model, each at seven shifts; cells in the order curve, shift.</summary>
public sealed class CurveLibrary
{
    /// <summary>With fewer curves the grid stands alone.</summary>
    public const int Fewest = 8;

    private const double ShiftSd = .6;
    private static readonly double[] Shifts = [-1.2, -.8, -.4, 0, .4, .8, 1.2];

    private readonly double[] _x;
    private readonly IReadOnlyList<double[]> _curves;
    private readonly double[] _logPrior, _areas;
    private readonly Lock _lock = new();
    private (double Share, double[] X, int[] Order)? _reached;

    /// <param name="sizes">Training sizes of every curve, ascending, the first 0, the last at most 5,000.</param>
    /// <param name="curves">Share of the way at each size, never falling; the first value counts as 0.</param>
    /// <exception cref="ArgumentException">No curve, or one of another length than the sizes.</exception>
    public CurveLibrary(IReadOnlyList<int> sizes, IReadOnlyList<IReadOnlyList<double>> curves)
    {
        if (curves.Count == 0) throw new ArgumentException("A library needs at least one curve.", nameof(curves));
        if (sizes.Count < 2 || sizes[0] != 0 || curves.Any(c => c.Count != sizes.Count))
            throw new ArgumentException($"Each curve of a library needs a value at each of its {sizes.Count} sizes, from 0 on.");
        _x = [.. sizes.Select(n => LabelAxis.X(n))];
        _curves = [.. curves.Select(c => (double[])[0, .. c.Skip(1)])];
        (_logPrior, _areas) = (new double[Cells], new double[Cells]);
        var y = new double[sizes.Count];
        for (var c = 0; c < Cells; c++)
        {
            _logPrior[c] = -Square(Shift(c) / ShiftSd) / 2;
            for (var i = 0; i < sizes.Count; i++) y[i] = Y(c, _x[i]);
            _areas[c] = LabelAxis.Area(_x, y);
        }
        var total = _logPrior.Sum(Math.Exp);
        MeanAuc = Sum(c => _areas[c]) / total;
        SdAuc = Math.Sqrt(Sum(c => Square(_areas[c] - MeanAuc)) / total);
        double Sum(Func<int, double> of) => Enumerable.Range(0, Cells).Sum(c => Math.Exp(_logPrior[c]) * of(c));
    }

    /// <summary>Curves.</summary>
    public int Count => _curves.Count;

    /// <summary>Curves times shifts.</summary>
    public int Cells => _curves.Count * Shifts.Length;

    internal ReadOnlySpan<double> LogPrior => _logPrior;

    /// <summary>Area of each cell: trapezoid over the sizes.</summary>
    internal ReadOnlySpan<double> Auc => _areas;

    /// <summary>Mean and sd of the area under the prior weights.</summary>
    internal double MeanAuc { get; }

    internal double SdAuc { get; }

    /// <summary>y of every cell at a number of examples.</summary>
    internal double[] Curves(double examples) => [.. Enumerable.Range(0, Cells).Select(c => Y(c, LabelAxis.X(examples)))];

    /// <summary>x at which each cell reaches the share t of the way, +infinity where it does not by 5,000 examples, and the cells that do
    /// in that order. The last target asked for is kept.</summary>
    internal (double[] X, int[] Order) Reached(double share)
    {
        lock (_lock)
            if (_reached is { } known && known.Share == share) return (known.X, known.Order);
        double[] x = [.. Enumerable.Range(0, Cells).Select(c => Reach(c, share))];
        int[] order = [.. Enumerable.Range(0, Cells).Where(c => double.IsFinite(x[c])).OrderBy(c => x[c])];
        lock (_lock) _reached = (share, x, order);
        return (x, order);
    }

    private static double Shift(int cell) => Shifts[cell % Shifts.Length];

    private double Y(int cell, double x)
    {
        var curve = _curves[cell / Shifts.Length];
        var at = x - Shift(cell) / LabelAxis.Length;
        if (x <= 0 || at <= _x[0]) return curve[0];
        for (var i = 1; i < _x.Length; i++)
            if (at <= _x[i]) return curve[i - 1] + (curve[i] - curve[i - 1]) * (at - _x[i - 1]) / (_x[i] - _x[i - 1]);
        return curve[^1];
    }

    private double Reach(int cell, double share)
    {
        if (share <= 0) return 0;
        var curve = _curves[cell / Shifts.Length];
        var i = Array.FindIndex(curve, y => y >= share - 1e-12);
        if (i < 0) return double.PositiveInfinity;
        var x = i == 0 ? _x[0] : _x[i - 1] + (_x[i] - _x[i - 1]) * Math.Min(1, (share - curve[i - 1]) / (curve[i] - curve[i - 1]));
        x = Math.Max(0, x + Shift(cell) / LabelAxis.Length);
        return x > 1 + 1e-12 ? double.PositiveInfinity : x;
    }

    private static double Square(double z) => z * z;
}
