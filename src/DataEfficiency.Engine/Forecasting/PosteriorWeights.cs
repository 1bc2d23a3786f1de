// Weights of the grid's curves after a predicted area and after measured fine-tunes (decision section 6). The label need, the chance to
// reach the target and the next check are read from them here; area, band and the steady stop test in PosteriorReadOut.
namespace DataEfficiency.Engine.Forecasting;

/// <summary>A measured fine-tune on the scale of the way.</summary>
/// <param name="Examples">1 to 5,000.</param>
/// <param name="Y">Share of the way; under 0 where a run scored less than the untrained model.</param>
/// <param name="StandardError">Standard error of y from the test set's size; 0 for an exact score.</param>
public sealed record Check(int Examples, double Y, double StandardError);

/// <summary>AUC' with the scale of its t(3) factor.</summary>
public sealed record AucPrediction(double Auc, double Scale);

/// <summary>Of the grid's curves; with a library of the model's own curves, half of the weight is theirs.</summary>
public sealed class PosteriorWeights
{
    /// <summary>Spread of true curves around the family, in share of the way.</summary>
    private const double FamilySd = .12;

    private readonly CurveLibrary? _library;
    private readonly double[] _weights, _reach;
    private readonly int[] _order;

    /// <param name="share">Target t as a share of the way.</param>
    /// <param name="auc">Null: the factor is skipped (not calibrated).</param>
    /// <param name="checks">Measured fine-tunes, ascending in examples.</param>
    /// <param name="cutAt">How many of the checks, from the first, rule out the grid's curves that would have reached the target there; all
    /// by default.</param>
    /// <param name="library">Null: the grid alone.</param>
    public PosteriorWeights(double share, AucPrediction? auc, IReadOnlyList<Check> checks, int? cutAt = null, CurveLibrary? library = null)
    {
        _library = library;
        (_reach, _order) = PosteriorGrid.Reached(share);
        _weights = PosteriorGrid.LogPrior.ToArray();
        if (auc is not null) Multiply(_weights, auc, PosteriorGrid.Auc, PosteriorGrid.MeanAuc, PosteriorGrid.SdAuc);
        for (var i = 0; i < checks.Count; i++)
        {
            Multiply(_weights, checks[i], PosteriorGrid.Curves(checks[i].Examples));
            if (i < (cutAt ?? checks.Count)) Cut(checks[i], share);
        }
        Normalise(_weights);
        if (library is not null)
        {
            var own = OfLibrary(library, auc, checks);
            _weights = [.. _weights.Select(w => w / 2), .. own.Select(w => w / 2)];
            (_reach, _order) = Together(_reach, _order, library.Reached(share));
        }
        foreach (var c in _order) PReach += _weights[c];
    }

    /// <summary>Weights of the library alone, [its cells], summing to 1 (signals section 3).</summary>
    internal static double[] OfLibrary(CurveLibrary library, AucPrediction? auc, IReadOnlyList<Check> checks)
    {
        var weights = library.LogPrior.ToArray();
        if (auc is not null) Multiply(weights, auc, library.Auc, library.MeanAuc, library.SdAuc);
        foreach (var check in checks) Multiply(weights, check, library.Curves(check.Examples));
        Normalise(weights);
        return weights;
    }

    private static void Normalise(double[] weights)
    {
        var top = weights.Max();
        var total = 0.0;
        for (var c = 0; c < weights.Length; c++) total += weights[c] = Math.Exp(weights[c] - top);
        for (var c = 0; c < weights.Length; c++) weights[c] /= total;
    }

    /// <summary>The grid's cells and behind them the library's, those that reach the target in the order in which they do.</summary>
    private static (double[] Reach, int[] Order) Together(double[] grid, int[] gridOrder, (double[] X, int[] Order) library)
    {
        double[] reach = [.. grid, .. library.X];
        var order = new int[gridOrder.Length + library.Order.Length];
        int g = 0, l = 0;
        for (var i = 0; i < order.Length; i++)
            order[i] = l == library.Order.Length || (g < gridOrder.Length && grid[gridOrder[g]] <= library.X[library.Order[l]])
                ? gridOrder[g++] : PosteriorGrid.Cells + library.Order[l++];
        return (reach, order);
    }

