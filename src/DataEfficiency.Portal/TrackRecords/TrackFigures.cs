namespace DataEfficiency.Portal.TrackRecords;

/// <summary>How far forecasts were off. Each measured point counts once, as the mean over the forecasts before it, so that many forecasts
/// shortly before one point outvote nothing.</summary>
/// <param name="Forecasts">Pairs of a forecast and a later point.</param>
/// <param name="Error">Mean |predicted - measured score|.</param>
/// <param name="Inside">Share inside the 80 % band.</param>
/// <param name="InsideWithNoise">The same with the error of the test added to the band.</param>
/// <param name="NeedPoints">Points that were the first to reach a target.</param>
/// <param name="NeedFactor">How many times too high or too low the predicted need was: geometric mean; null without one.</param>
/// <param name="NeedInside">Share of needs inside the 80 % interval; null without one.</param>
public sealed record TrackFigures(int Forecasts, int Points, int Projects, double Error, double Inside, double InsideWithNoise,
    int NeedPoints, double? NeedFactor, double? NeedInside)
{
    /// <summary>Null where nothing was measured after a forecast.</summary>
    public static TrackFigures? Of(IEnumerable<TrackTally> tallies)
    {
        TrackTally[] points = [.. tallies.GroupBy(t => t.CheckId).Select(g => g.Aggregate((a, b) => a.With(b)))];
        if (points.Length == 0) return null;
        TrackTally[] needs = [.. points.Where(p => p.Needs > 0)], numbers = [.. needs.Where(p => p.NeedsWithNumber > 0)];
        return new(points.Sum(p => p.Forecasts), points.Length, points.Select(p => p.ProjectId).Distinct().Count(),
            points.Average(p => p.Error / p.Forecasts), points.Average(p => (double)p.Inside / p.Forecasts),
            points.Average(p => (double)p.InsideWithNoise / p.Forecasts), needs.Length,
            numbers.Length == 0 ? null : Math.Pow(2, numbers.Average(p => p.NeedBits / p.NeedsWithNumber)),
            needs.Length == 0 ? null : needs.Average(p => (double)p.NeedsInside / p.Needs));
    }
}

/// <summary>The figures of some projects: all together, by method, by project.</summary>
/// <param name="Needs">One of each point that was the first to reach a target, and each method before it; the newest project's
/// first.</param>
public sealed record TrackRecord(TrackFigures All, IReadOnlyList<(TrackMethod Method, TrackFigures Figures)> Methods,
    IReadOnlyList<(int ProjectId, TrackFigures Figures)> Projects, IReadOnlyList<TrackNeed> Needs)
{
    /// <summary>Null where there is nothing to compare.</summary>
    public static TrackRecord? Of(IReadOnlyCollection<TrackTally> tallies) => TrackFigures.Of(tallies) is not { } all ? null
        : new(all, [.. tallies.GroupBy(t => t.Method).OrderBy(g => g.Key.Area).ThenBy(g => g.Key.IsMeasured)
                .Select(g => (g.Key, TrackFigures.Of(g)!))],
            [.. tallies.GroupBy(t => t.ProjectId).OrderByDescending(g => g.Key).Select(g => (g.Key, TrackFigures.Of(g)!))],
            [.. tallies.Select(t => t.Newest).OfType<TrackNeed>().OrderByDescending(n => n.ProjectId).ThenBy(n => n.CheckId)
                .ThenBy(n => n.Method.IsMeasured).ThenBy(n => n.Method.Area)]);
}
