using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Tests.Estimating;

/// <summary>Forecasts as the engine makes them, with numbers that are easy to follow: half of the reachable worlds need 757
/// labels.</summary>
internal static class MadeUpForecast
{
    public static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-US");

    public static readonly RankingProgress Ranked = new(1, WorkState.Done, 10003, 10003, 50, null);

    public static Verdict Of(ForecastUpdate update, int items = 10003, int budget = 5000, string? stoppedBy = null) =>
        VerdictText.Of(new(update, items, budget, stoppedBy), English);

    public static ForecastUpdate Update(Estimate? estimate, int labels = 0) => new(1, labels, labels, Math.Min(labels, 32), 32, Ranked,
        estimate is null ? null : 1, "fake", 1, 10, 0, estimate, null, null, true);

    /// <param name="m">First labels behind it.</param>
    /// <param name="at">The rule's stop.</param>
    /// <param name="enough">Probability that the stop is enough.</param>
    public static Estimate Estimate(int m, double reach = .624977, int at = 3218, bool calibrated = true, double enough = .57)
    {
        var none = reach <= 0;
        var posterior = new Posterior(reach, none ? null : 756.49, none ? null : 175.08, none ? null : 2955.56, .6, .42, .43, null, 757, [],
            new SortedDictionary<int, double> { [500] = .22, [2000] = .497 });
        StopAdvice stop = m < 32 ? new("none", null, Advice.None, null, null, new FewFirstLabels(m))
            : calibrated ? new("A", at, Advice.KeepLabeling, enough, .92, new SafeCount(at, 5000, .1))
            : new("none", null, Advice.None, null, null, new NoFit());
        return new(new CosLow(m, .2, .06, .1, .3, null, null, []), [], [], calibrated ? .419 : null, calibrated ? .078 : null, null,
            calibrated ? 2681 : null, posterior, stop, 17, 24, new Target(.9), null, calibrated);
    }

    public static string Plain(string text) => text.Replace('\u00a0', ' ');
}
