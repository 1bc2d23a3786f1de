using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The verdict of a project in words: which state it is in, the probability first, never a label need without its probability and interval
/// (display policy: count below 8 first labels, band from 8, number from 16, advice from 32). Pure: facts in, words out.
/// </summary>
public static class VerdictText
{
    /// <summary>Said wherever a number of rule A is shown, until a library of own pairs exists.</summary>
    public const string RuleAProvenance =
        "How often this rule stops too early was measured on published curves of three other models, not on yours.";

    /// <summary>The same where the model is one of the three.</summary>
    public const string RuleAPublished =
        "How often this rule stops too early was measured on published curves of three models, this one among them.";

    /// <summary>At or below it the target is called unlikely.</summary>
    private const double UnlikelyReach = .05;

    private const string OfTheWay = "“Of the way” runs from the score of the untrained model (0 %) to the ceiling (100 %).";

    public static Verdict Of(VerdictFacts facts, CultureInfo culture) => Of(facts, WayAhead.Of(facts), culture);

    /// <param name="way">How far it still is, as the tiles beside the sentence say it too.</param>
    internal static Verdict Of(VerdictFacts facts, WayAhead? way, CultureInfo culture)
    {
        var forecast = facts.Forecast;
        if (forecast.StoppedAt is not null) return Stopped(facts, culture);
        if (facts.Items == 0)
            return new("Empty", VerdictTone.Wait, Runs("**No items** to label yet"), ["Import a pool: CSV, TSV, JSONL or Excel."]);
        if (!forecast.Ranked || forecast.Ranking is { IsUnderWay: true }) return RankingText.Of(forecast.Ranking, culture);
        if (forecast.Outdated != Outdated.No) return Anew(forecast);
        if (forecast.Estimate is not { } estimate)
            return forecast.Error is { } error
                ? new("Failed", VerdictTone.Wait, Runs("**No forecast**: the last run failed"),
                    [$"{error} It runs again with the next label."])
                : First(facts, 0, culture);

        var verdict = estimate.Stop is { Rule: "B" } ? Measured(facts, estimate, way, culture)
            : estimate.CosLow.Count < StopRule.AdviceFrom ? Early(facts, estimate, way, culture)
            : !estimate.HasFit || estimate.Stop.At is null ? Uncalibrated(estimate, culture)
            : RuleA(facts, estimate, way!, culture);
        string?[] more =
        [
            .. ReasonText.Reservations(forecast, culture).Select(r => r.Sentence), Pool(way, culture), AboveTheMethod(facts, culture),
            SmallPool(facts, culture), AfterRanking(forecast.Ranking), IsRaw(estimate.Target) ? null : OfTheWay,
        ];
        return verdict with { Details = [.. verdict.Details, .. more.OfType<string>()] };
    }

    /// <summary>What annotators may see before a lead confirms a stop: how far the first signal is, never an advice. With the reservations
    /// of the budget page.</summary>
    public static string AnnotatorLine(ForecastUpdate forecast, CultureInfo culture)
    {
        if (forecast.Ranking is { IsUnderWay: true }) return "The pool is being ranked; the forecast comes after it";
        if (forecast.Outdated != Outdated.No) return "The forecast is being computed anew: the project’s settings changed";
        var m = forecast.Estimate?.CosLow.Count ?? 0;
        if (forecast.Estimate is not { } estimate || m < StopRule.BandFrom)
            return $"{Math.Min(forecast.FirstLabels, StopRule.BandFrom)} of {StopRule.BandFrom} labels before a first forecast";
        var p = estimate.Posterior;
        var reach = $"{ForecastNumbers.Percent(p.PReach, culture)} likely to reach {Goal(estimate.Target, culture)}";
        var line = m < StopRule.NumberFrom || p.Median is null ? $"First forecast: {reach}"
            : $"{reach}; if so, with {Interval(p, culture)} labels in all";
        var reservations = ReasonText.Reservations(forecast, culture).Select(r => r.Word).ToList();
        return reservations.Count == 0 ? line : $"{line} ({string.Join("; ", reservations)})";
    }

