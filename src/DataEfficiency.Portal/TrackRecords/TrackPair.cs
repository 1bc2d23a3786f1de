using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>What a forecast was made from: its area, and whether something was measured.</summary>
public readonly record struct TrackMethod(AreaMethod Area, bool IsMeasured);

/// <summary>A predicted number with its 80 % interval, and what it was in the end.</summary>
/// <param name="Median">Null: it said that no number would do.</param>
public sealed record Prediction(double? Median, double? Low, double? High, double Realised)
{
    public bool IsInside => Low <= Realised && Realised <= High;
}

/// <summary>
/// A forecast and a point that was measured after it. Every stored forecast is paired with every later measured point of the same project,
/// model and weights, under four conditions, so that none is judged by what it knew and none is left out for being wrong:
/// <list type="number">
/// <item>the point's labels are of the forecast's label version or a later one: a check's result raises the version, so no forecast that
/// had the result is paired with it;</item>
/// <item>the point lies where the forecast had a band: beyond every size that it had measured, at most 5,000;</item>
/// <item>its page showed a curve then (8 first labels, more than one answer);</item>
/// <item>there is a way from the untrained model's score to the ceiling that the forecast was made for.</item>
/// </list>
/// The need is compared at the one point that first reached the forecast's own target, if that is the point of the pair. Projects that
/// never reached theirs have no realised need, so that realised needs are those of the easier projects.
/// </summary>
/// <param name="Labels">That there were.</param>
/// <param name="Accuracy">Raw scores at the point's size.</param>
/// <param name="ScoreError">Standard error of the measured score.</param>
/// <param name="Need">Null where the point is not the first that reached the target, or the forecast showed no number.</param>
public sealed record TrackPair(long EstimateId, long CreatedAt, int Labels, TrackMethod Method, int CheckId, int Examples,
    Prediction Accuracy, double ScoreError, Prediction? Need)
{
    /// <summary>|predicted median - measured score|.</summary>
    public double Error => Math.Abs(Accuracy.Median!.Value - Accuracy.Realised);

    /// <summary>Inside the band once the test's own error is added to it: the band is of the true score.</summary>
    public bool IsInsideWithNoise
    {
        get
        {
            var (median, noise) = (Accuracy.Median!.Value, CheckPoints.Eighty * ScoreError);
            double Wider(double? end) => Math.Sqrt(Math.Pow(median - end!.Value, 2) + noise * noise);
            return median - Wider(Accuracy.Low) <= Accuracy.Realised && Accuracy.Realised <= median + Wider(Accuracy.High);
        }
    }

    /// <summary>|log2(predicted need / realised need)|: 1 is twice or half; null without both.</summary>
    public double? NeedBits => Need is { Median: { } median } need ? Math.Abs(Math.Log2(Math.Max(median, 1) / need.Realised)) : null;

    /// <summary>The pairs of one forecast.</summary>
    /// <param name="points">All of its project, in the order in which they were measured.</param>
    public static IEnumerable<TrackPair> Of(PastForecast forecast, IReadOnlyList<LaterPoint> points)
    {
        if (!forecast.ShowedCurve) yield break;
        LaterPoint[] own = [.. points.Where(p => p.Model == forecast.Model && p.ModelSha256 == forecast.ModelSha256)];
        var estimate = forecast.Estimate;
        double Ceiling(LaterPoint point) => estimate.Target.Ceiling ?? point.Ceiling;
        double? Share(LaterPoint point) => point.Share(Ceiling(point));
        var reached = Array.FindIndex(own, p => Share(p) >= estimate.Target.Share);
        for (var i = 0; i < own.Length; i++)
        {
            var point = own[i];
            if (point.LabelVersion < forecast.LabelVersion || Share(point) is null) continue;
            if (forecast.At(point.Examples) is not { } band) continue;
            double Score(double share) => point.ZeroShot + share * (Ceiling(point) - point.ZeroShot);
            var p = estimate.Posterior;
            var need = i == reached && forecast.ShowedNeed
                ? new Prediction(p.Median, p.Low80, p.High80, Crossing(own[..(i + 1)], Share, estimate.Target.Share)) : null;
            yield return new(forecast.Id, forecast.CreatedAt, forecast.Labels, new(estimate.Method, estimate.IsMeasured), point.CheckId,
                point.Examples, new(Score(band.Median), Score(band.Low), Score(band.High), point.Score), point.StandardError, need);
        }
    }

    // Where a straight line in log n from the largest smaller size, or from no example, to the last of the points crosses the target.
    private static double Crossing(LaterPoint[] points, Func<LaterPoint, double?> share, double target)
    {
        var met = points[^1];
        var below = points.Where(p => p.Examples < met.Examples && share(p) is not null).MaxBy(p => p.Examples);
        var (x0, y0) = below is null ? (0, 0) : (LabelAxis.X(below.Examples), Math.Max(0, share(below)!.Value));
        var (x1, y1) = (LabelAxis.X(met.Examples), share(met)!.Value);
        return LabelAxis.Examples(target <= y0 ? x0 : x0 + (target - y0) / (y1 - y0) * (x1 - x0));
    }
}
