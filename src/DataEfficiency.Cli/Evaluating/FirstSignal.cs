// What 32 labels say before anything was measured: an area predicted from CoS-Low, or one as good as the paper's (decision section 3).
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Cli.Evaluating;

internal static class FirstSignal
{
    /// <summary>Share of the areas' variance that the paper's CoS-Low explains.</summary>
    private const double Explained = .5;

    /// <summary>AUC' of a task with its scale, from the other tasks alone, whatever the model: drawn so that area - AUC' has the paper's
    /// error and is independent of AUC'.</summary>
    public static AucPrediction Simulated(KnownCurve curve, IReadOnlyList<KnownCurve> others, SplitMix64 random)
    {
        var mean = others.Average(c => c.Area);
        var variance = others.Average(c => (c.Area - mean) * (c.Area - mean));
        var drawn = mean + Explained * (curve.Area - mean) + Math.Sqrt(Explained * (1 - Explained) * variance) * Normal(random);
        return new(PaperFormula.Clip(drawn), PublishedFit.AucScale);
    }

    /// <summary>AUC' from given CoS-Lows by a line over the other tasks of the same model; null where the task has none, or fewer than 8
    /// others have one.</summary>
    public static AucPrediction? Fitted(KnownCurve curve, IReadOnlyList<KnownCurve> others, IReadOnlyDictionary<string, double> cosLows)
    {
        if (!cosLows.TryGetValue(curve.Task, out var signal)) return null;
        (double, double)[] pairs = [.. others.Where(c => c.Model == curve.Model && cosLows.ContainsKey(c.Task))
            .Select(c => (cosLows[c.Task], c.Area))];
        if (pairs.Length < CalibrationFit.SmallestTaskCount) return null;
        var line = CalibrationFit.Of(pairs);
        var fit = new AreaFit(AreaSource.Calibration, AreaSignal.CosLow,
            [new(CosLow.Size, line.Coefficient, line.Intercept, line.LeaveOneOutError / AreaFit.ErrorPerScale)], line.MeanAuc,
            line.MeanBaselineError);
        return AreaPrediction.Of(fit, signal, CosLow.Size, 0).Prediction;
    }

    private static double Normal(SplitMix64 random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextUnit24())) * Math.Cos(2 * Math.PI * random.NextUnit24());
}