    private static Verdict Stopped(VerdictFacts facts, CultureInfo culture)
    {
        var by = facts.StoppedBy is { Length: > 0 } name ? $" by {name}" : "";
        return new("Stopped", VerdictTone.Stop, Runs($"Stopped at **{ForecastNumbers.Count(facts.Forecast.Labels, culture)} labels**"),
            [$"Confirmed{by}. Annotators see it; reopening keeps every label and rank."]) { At = facts.Forecast.StoppedAt };
    }

    private static Verdict Anew(ForecastUpdate forecast)
    {
        var what = forecast.Outdated switch
        {
            Outdated.Model => $"the model is now {forecast.Model}", Outdated.Target => "the target changed",
            _ => "the budget or the pool changed",
        };
        return forecast.Error is { } error
            ? new("Failed", VerdictTone.Wait, Runs($"**No forecast**: {what}, and the run for it failed"),
                [$"{error} It runs again with the next label."])
            : new("Computing", VerdictTone.Wait, Runs($"**Computing anew**: {what}"),
                ["The forecast of before no longer answers what is asked; the new one appears here by itself."]);
    }

    private static Verdict First(VerdictFacts facts, int m, CultureInfo culture)
    {
        var size = facts.Forecast.FirstSize;
        var band = size < StopRule.BandFrom ? Runs($"**{m} of {size}** labels; a first band needs {StopRule.BandFrom}")
            : Runs($"**{m} of {StopRule.BandFrom}** labels before a first band");
        var number = size < StopRule.NumberFrom ? "" : $"a number comes at {StopRule.NumberFrom}, ";
        return new("First labels", VerdictTone.Wait, band,
            [$"{Given(m, size)}: each moves CoS-Low; {number}{WhenAdvised(size, $"advice at {StopRule.AdviceFrom}.")}",
                .. OfAll(facts, culture)]);
    }

    private static Verdict Early(VerdictFacts facts, Estimate estimate, WayAhead? way, CultureInfo culture)
    {
        var (m, size) = (estimate.CosLow.Count, facts.Forecast.FirstSize);
        if (m < StopRule.BandFrom) return First(facts, m, culture);
        var advised = WhenAdvised(size, $"advice comes after {StopRule.AdviceFrom - m} more.");
        if (m < StopRule.NumberFrom)
        {
            var later = size < StopRule.NumberFrom ? $"a number of labels needs {StopRule.NumberFrom} first labels"
                : $"the number of labels comes at {StopRule.NumberFrom}";
            return new("First forecast", VerdictTone.Go, Runs($"A first **band**; {later}"), [$"{Given(m, size)}: {advised}"]);
        }
        return new("First forecast", VerdictTone.Go, Likely(facts, estimate, way, culture),
            [$"{Need(estimate.Posterior, culture)}{Given(m, size)}: {advised}"]);
    }

    /// <summary>When advice comes, or why it cannot.</summary>
    private static string WhenAdvised(int size, string comes) => size >= StopRule.AdviceFrom ? comes
        : $"advice needs {StopRule.AdviceFrom} first labels, and the pool has items for {size}: import more to get it.";

    private static Verdict Uncalibrated(Estimate estimate, CultureInfo culture)
    {
        var p = estimate.Posterior;
        return new("Not calibrated", VerdictTone.Wait,
            Runs($"**{ForecastNumbers.Percent(p.PReach, culture)}** of tasks like the published ones reach "
                + $"{Goal(estimate.Target, culture)} with 5,000 labels"),
            [p.Median is { } median
                ? $"Half of those that do need no more than {ForecastNumbers.Need(median, culture)} (80 %: {Interval(p, culture)}). "
                    + "Calibrate the model to get a stop."
                : "None of them does. Calibrate the model to get a stop."]);
    }

