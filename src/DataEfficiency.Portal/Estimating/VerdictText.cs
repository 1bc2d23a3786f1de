using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>
/// The verdict of a project in words: which state it is in, the probability first, never a label need without its probability and interval
/// (display policy: count below 8 first labels, band from 8, number from 16, advice from 32). Pure: facts in, words out.
/// </summary>
public static class VerdictText
{
    /// <summary>At or below it the target is called unlikely.</summary>
    private const double UnlikelyReach = .05;

    /// <summary>Said wherever a number of rule A is shown, until a library of own pairs exists.</summary>
    public static string RuleAProvenance => EstimatingWords.RuleAProvenance;

    /// <summary>The same where the model is one of the three.</summary>
    public static string RuleAPublished => EstimatingWords.RuleAPublished;

    public static Verdict Of(VerdictFacts facts, CultureInfo culture) => Of(facts, WayAhead.Of(facts), culture);

    /// <param name="way">How far it still is, as the tiles beside the sentence say it too.</param>
    internal static Verdict Of(VerdictFacts facts, WayAhead? way, CultureInfo culture)
    {
        var forecast = facts.Forecast;
        if (forecast.StoppedAt is not null) return Stopped(facts, culture);
        if (facts.Items == 0) return new(TagEmpty, VerdictTone.Wait, NoItems, [ImportAPool]);
        if (!forecast.Ranked || forecast.Ranking is { IsUnderWay: true }) return RankingText.Of(forecast.Ranking, culture);
        if (forecast.Outdated != Outdated.No) return OfAnew(forecast);
        if (forecast.Estimate is not { } estimate)
            return forecast.Error is { } error ? new(TagFailed, VerdictTone.Wait, LastRunFailed, [RunsAgain(error)])
                : First(facts, 0, culture);

        var verdict = estimate.Stop.Reason is OneAnswerOnly one ? new(TagNoForecast, VerdictTone.Wait, OneAnswer(one.Labels),
                [OneAnswerTellsNothing])
            : estimate.Stop is { Rule: "B" } ? Measured(facts, estimate, way, culture)
            : estimate.CosLow.Count < StopRule.AdviceFrom ? Early(facts, estimate, way, culture)
            : !estimate.HasFit || estimate.Stop.At is null ? Uncalibrated(estimate, culture)
            : RuleA(facts, estimate, way!, culture);
        // what is out of the forecast may say otherwise
        if (verdict.StopAdvised && forecast.AnswerSet.IsOpen)
            verdict = new(TagAskedAgain, VerdictTone.Wait, NoStopYet, []) { StopWaits = true };
        else if (verdict.StopAdvised && facts.GoOnTo is { } goal && goal > forecast.Labels)
            verdict = new(TagGoingOn, VerdictTone.Go, EstimatingWords.GoOnTo(to: ForecastNumbers.Count(goal, culture),
                more: ForecastNumbers.Count(goal - forecast.Labels, culture)), [GoesOnThough, .. verdict.Details]);
        Said?[] more =
        [
            way is { Missing: > 0 } ? PoolMissing(ForecastNumbers.Count(way.More, culture), ForecastNumbers.Labels(way.Missing, culture))
                : null,
            WorthIt(facts, culture), AboveTheMethod(facts, culture), Small(facts, culture), AfterRanking(forecast.Ranking),
            Goal.Of(estimate.Target, culture).IsAccuracy ? null : OfTheWay,
        ];
        return verdict with { Details = [.. verdict.Details, .. ReasonText.Reservations(forecast, culture).Select(r => r.Sentence),
            .. more.OfType<Said>()] };
    }

    private static Verdict Stopped(VerdictFacts facts, CultureInfo culture) =>
        new(TagStopped, VerdictTone.Stop, EstimatingWords.StoppedAt(ForecastNumbers.Count(facts.Forecast.Labels, culture)),
            [facts.StoppedBy is { Length: > 0 } name ? ConfirmedBy(name) : Confirmed]) { At = facts.Forecast.StoppedAt };

    private static Verdict OfAnew(ForecastUpdate forecast) => forecast.Error is { } error
        ? new(TagFailed, VerdictTone.Wait, AnewFailed(what: forecast.Outdated, model: forecast.Model), [RunsAgain(error)])
        : new(TagComputing, VerdictTone.Wait, Anew(what: forecast.Outdated, model: forecast.Model), [AnewComes]);

