using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <param name="Items">Visible items of the pool.</param>
/// <param name="Budget">The project's maximum budget in labels.</param>
/// <param name="StoppedBy">Name of the lead who confirmed the stop.</param>
public sealed record VerdictFacts(ForecastUpdate Forecast, int Items, int Budget, string? StoppedBy = null);

/// <summary>
/// The verdict of a project in words: which state it is in, the probability first, never a label need without its probability and interval
/// (display policy: count below 8 first labels, band from 8, number from 16, advice from 32). Pure: facts in, words out.
/// </summary>
public static class VerdictText
{
    /// <summary>Said wherever a number of rule A is shown, until a library of own pairs exists.</summary>
    public const string RuleAProvenance = "How often this rule stops too early was measured on published curves of three other models, not on yours.";

    /// <summary>The same where the model is one of the three.</summary>
    public const string RuleAPublished = "How often this rule stops too early was measured on published curves of three models, this one among them.";

    public const string NotCalibrated = "This model is not calibrated, so no number of labels follows from CoS-Low: the forecast is what 90 published curves say about any task.";

    /// <summary>At or below it the target is called unlikely.</summary>
    private const double UnlikelyReach = .05;

    public static Verdict Of(VerdictFacts facts, CultureInfo culture)
    {
        var forecast = facts.Forecast;
        if (forecast.StoppedAt is { } at) return Stopped(facts, at, culture);
        if (facts.Items == 0) return new("Empty", VerdictTone.Wait, Runs("**No items** to label yet"), ["Import a pool: CSV, TSV, JSONL or Excel."], "the pool is empty");
        if (!forecast.Ranked || forecast.Ranking is { IsUnderWay: true }) return Ranking(facts, culture);
        if (forecast.Estimate is not { } estimate)
            return forecast.Error is { } error
                ? new("Failed", VerdictTone.Wait, Runs("**No forecast**: the last run failed"), [error, "It runs again with the next label."], "the last forecast failed")
                : First(facts, 0, culture);

        var verdict = estimate.Stop is { Rule: "B" } ? Measured(facts, estimate, culture)
            : estimate.CosLow.Count < StopRule.AdviceFrom ? Early(facts, estimate, culture)
            : !estimate.HasFit || estimate.Stop.At is null ? Uncalibrated(facts, estimate, culture)
            : RuleA(facts, estimate, culture);
        string?[] more = [estimate.CosLow.Count >= StopRule.NumberFrom ? ReasonText.OfSource(estimate) : null, ReasonText.OfTarget(estimate, culture), AboveTheMethod(facts, culture), SmallPool(facts, culture), AfterRanking(forecast.Ranking), forecast.Error is { } failed ? $"The newest run failed, so this is the one before: {failed}" : null];
        return verdict with { Details = [.. verdict.Details, .. more.OfType<string>()] };
    }

    /// <summary>What annotators may see before a lead confirms a stop: how far the first signal is, never an advice.</summary>
    public static string AnnotatorLine(ForecastUpdate forecast, CultureInfo culture)
    {
        var m = forecast.Estimate?.CosLow.Count ?? 0;
        if (forecast.Estimate is not { } estimate || m < StopRule.BandFrom) return $"{Math.Min(forecast.FirstLabels, StopRule.BandFrom)} of {StopRule.BandFrom} labels before a first forecast";
        return m < StopRule.NumberFrom || estimate.Posterior.Median is null
            ? $"First forecast: {ForecastNumbers.Percent(estimate.Posterior.PReach, culture)} likely to be reached"
            : $"{ForecastNumbers.Percent(estimate.Posterior.PReach, culture)} likely to be reached; if so, with {Interval(estimate.Posterior, culture)} labels"
                + (ReasonText.OfSource(estimate) is null ? "" : " (published fit)");
    }

