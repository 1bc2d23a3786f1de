// Every estimator on one world at a time.
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Cli.Evaluating;

internal static class Estimators
{
    private static readonly int[] BandBudgets = [50, 100, 200, 500, 1000, 2500, 5000];

    /// <param name="labels">The project has so many; what it has measured are <paramref name="runs"/>.</param>
    /// <param name="meanArea">Of the other tasks.</param>
    public static IEnumerable<(string Name, Score Score)> Of(KnownCurve curve, double share, int labels, AucPrediction? signal,
        double meanArea, IReadOnlyList<Run> runs)
    {
        Check[] checks = [.. runs.Select(r => r.Check)];
        yield return ("posterior", Posterior(signal));
        // what a first signal is worth is told on exact scores
        if (signal is not null && runs.Count > 0 && runs.All(r => r.StandardError == 0))
            yield return (Name(OtherMethod.Curve), Posterior(null));
        if (runs.Count == 0)
        {
            yield return Guessed(CurveGuess.OfArea(OtherMethod.MeanOfTasks, meanArea));
            if (signal is not null) yield return Guessed(CurveGuess.OfArea(OtherMethod.CosLow, signal.Auc));
        }
        foreach (var guess in CurveGuess.Of(checks)) yield return Guessed(guess);

        Score Posterior(AucPrediction? auc)
        {
            var forecast = PosteriorForecast.Of(share, auc, checks, band: BandBudgets);
            var p = forecast.Posterior;
            // over all worlds: where it is likelier not reached, the need is all there is
            var need = forecast.Weights.PReach < .5 ? LabelAxis.MaxExamples : forecast.Weights.Quantile(.5 / forecast.Weights.PReach);
            var open = IsOpen();
            bool? covered = open && curve.Need(share) is { } truth && p is { Low80: { } low, High80: { } high }
                ? low <= truth && truth <= high : null;
            double? width = covered is null ? null : Math.Log2(p.High80!.Value / p.Low80!.Value);
            double? share80 = p.Band.Count == 0 ? null
                : p.Band.Average(b => curve.Y(b.Examples) is var y && b.Low - 1e-9 <= y && y <= b.High + 1e-9 ? 1.0 : 0);
            return Of(p.AucHat, need ?? LabelAxis.MaxExamples) with { Covered = covered, Width = width, BandShare = share80 };
        }

        (string, Score) Guessed(CurveGuess guess) =>
            (Name(guess.Method), Of(guess.Area(checks), guess.Need(share, checks) ?? LabelAxis.MaxExamples));

        Score Of(double area, double need)
        {
            var truth = curve.Need(share) ?? LabelAxis.MaxExamples;
            need = Math.Clamp(need, 1, LabelAxis.MaxExamples);
            var open = IsOpen();
            return new(Math.Abs(area - curve.Area), open ? Math.Abs(Math.Log2(need / truth)) : null, open ? Math.Abs(need - truth) : null,
                null, null, null);
        }

        // a need that lies behind the labels is none any more
        bool IsOpen() => (curve.Need(share) ?? LabelAxis.MaxExamples) > Math.Max(labels, 1);
    }

    // the curve alone is what the posterior is without one
    internal static string Name(OtherMethod method) =>
        method == OtherMethod.Curve ? "posterior without a first signal" : MethodOutput.Name(method);
}