    private static Verdict RuleA(VerdictFacts facts, Estimate estimate, WayAhead way, CultureInfo culture)
    {
        var (p, stop, labels) = (estimate.Posterior, estimate.Stop, facts.Forecast.Labels);
        var at = ForecastNumbers.Labels(way.To, culture);
        var likely = $"**{ForecastNumbers.Percent(p.PReach, culture)}** likely to reach {Goal(estimate.Target, culture)}";
        string?[] tail =
        [
            p.Median is { } median ? $"Half of the tasks like this that are reachable need no more than "
                + $"{ForecastNumbers.Need(median, culture)} (80 %: {Interval(p, culture)})." : null,
            estimate.AreaSource == AreaSource.Published ? RuleAPublished : RuleAProvenance,
        ];
        if (labels >= way.To)
        {
            var why = way.To >= facts.Cap ? $"{Limit(facts)} of **{ForecastNumbers.Count(way.To, culture)}** labels is used up"
                : $"the {StopWord(stop)} of **{at}** labels is reached";
            return new("Stop", VerdictTone.Stop,
                Runs($"**{ForecastNumbers.Percent(stop.PEnough ?? p.PWithinCap, culture)}** likely to be enough for "
                    + $"{Goal(estimate.Target, culture)}: {why}"),
                [$"{Of(at, stop, culture)} A lead confirms the stop; annotators see it only then.", .. tail.OfType<string>()],
                StopAdvised: true);
        }
        if (p.PReach <= UnlikelyReach || p.Median is null)
            return new("Unlikely", VerdictTone.Wait, Runs($"{likely} with 5,000 labels"),
                ["Think of a lower target, a clearer instruction or another model.",
                    $"The rule would stop at {at} labels. {Of(at, stop, culture)}", .. tail.OfType<string>()]);
        var limit = way.To < facts.Cap ? $"{Capital(StopWord(stop))}: **{at}** labels"
            : IsSafe(stop) ? $"Safe only with {Limit(facts)} of **{ForecastNumbers.Count(way.To, culture)}** labels"
            : $"Even {Limit(facts)} of **{ForecastNumbers.Count(way.To, culture)}** labels may not be enough";
        return new("Keep labeling", VerdictTone.Go, Runs($"{likely}. {limit}"),
            [$"{Of(at, stop, culture)} {ForecastNumbers.Labels(way.To - labels, culture)} more from here.", .. tail.OfType<string>()]);
    }

    /// <summary>Nothing under the probability that was asked for is called safe.</summary>
    internal static bool IsSafe(StopAdvice stop) => stop.PEnough >= 1 - (stop.Reason is SafeCount rule ? rule.Alpha : .10) - 1e-9;

    private static string StopWord(StopAdvice stop) => IsSafe(stop) ? "safe stop" : "stop without measuring";

    private static Verdict Measured(VerdictFacts facts, Estimate estimate, WayAhead? way, CultureInfo culture)
    {
        var (p, stop) = (estimate.Posterior, estimate.Stop);
        if (stop.Advice == Advice.Stop)
            return new("Stop", VerdictTone.Stop,
                p.PTargetMet is { } met ? Runs($"**{ForecastNumbers.Percent(met, culture)}** likely that the target is truly met")
                    : Runs("**No labels needed**: the zero-shot score meets the target already"),
                [ReasonText.OfCheck(stop, culture)], StopAdvised: true);
        var next = stop.At is { } at ? $"Next check at {ForecastNumbers.Labels(at, culture)}." : "";
        return p.PReach <= UnlikelyReach
            ? new("Unlikely", VerdictTone.Wait,
                Runs($"**{ForecastNumbers.Percent(p.PReach, culture)}** likely to reach {Goal(estimate.Target, culture)} with 5,000 "
                    + $"labels"),
                [ReasonText.OfCheck(stop, culture)])
            : new("Keep labeling", VerdictTone.Go, Likely(facts, estimate, way, culture), [$"{Need(p, culture)}{next}"]);
    }

    private static IReadOnlyList<VerdictRun> Likely(VerdictFacts facts, Estimate estimate, WayAhead? way, CultureInfo culture)
    {
        var reach = $"**{ForecastNumbers.Percent(estimate.Posterior.PReach, culture)}** likely to reach {Goal(estimate.Target, culture)}";
        if (way is null) return Runs($"{reach} with 5,000 labels");
        var more = way.More + way.Missing;
        return more >= 1 ? Runs($"{reach}; if so, about **{ForecastNumbers.Labels(more, culture)} more** labels")
            : Runs($"{reach}; if so, half of such tasks need no more than the "
                + $"**{ForecastNumbers.Count(facts.Forecast.Labels, culture)}** you have");
    }