    private static Verdict Stopped(VerdictFacts facts, long at, CultureInfo culture)
    {
        var day = DateTimeOffset.FromUnixTimeMilliseconds(at).ToLocalTime().ToString("D", culture);
        var by = facts.StoppedBy is { Length: > 0 } name ? $" by {name}" : "";
        return new("Stopped", VerdictTone.Stop, Runs($"Stopped at **{ForecastNumbers.Count(facts.Forecast.Labels, culture)} labels**"),
            [$"Confirmed{by} on {day}. Annotators see it; reopening keeps every label and rank."]);
    }

    private static Verdict Ranking(VerdictFacts facts, CultureInfo culture)
    {
        const string meanwhile = "The first 32 labels are drawn from the tenth that the model is least sure of. Labels given before that are kept, but say nothing about CoS-Low.";
        switch (facts.Forecast.Ranking)
        {
            case { IsUnderWay: true } ranking:
                var share = ForecastNumbers.Percent(ranking.Share, culture);
                var speed = ranking.Left is { } left ? $"{ForecastNumbers.Rate(ranking.ItemsPerSecond, culture)} items/s, about {ForecastNumbers.Hours(left.TotalHours, culture)} left. "
                    : ranking.State == WorkState.Running ? "The first items are being ranked. " : "Waiting for its turn on the engine. ";
                return new("Ranking", VerdictTone.Wait, Runs($"Ranking **{share}** of {ForecastNumbers.Count(ranking.Total, culture)} items"), [speed + meanwhile], $"ranking {share}");
            case { State: WorkState.Failed } failed:
                return new("Ranking failed", VerdictTone.Wait, Runs("**No order yet**: ranking failed"), [failed.Error ?? "The reason is in the log.", "Mend the cause, then rank again."], "ranking failed");
            case { State: WorkState.Cancelled } cancelled:
                return new("Not ranked", VerdictTone.Wait, Runs($"Ranking cancelled at **{ForecastNumbers.Percent(cancelled.Share, culture)}**"), ["Rank again to go on where it stopped.", meanwhile], "ranking was cancelled");
            default:
                return new("Not ranked", VerdictTone.Wait, Runs("**Not ranked** yet"), ["Start the ranking.", meanwhile], "the pool is not ranked");
        }
    }

    private static Verdict First(VerdictFacts facts, int m, CultureInfo culture)
    {
        var size = facts.Forecast.FirstSize;
        return new("First labels", VerdictTone.Wait, size < StopRule.BandFrom ? Runs($"**{m} of {size}** labels; a first band needs {StopRule.BandFrom}") : Runs($"**{m} of {StopRule.BandFrom}** labels before a first band"),
            [$"Each of the first {size} labels moves CoS-Low; {(size < StopRule.NumberFrom ? "" : $"a number comes at {StopRule.NumberFrom}, ")}{WhenAdvised(size, $"advice at {StopRule.AdviceFrom}.")}", .. OfAll(facts, culture)], Waiting(m, size));
    }

    private static Verdict Early(VerdictFacts facts, Estimate estimate, CultureInfo culture)
    {
        var (m, size) = (estimate.CosLow.Count, facts.Forecast.FirstSize);
        if (m < StopRule.BandFrom) return First(facts, m, culture);
        List<string> details = [];
        if (!estimate.HasFit) details.Add(NotCalibrated);
        if (m < StopRule.NumberFrom)
            return new("First forecast", VerdictTone.Go, size < StopRule.NumberFrom ? Runs($"A first **band**; a number of labels needs {StopRule.NumberFrom} first labels") : Runs($"A first **band**; the number of labels comes at {StopRule.NumberFrom}"),
                [$"{m} of {size} first labels: {(size < StopRule.NumberFrom ? "" : $"after {StopRule.NumberFrom - m} more the forecast says a number, ")}{WhenAdvised(size, $"after {StopRule.AdviceFrom - m} more it advises.")}", .. details], Waiting(m, size));
        details.Insert(0, $"{Need(estimate.Posterior, culture)}{Capital(WhenAdvised(size, $"advice comes after {StopRule.AdviceFrom - m} more of the first labels."))}");
        return new("First forecast", VerdictTone.Go, Likely(facts, estimate.Posterior, culture), details, Waiting(m, size));
    }