    private static Verdict First(VerdictFacts facts, int m, CultureInfo culture)
    {
        var size = facts.Forecast.FirstSize;
        List<string> details = [EachMovesCosLow(given: Given(m, size), size: size, reach: Reach(size), number: StopRule.NumberFrom,
            advice: StopRule.AdviceFrom)];
        if (facts.Forecast.Labels > facts.Forecast.FirstLabels)
            details.Add(LabelsInAll(ForecastNumbers.Count(facts.Forecast.Labels, culture)));
        if (Small(facts, culture) is { } small) details.Add(small);
        return new(TagFirstLabels, VerdictTone.Wait, size < StopRule.BandFrom
            ? BandNeeds(given: m, size: size, band: StopRule.BandFrom) : BandAhead(given: m, band: StopRule.BandFrom), details);
    }

    private static Verdict Early(VerdictFacts facts, Estimate estimate, WayAhead? way, CultureInfo culture)
    {
        var (m, size) = (estimate.CosLow.Count, facts.Forecast.FirstSize);
        if (m < StopRule.BandFrom) return First(facts, m, culture);
        string comes = AdviceComes(given: Given(m, size), size: size, reach: Reach(size), more: StopRule.AdviceFrom - m,
            advice: StopRule.AdviceFrom);
        return m >= StopRule.NumberFrom
            ? new(TagFirstForecast, VerdictTone.Go, Likely(facts, estimate, way, culture),
                [estimate.Posterior.Median is null ? comes : $"{Need(estimate.Posterior, culture)} {comes}"])
            : new(TagFirstForecast, VerdictTone.Go,
                size < StopRule.NumberFrom ? BandAlone(StopRule.NumberFrom) : BandThenNumber(StopRule.NumberFrom), [comes]);
    }

    private static Verdict Uncalibrated(Estimate estimate, CultureInfo culture)
    {
        var (p, goal) = (estimate.Posterior, Goal.Of(estimate.Target, culture));
        return new(TagNotCalibrated, VerdictTone.Wait,
            TasksLikeThese(chance: ForecastNumbers.Percent(p.PReach, culture), measure: goal.Measure, goal: goal.Text, most: Most(culture)),
            [p.Median is { } median ? HalfOfThose(need: ForecastNumbers.Need(median, culture), range: Interval(p, culture)) : NoneOfThem]);
    }

    private static Verdict RuleA(VerdictFacts facts, Estimate estimate, WayAhead way, CultureInfo culture)
    {
        var (p, stop, labels) = (estimate.Posterior, estimate.Stop, facts.Forecast.Labels);
        var (goal, reach) = (Goal.Of(estimate.Target, culture), ForecastNumbers.Percent(p.PReach, culture));
        var (to, all) = (ForecastNumbers.Labels(way.To, culture), ForecastNumbers.Count(way.To, culture));
        // the probability belongs to the stop's labels, not to those that there are
        string enough = Enough(at: to, chance: Percent(stop.PEnough, culture), reachable: Percent(stop.PEnoughIfReachable, culture));
        string[] tail =
        [
            .. p.Median is { } median ? [HalfOfReachable(need: ForecastNumbers.Need(median, culture), range: Interval(p, culture))]
                : Array.Empty<string>(),
            stop.Reason is SafeCount { OwnTasks: > 0 and var own } ? RuleAOwn(own)
                : estimate.AreaSource == AreaSource.Published ? RuleAPublished : RuleAProvenance,
        ];
        if (labels >= way.To)
        {
            var chance = ForecastNumbers.Percent(stop.PEnough ?? p.PWithinCap, culture);
            return new(TagStop, VerdictTone.Stop, way.To >= facts.Cap
                ? LimitUsedUp(chance: chance, measure: goal.Measure, goal: goal.Text, limit: Limit(facts), to: all)
                : StopReached(chance: chance, measure: goal.Measure, goal: goal.Text, safe: Safe(stop), to: to),
                [$"{enough} {LeadConfirms}", .. tail], StopAdvised: true);
        }
        if (p.PReach <= UnlikelyReach || p.Median is null)
            return new(TagUnlikely, VerdictTone.Wait,
                LikelyWith(chance: reach, measure: goal.Measure, goal: goal.Text, most: Most(culture)),
                [LowerTarget, $"{RuleWouldStop(to)} {enough}", .. tail]);
        return new(TagKeepLabeling, VerdictTone.Go,
            way.To < facts.Cap ? LikelyThenStop(chance: reach, measure: goal.Measure, goal: goal.Text, safe: Safe(stop), to: to)
            : IsSafe(stop) ? LikelySafeOnlyWith(chance: reach, measure: goal.Measure, goal: goal.Text, limit: Limit(facts), to: all)
            : LikelyNotEnough(chance: reach, measure: goal.Measure, goal: goal.Text, limit: Limit(facts), to: all),
            [$"{enough} {MoreFromHere(ForecastNumbers.Labels(way.To - labels, culture))}", .. tail]);
    }

    /// <summary>Nothing under the probability that was asked for is called safe.</summary>
    internal static bool IsSafe(StopAdvice stop) => stop.PEnough >= 1 - (stop.Reason is SafeCount rule ? rule.Alpha : .10) - 1e-9;

