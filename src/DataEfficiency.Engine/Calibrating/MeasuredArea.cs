// The area of a reference task's curve: measured where all budgets are there, else continued with the posterior over published curves.

using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Calibrating;

internal static class MeasuredArea
{
    /// <summary>Area of a task's runs, or null where the model starts at the ceiling and has no way to go.</summary>
    /// <param name="ceiling">The task's known noise ceiling.</param>
    public static double? Of(IReadOnlyList<CalibrationRun> runs, double ceiling, int testSize)
    {
        var zeroShot = runs.First(r => r.Examples == 0).Score;
        var gap = Math.Max(ceiling, runs.Max(r => r.Score)) - zeroShot;
        if (gap < Target.SmallestGap) return null;
        var scores = runs.ToDictionary(r => r.Examples, r => r.Score);
        if (LabelAxis.Budgets.All(scores.ContainsKey)) return DataEfficiencyCurve.Of(scores, ceiling).Auc;
        double Error(double score) => Math.Sqrt(Math.Max(score * (1 - score), TargetScale.LeastVariance) / testSize) / gap;
        var checks = runs.Where(r => r.Examples > 0)
            .Select(r => new Check(r.Examples, Math.Max(0, (r.Score - zeroShot) / gap), Error(r.Score)));
        return PosteriorForecast.Of(.9, null, [.. checks]).Posterior.AucHat;
    }
}