    /// <summary>When advice comes, or why it cannot.</summary>
    private static string WhenAdvised(int size, string comes) =>
        size >= StopRule.AdviceFrom ? comes : $"advice needs {StopRule.AdviceFrom} first labels, and the pool has items for {size}: import more to get it.";

    private static Verdict Uncalibrated(VerdictFacts facts, Estimate estimate, CultureInfo culture)
    {
        var p = estimate.Posterior;
        return new("Not calibrated", VerdictTone.Wait, Runs($"**{ForecastNumbers.Percent(p.PReach, culture)}** of tasks like the published ones reach this target with 5,000 labels"),
            [NotCalibrated, p.Median is { } median ? $"Half of those that do need no more than {ForecastNumbers.Need(median, culture)} (80 %: {Interval(p, culture)}). " : "None of them does.",
             "Calibrate the model to get a safe stop."], "the model is not calibrated");
    }

    private static Verdict RuleA(VerdictFacts facts, Estimate estimate, CultureInfo culture)
    {
        var (p, stop, labels) = (estimate.Posterior, estimate.Stop, facts.Forecast.Labels);
        var at = stop.At!.Value;
        var safe = ForecastNumbers.Labels(at, culture);
        var enough = Enough(stop, culture);
        var half = p.Median is { } median ? $"Half of the tasks like this that are reachable need no more than {ForecastNumbers.Need(median, culture)} (80 %: {Interval(p, culture)})." : null;
        string?[] tail = [half, ReasonText.OfArea(estimate, culture), estimate.AreaSource == AreaSource.Published ? RuleAPublished : RuleAProvenance];
        if (labels >= at)
        {
            var why = at >= Cap(facts) ? $"{Limit(facts)} of **{ForecastNumbers.Count(at, culture)}** labels is used up" : $"the safe stop of **{safe}** labels is reached";
            return new("Stop", VerdictTone.Stop, Runs($"**{ForecastNumbers.Percent(stop.PEnough ?? p.PWithinCap, culture)}** likely to be enough: {why}"),
                [$"{ForecastNumbers.Count(labels, culture)} labels ({enough}). A lead confirms the stop; annotators see it only then.", .. tail.OfType<string>()], StopAdvised: true);
        }
        if (p.PReach <= UnlikelyReach || p.Median is null)
            return new("Unlikely", VerdictTone.Wait, Runs($"**{ForecastNumbers.Percent(p.PReach, culture)}** likely to be reached with 5,000 labels"),
                [$"Think of a lower target, a clearer instruction or another model. The safe stop would be {safe} labels ({enough}).", .. tail.OfType<string>()]);
        var limit = at >= Cap(facts) ? $"Safe only with {Limit(facts)} of **{ForecastNumbers.Count(at, culture)}** labels" : $"Safe stop without measuring: **{safe}** labels";
        return new("Keep labeling", VerdictTone.Go, Runs($"**{ForecastNumbers.Percent(p.PReach, culture)}** likely to be reached. {limit}"),
            [$"{Capital(enough)}. {ForecastNumbers.Labels(at - labels, culture)} more from here.", .. tail.OfType<string>()]);
    }

    private static Verdict Measured(VerdictFacts facts, Estimate estimate, CultureInfo culture)
    {
        var (p, stop) = (estimate.Posterior, estimate.Stop);
        if (stop.Advice == Advice.Stop)
            return new("Stop", VerdictTone.Stop,
                p.PTargetMet is { } met ? Runs($"**{ForecastNumbers.Percent(met, culture)}** likely that the target is truly met") : Runs("**No labels needed**: the zero-shot score meets the target already"),
                [ReasonText.OfCheck(stop, culture)], StopAdvised: true);
        var next = stop.At is { } at ? $"Next check at {ForecastNumbers.Labels(at, culture)}." : "";
        return p.PReach <= UnlikelyReach
            ? new("Unlikely", VerdictTone.Wait, Runs($"**{ForecastNumbers.Percent(p.PReach, culture)}** likely to be reached with 5,000 labels"), [ReasonText.OfCheck(stop, culture)])
            : new("Keep labeling", VerdictTone.Go, Likely(facts, p, culture), [$"{Need(p, culture)}{next}"]);
    }