    private static Verdict Measured(VerdictFacts facts, Estimate estimate, WayAhead? way, CultureInfo culture)
    {
        var (p, stop, goal) = (estimate.Posterior, estimate.Stop, Goal.Of(estimate.Target, culture));
        if (stop.Advice == Advice.Stop)
            return new(TagStop, VerdictTone.Stop,
                p.PTargetMet is { } met ? TrulyMet(ForecastNumbers.Percent(met, culture)) : NoLabelsNeeded,
                [ReasonText.OfCheck(stop, culture)], StopAdvised: true);
        if (p.PReach <= UnlikelyReach)
            return new(TagUnlikely, VerdictTone.Wait, LikelyWith(chance: ForecastNumbers.Percent(p.PReach, culture), measure: goal.Measure,
                goal: goal.Text, most: Most(culture)), [ReasonText.OfCheck(stop, culture)]);
        Said?[] next = [p.Median is null ? null : Need(p, culture),
            stop.At is { } at ? NextCheck(ForecastNumbers.Labels(at, culture)) : null];
        return new(TagKeepLabeling, VerdictTone.Go, Likely(facts, estimate, way, culture), [string.Join(' ', next.OfType<Said>())]);
    }

    // rule C
    private static Said? WorthIt(VerdictFacts facts, CultureInfo culture) => facts.Numbered?.Worth switch
    {
        null => null,
        { Labels: <= 0 } => NotWorthIt,
        var worth => EstimatingWords.WorthIt(at: ForecastNumbers.Labels(worth.At, culture), points: worth.Points.ToString("0.0", culture),
            surplus: ForecastNumbers.Money(Cost.Of(facts.Price, worth.Labels), facts.Currency, culture)),
    };

    private static Said Likely(VerdictFacts facts, Estimate estimate, WayAhead? way, CultureInfo culture)
    {
        var (chance, goal) = (ForecastNumbers.Percent(estimate.Posterior.PReach, culture), Goal.Of(estimate.Target, culture));
        if (way is null) return LikelyWith(chance: chance, measure: goal.Measure, goal: goal.Text, most: Most(culture));
        var more = way.More + way.Missing;
        return more >= 1
            ? LikelyMore(chance: chance, measure: goal.Measure, goal: goal.Text, more: ForecastNumbers.Labels(more, culture))
            : LikelyHave(chance: chance, measure: goal.Measure, goal: goal.Text,
                labels: ForecastNumbers.Count(facts.Forecast.Labels, culture));
    }

    // how the sentences choose between their forms
    private static string Given(int m, int size) => m >= size ? "all" : $"{m}";

    private static string Reach(int size) => size >= StopRule.AdviceFrom ? "advice" : size >= StopRule.NumberFrom ? "number" : "other";

    private static string Safe(StopAdvice stop) => IsSafe(stop) ? "yes" : "no";

    private static string? Percent(double? share, CultureInfo culture) => share is { } p ? ForecastNumbers.Percent(p, culture) : null;

    /// <summary>What ends at <see cref="VerdictFacts.Cap"/>.</summary>
    private static string Limit(VerdictFacts facts) =>
        facts.Cap == facts.Budget ? "budget" : facts.Cap == facts.Items ? "pool" : "method";

    private static Said Need(Posterior p, CultureInfo culture) =>
        NeedInAll(need: ForecastNumbers.Need(p.Median!.Value, culture), range: Interval(p, culture));

    internal static string Interval(Posterior p, CultureInfo culture) =>
        ForecastNumbers.Range(ForecastNumbers.Labels(p.Low80 ?? 0, culture), ForecastNumbers.Labels(p.High80 ?? 0, culture));

    private static Figure Most(CultureInfo culture) => ForecastNumbers.Count(LabelAxis.MaxExamples, culture);

    private static Said? Small(VerdictFacts facts, CultureInfo culture) => facts.Items < FirstThirtyTwo.PoolOfATenth
        ? SmallPool(items: ForecastNumbers.Count(facts.Items, culture), tenth: FirstThirtyTwo.PoolOfATenth,
            size: Math.Min(CosLow.Size, facts.Items)) : null;

    private static Said? AboveTheMethod(VerdictFacts facts, CultureInfo culture) =>
        Math.Min(facts.Budget, facts.Items) > LabelAxis.MaxExamples ? EstimatingWords.AboveTheMethod(Most(culture)) : null;

    private static Said? AfterRanking(RankingProgress? newest) => newest switch
    {
        { State: WorkState.Failed } => LaterRankingFailed(newest.Error),
        { State: WorkState.Cancelled } => LaterRankingCancelled,
        _ => null,
    };
}