    /// <summary>y of every cell at a number of examples, in the order of <see cref="Weights"/>.</summary>
    internal double[] Curves(int examples) =>
        _library is null ? PosteriorGrid.Curves(examples) : [.. PosteriorGrid.Curves(examples), .. _library.Curves(examples)];

    /// <summary>[Cells], sums to 1.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Probability that the target is reached with at most 5,000 examples.</summary>
    public double PReach { get; }

    /// <summary>E[AUC] of the curves' own areas.</summary>
    public double ExpectedAuc
    {
        get
        {
            var sum = 0.0;
            for (var c = 0; c < PosteriorGrid.Cells; c++) sum += _weights[c] * PosteriorGrid.Auc[c];
            for (var c = 0; c < _library?.Cells; c++) sum += _weights[PosteriorGrid.Cells + c] * _library.Auc[c];
            return sum;
        }
    }

    /// <summary>E[y] of the curves at a number of examples.</summary>
    public double ExpectedY(int examples)
    {
        var (curves, sum) = (Curves(examples), 0.0);
        for (var c = 0; c < _weights.Length; c++) sum += _weights[c] * curves[c];
        return sum;
    }

    /// <summary>P(n examples are enough), over all worlds.</summary>
    public double PSuffices(double examples)
    {
        var (x, sum) = (LabelAxis.X(examples), 0.0);
        foreach (var c in _order)
        {
            // n -> x -> n loses a bit or two: a curve that reaches the target exactly at n counts.
            if (_reach[c] > x + 1e-12) break;
            sum += _weights[c];
        }
        return sum;
    }

    /// <summary>Examples needed with probability q given that the target is reached at all; null where that has no weight.</summary>
    public double? Quantile(double q)
    {
        if (!(PReach > 0)) return null;
        var sum = 0.0;
        foreach (var c in _order)
        {
            sum += _weights[c] / PReach;
            if (sum >= q - 1e-12) return LabelAxis.Examples(_reach[c]);
        }
        return LabelAxis.Examples(_reach[_order[^1]]);
    }

    /// <summary>Where to fine-tune next: the median need, first within 50 to 1,000, later within 1.5 to 4 times the last check; at most
    /// 5,000.</summary>
    /// <param name="lastExamples">Examples of the last check; 0 before the first.</param>
    /// <param name="smallestStep">1.5; 1.25 where a fine-tune costs less than about 250 labels.</param>
    public int NextCheck(int lastExamples, double smallestStep = 1.5)
    {
        var (low, high) = lastExamples > 0 ? (smallestStep * lastExamples, 4.0 * lastExamples) : (50.0, 1000.0);
        var at = Math.Clamp(Quantile(.5) ?? double.PositiveInfinity, low, high);
        return (int)Math.Min(Math.Ceiling(at - 1e-9), LabelAxis.MaxExamples);
    }

    /// <summary>Student t with 3 degrees of freedom around AUC', over the base marginal of the area, so that the prior's own area counts
    /// once.</summary>
    private static void Multiply(double[] weights, AucPrediction prediction, ReadOnlySpan<double> areas, double mean, double deviation)
    {
        for (var c = 0; c < weights.Length; c++)
        {
            var z = (areas[c] - prediction.Auc) / prediction.Scale;
            var marginal = Math.Clamp((areas[c] - mean) / deviation, -2, 2);
            weights[c] += -2 * Math.Log(1 + z * z / 3) + marginal * marginal / 2;
        }
    }

    private static void Multiply(double[] weights, Check check, double[] curves)
    {
        var variance = FamilySd * FamilySd + check.StandardError * check.StandardError;
        for (var c = 0; c < weights.Length; c++) weights[c] -= (curves[c] - check.Y) * (curves[c] - check.Y) / (2 * variance);
    }

    private void Cut(Check check, double share)
    {
        if (check.Y + check.StandardError >= share) return;
        var x = LabelAxis.X(check.Examples);
        var survives = false;
        for (var c = 0; c < _weights.Length && !survives; c++) survives = _reach[c] > x && double.IsFinite(_weights[c]);
        if (!survives) return;
        for (var c = 0; c < _weights.Length; c++)
            if (_reach[c] <= x) _weights[c] = double.NegativeInfinity;
    }
}