    private static IReadOnlyList<VerdictRun> Likely(VerdictFacts facts, Posterior p, CultureInfo culture)
    {
        var reach = $"**{ForecastNumbers.Percent(p.PReach, culture)}** likely to be reached";
        if (p.Median is not { } median) return Runs($"{reach} with 5,000 labels");
        var more = Math.Ceiling(median - 1e-9) - facts.Forecast.Labels;
        return more >= 1 ? Runs($"{reach}; if so, about **{ForecastNumbers.Labels(more, culture)} more** labels") : Runs($"{reach}; if so, half of such tasks need no more than the **{ForecastNumbers.Count(facts.Forecast.Labels, culture)}** you have");
    }

    private static string Need(Posterior p, CultureInfo culture) => p.Median is { } median ? $"{ForecastNumbers.Need(median, culture)} in all if reachable, 80 % interval {Interval(p, culture)}. " : "";

    private static string Interval(Posterior p, CultureInfo culture) => ForecastNumbers.Range(ForecastNumbers.Labels(p.Low80 ?? 0, culture), ForecastNumbers.Labels(p.High80 ?? 0, culture));

    private static string Enough(StopAdvice stop, CultureInfo culture)
    {
        var all = stop.PEnough is { } p ? $"enough with {ForecastNumbers.Percent(p, culture)}" : "enough with an unknown probability";
        return stop.PEnoughIfReachable is { } given ? $"{all}, {ForecastNumbers.Percent(given, culture)} if reachable at all" : all;
    }

    private static int Cap(VerdictFacts facts) => Math.Min(Math.Min(facts.Budget, facts.Items), LabelAxis.MaxExamples);

    /// <summary>What ends at <see cref="Cap"/>.</summary>
    private static string Limit(VerdictFacts facts) => Cap(facts) == facts.Budget ? "the whole budget" : Cap(facts) == facts.Items ? "the whole pool" : "the method's limit";

    private static string Waiting(int m, int size) => m >= size ? $"all {size} first labels are given, and advice needs {StopRule.AdviceFrom}" : $"{m} of {size} first labels";

    private static IEnumerable<string> OfAll(VerdictFacts facts, CultureInfo culture)
    {
        if (facts.Forecast.Labels > facts.Forecast.FirstLabels) yield return $"{ForecastNumbers.Count(facts.Forecast.Labels, culture)} labels in all.";
        if (SmallPool(facts, culture) is { } small) yield return small;
    }

    private static string? SmallPool(VerdictFacts facts, CultureInfo culture) => facts.Items < FirstThirtyTwo.PoolOfATenth
        ? $"The pool has {ForecastNumbers.Count(facts.Items, culture)} items: with fewer than {FirstThirtyTwo.PoolOfATenth} the first labels are its least sure {Math.Min(CosLow.Size, facts.Items)}, not its least sure tenth." : null;

    private static string? AboveTheMethod(VerdictFacts facts, CultureInfo culture) => Math.Min(facts.Budget, facts.Items) > LabelAxis.MaxExamples
        ? $"Above {ForecastNumbers.Count(LabelAxis.MaxExamples, culture)} labels the method says nothing." : null;

    private static string? AfterRanking(RankingProgress? newest) => newest switch
    {
        { State: WorkState.Failed } => $"The newest ranking failed, so the order is that of the one before: {newest.Error}",
        { State: WorkState.Cancelled } => "The newest ranking was cancelled, so the order is that of the one before.",
        _ => null,
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Text between double stars is strong. Only texts of this file come here, never text from data.</summary>
    private static IReadOnlyList<VerdictRun> Runs(string text) => [.. text.Split("**").Select((part, i) => new VerdictRun(part, i % 2 == 1)).Where(r => r.Text.Length > 0)];
}
