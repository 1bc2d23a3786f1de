using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Estimating;

/// <summary>How far it still is. The sentence, the cost and the hours all speak of these labels, so that they cannot differ.</summary>
/// <param name="To">The count of labels at its end: the rule's stop where there is one, else the median need.</param>
/// <param name="ToStop">It ends at the rule's stop.</param>
/// <param name="More">Labels from here that the pool has open items for.</param>
/// <param name="Missing">Further labels of the way, for which items would have to be imported.</param>
/// <param name="Low">Labels from here, 10 % quantile of the need given reach; null on the way to a stop.</param>
/// <param name="High">90 % quantile.</param>
public sealed record WayAhead(int To, bool ToStop, int More, int Missing, int? Low, int? High)
{
    /// <summary>Null where no number may be said, or labeling has ended.</summary>
    public static WayAhead? Of(VerdictFacts facts)
    {
        if (facts.Forecast.StoppedAt is not null || facts.Numbered is not { } estimate) return null;
        var p = estimate.Posterior;
        if (estimate.Stop is { Rule: "A", At: { } at }) return Of(at, true, null, null);
        if (estimate.Stop.Advice == Advice.Stop) return Of(facts.Forecast.Labels, true, null, null);
        return p.Median is { } median ? Of(Need(median), false, p.Low80, p.High80) : null;

        WayAhead Of(int to, bool toStop, double? low, double? high)
        {
            var more = From(to);
            return new(to, toStop, Math.Min(more, facts.Open), Math.Max(0, more - facts.Open), Open(low), Open(high));
        }

        int From(int to) => Math.Max(0, to - facts.Forecast.Labels);
        int? Open(double? need) => need is { } n ? Math.Min(From(Need(n)), facts.Open) : null;
    }

    // "no more than": a need of 756.49 takes 757 labels
    private static int Need(double quantile) => (int)Math.Ceiling(quantile - 1e-9);
}