    /// <summary>What is to be reached, as the chart's axis shows it.</summary>
    private static string Goal(Target target, CultureInfo culture) => IsRaw(target)
        ? $"{ForecastNumbers.Score(target.ZeroShot!.Value + target.Share * (target.Ceiling!.Value - target.ZeroShot.Value), culture)} "
            + $"accuracy"
        : $"{ForecastNumbers.Percent(target.Share, culture)} of the way";

    private static bool IsRaw(Target target) => target is { ZeroShot: { } s0, Ceiling: { } ceiling } && ceiling - s0 >= Target.SmallestGap;

    private static string Given(int m, int size) => m >= size ? $"All {size} first labels are given" : $"{m} of {size} first labels";

    private static string Need(Posterior p, CultureInfo culture) => p.Median is { } median
        ? $"{ForecastNumbers.Need(median, culture)} in all if reachable, 80 % interval {Interval(p, culture)}. " : "";

    private static string Interval(Posterior p, CultureInfo culture) =>
        ForecastNumbers.Range(ForecastNumbers.Labels(p.Low80 ?? 0, culture), ForecastNumbers.Labels(p.High80 ?? 0, culture));

    // the probability belongs to the stop's labels, not to those that there are
    private static string Of(string at, StopAdvice stop, CultureInfo culture)
    {
        var all = stop.PEnough is { } p ? $"{at} labels are enough with {ForecastNumbers.Percent(p, culture)}"
            : $"{at} labels are enough with an unknown probability";
        return stop.PEnoughIfReachable is { } given ? $"{all}, {ForecastNumbers.Percent(given, culture)} if reachable at all." : $"{all}.";
    }

    /// <summary>What ends at <see cref="VerdictFacts.Cap"/>.</summary>
    private static string Limit(VerdictFacts facts) =>
        facts.Cap == facts.Budget ? "the whole budget" : facts.Cap == facts.Items ? "the whole pool" : "the method’s limit";

    private static string? Pool(WayAhead? way, CultureInfo culture) => way is { Missing: > 0 }
        ? $"The pool has {ForecastNumbers.Count(way.More, culture)} open items for these labels: import "
            + $"{ForecastNumbers.Labels(way.Missing, culture)} more to go all the way." : null;

    private static IEnumerable<string> OfAll(VerdictFacts facts, CultureInfo culture)
    {
        if (facts.Forecast.Labels > facts.Forecast.FirstLabels)
            yield return $"{ForecastNumbers.Count(facts.Forecast.Labels, culture)} labels in all.";
        if (SmallPool(facts, culture) is { } small) yield return small;
    }

    private static string? SmallPool(VerdictFacts facts, CultureInfo culture) => facts.Items < FirstThirtyTwo.PoolOfATenth
        ? $"The pool has {ForecastNumbers.Count(facts.Items, culture)} items: with fewer than {FirstThirtyTwo.PoolOfATenth} the first "
            + $"labels are its least sure {Math.Min(CosLow.Size, facts.Items)}, not its least sure tenth." : null;

    private static string? AboveTheMethod(VerdictFacts facts, CultureInfo culture) =>
        Math.Min(facts.Budget, facts.Items) > LabelAxis.MaxExamples
            ? $"Above {ForecastNumbers.Count(LabelAxis.MaxExamples, culture)} labels the method says nothing." : null;

    private static string? AfterRanking(RankingProgress? newest) => newest switch
    {
        { State: WorkState.Failed } => $"The newest ranking failed, so the order is that of the one before: {newest.Error}",
        { State: WorkState.Cancelled } => "The newest ranking was cancelled, so the order is that of the one before.",
        _ => null,
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    internal static IReadOnlyList<VerdictRun> Runs(string text) => VerdictRun.Of(text);
}
