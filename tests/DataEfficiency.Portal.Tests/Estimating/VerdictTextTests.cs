using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Xunit;
using static DataEfficiency.Portal.Tests.Estimating.MadeUpForecast;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class VerdictTextTests
{
    [Fact]
    public void EmptyPool_AsksForAnImport() => Check(Of(Update(null), items: 0), "Empty", "No items to label yet", "Import a pool");

    [Fact]
    public void Ranking_SaysShareSpeedAndTimeLeft()
    {
        var verdict = Of(Update(null) with { Ranking = new(1, WorkState.Running, 4001, 10003, 50, null) });
        Check(verdict, "Ranking", "Ranking 40 % of 10,003 items", "50 items/s, about 2 min left.");
        Assert.Contains("items/s, under 1 min left.",
            Details(Of(Update(null) with { Ranking = new(1, WorkState.Running, 9999, 10003, 50, null) })));
    }

    // A rate that is not known, or is small, is never "0 items/s".
    [Theory]
    [InlineData(WorkState.Queued, 0, "Waiting for its turn on the engine.")]
    [InlineData(WorkState.Running, 0, "The first items are being ranked.")]
    [InlineData(WorkState.Running, .3, "0.3 items/s, about ")]
    [InlineData(WorkState.Running, .837, "0.84 items/s, about ")]
    [InlineData(WorkState.Running, 3.7, "3.7 items/s, about ")]
    [InlineData(WorkState.Running, 1479, "1,480 items/s, under ")]
    [InlineData(WorkState.Running, .002, "under 0.01 items/s, about ")]
    public void Ranking_SaysARateOnlyWhereItKnowsOne(WorkState state, double perSecond, string says) =>
        Assert.StartsWith(says, Of(Update(null) with { Ranking = new(1, state, 4001, 10003, perSecond, null) }).Details[0]);

    [Theory]
    [InlineData(WorkState.Failed, "Ranking failed", "ranking failed")]
    [InlineData(WorkState.Cancelled, "Not ranked", "Ranking cancelled at 50 %")]
    [InlineData(WorkState.Queued, "Ranking", "Ranking 50 % of 10 items")]
    public void RankJob_NotDone_SaysSo(WorkState state, string tag, string headline) =>
        Check(Of(Update(null) with { Ranking = new(1, state, 5, 10, 0, "the disk is full"), Ranked = false }), tag, headline,
            state == WorkState.Failed ? "the disk is full" : "");

    [Fact]
    public void LaterRankJob_Failed_KeepsTheForecast()
    {
        var verdict = Of(Update(Estimate(32), labels: 32) with { Ranking = new(2, WorkState.Failed, 5, 10, 0, "the disk is full") });
        Check(verdict, "Keep labeling", "62 % likely",
            "The newest ranking failed, so the order is that of the one before: the disk is full");
    }

    [Fact]
    public void AnswersAskedAgain_NoStopIsAdvisedAndWhyIsSaid()
    {
        var stop = Update(Estimate(32, at: 20), labels: 40);
        Assert.True(Of(stop).StopAdvised);

        var verdict = Of(stop with { AnswerSet = new(12, false, 0) });
        Check(verdict, "Asked again", "No stop yet", "12 items are out of the forecast until they are answered anew");
        Assert.False(verdict.StopAdvised);
        Assert.Contains("30 labels were given before the newest answer", Details(Of(stop with { AnswerSet = new(0, false, 30) })));
    }

    [Fact]
    public void NotRanked_AsksForIt() => Check(Of(Update(null) with { Ranking = null, Ranked = false }), "Not ranked", "Not ranked yet",
        "Start the ranking");

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Below8_OnlyCounts(int m)
    {
        var verdict = Of(Update(m == 0 ? null : Estimate(m), labels: m));
        Check(verdict, "First labels", $"{m} of 8 labels before a first band", "a number comes at 16, advice at 32.");
        AssertNoNumber(verdict);
        Assert.StartsWith($"{m} of 32 first labels: each moves CoS-Low", verdict.Details[0]);
    }

    [Theory]
    [InlineData(3, 5, "3 of 5 labels; a first band needs 8", "3 of 5 first labels")]
    [InlineData(5, 5, "5 of 5 labels; a first band needs 8", "All 5 first labels are given")]
    [InlineData(9, 12, "A first band; a number of labels needs 16 first labels", "9 of 12 first labels")]
    [InlineData(12, 20, "A first band; the number of labels comes at 16", "12 of 20 first labels")]
    [InlineData(20, 20, "62\u00a0% likely", "All 20 first labels are given")]
    public void PoolBelow32_CountsToItsSize_AndSaysWhatAdviceNeeds(int m, int size, string headline, string waiting)
    {
        var verdict = Of(Update(Estimate(m), labels: m) with { FirstSize = size }, items: size);
        Assert.StartsWith(headline, verdict.HeadlineText);
        Assert.Contains(waiting, verdict.Details[0]);
        Assert.Contains(verdict.Details,
            d => d.Contains($"dvice needs 32 first labels, and the pool has items for {size}: import more to get it.",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(15)]
    public void From8_BandOnly(int m)
    {
        var verdict = Of(Update(Estimate(m), labels: m));
        Check(verdict, "First forecast", "A first band; the number of labels comes at 16",
            $"{m} of 32 first labels: advice comes after {32 - m} more.");
        AssertNoNumber(verdict);
        Assert.False(verdict.StopAdvised);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(31)]
    public void From16_NumberAndInterval_NoAdvice(int m)
    {
        var verdict = Of(Update(Estimate(m), labels: m));
        Check(verdict, "First forecast", $"62 % likely to reach 90 % of the way; if so, about {757 - m} more labels",
            "757 in all if reachable, 80 % interval 175 – 2,960");
        Assert.Contains($"{m} of 32 first labels: advice comes after {32 - m} more", verdict.Details[0]);
        Assert.False(verdict.StopAdvised);
    }

    [Fact]
    public void At32_RuleA_ProbabilityFirst_ThenTheStop_WithProvenance()
    {
        var verdict = Of(Update(Estimate(32), labels: 32));
        Check(verdict, "Keep labeling", "62 % likely to reach 90 % of the way. Stop without measuring: 3,220 labels",
            "3,220 labels are enough with 57 %, 92 % if reachable at all. 3,190 more from here.");
        Assert.Contains("Half of the tasks like this that are reachable need no more than 757 (80 %: 175 – 2,960).", Details(verdict));
        Assert.Contains(VerdictText.RuleAProvenance, verdict.Details);
        Assert.False(verdict.StopAdvised);
    }

    [Fact]
    public void StopReached_AdvisesIt_WithTheProbabilityOfItsOwnLabels()
    {
        var verdict = Of(Update(Estimate(32, at: 88), labels: 300));
        Check(verdict, "Stop", "57 % likely to be enough for 90 % of the way: the stop without measuring of 88 labels is reached",
            "88 labels are enough with 57 %, 92 % if reachable at all.");
        Assert.DoesNotContain("300", verdict.HeadlineText + verdict.Details[0]);
        Assert.True(verdict.StopAdvised);
        Assert.Contains(VerdictText.RuleAProvenance, verdict.Details);
    }

    [Fact]
    public void BudgetUsedUp_SaysBudget() =>
        Check(Of(Update(Estimate(32, at: 2000), labels: 2000), budget: 2000), "Stop",
            "57 % likely to be enough for 90 % of the way: the whole budget of 2,000 labels is used up", "");

    [Fact]
    public void StopBeyondBudget_SaysTheWholeBudget() =>
        Check(Of(Update(Estimate(32, at: 2000), labels: 100), budget: 2000), "Keep labeling",
            "62 % likely to reach 90 % of the way. Even the whole budget of 2,000 labels may not be enough", "");

    [Theory]
    [InlineData(.05, "5 %")]
    [InlineData(.001, "under 1 %")]
    [InlineData(0, "0 %")]
    public void LowReach_IsUnlikely(double reach, string said) =>
        Check(Of(Update(Estimate(32, reach: reach), labels: 32)), "Unlikely", $"{said} likely to reach 90 % of the way with 5,000 labels",
            "lower target");

    [Fact]
    public void NotCalibrated_GivesThePublishedCurves_NoSafeStop()
    {
        var verdict = Of(Update(Estimate(32, calibrated: false), labels: 32));
        Check(verdict, "Not calibrated", "62 % of tasks like the published ones reach 90 % of the way with 5,000 labels",
            "90 published curves say about any task");
        Assert.DoesNotContain("3,220", verdict.HeadlineText + Details(verdict));
        Assert.False(verdict.StopAdvised);
    }

    [Fact]
    public void NotCalibrated_Early_SaysSoToo() => Assert.Contains(ReasonText.NotCalibrated,
        Of(Update(Estimate(20, calibrated: false), labels: 20)).Details);

    [Fact]
    public void TargetAbove95_IsSaid() =>
        Assert.Contains("taken as .95", Details(Of(Update(Estimate(32) with { TargetNote = "taken as .95" }, labels: 32))));

    [Fact]
    public void Failure_Alone_And_BesideAnOlderForecast()
    {
        Check(Of(Update(null) with { StoredError = "the disk is full" }), "Failed", "No forecast: the last run failed", "the disk is full");
        Assert.Contains("The newest run failed, so this is the one before: the disk is full",
            Details(Of(Update(Estimate(32), labels: 32) with { StoredError = "the disk is full" })));
    }

    [Fact]
    public void Stopped_SaysWhenAndWho()
    {
        var verdict = Of(Update(Estimate(32), labels: 3220) with { StoppedAt = 1_750_000_000_000 }, stoppedBy: "Ada");
        Check(verdict, "Stopped", "Stopped at 3,220 labels", "Confirmed by Ada.");
        Assert.Equal(1_750_000_000_000, verdict.At);
        Assert.False(verdict.StopAdvised);
    }

    [Fact]
    public void AfterACheck_SaysMoreLabelsAndNextCheck()
    {
        var stop = new StopAdvice("B", 800, Advice.KeepLabeling, .1, .2, Run());
        Check(Of(Update(Estimate(32) with { Stop = stop }, labels: 236)), "Keep labeling",
            "62 % likely to reach 90 % of the way; if so, about 521 more labels", "Next check at 800");
    }

    [Fact]
    public void RuleB_EveryReason_HasItsWords()
    {
        string Said(StopAdvice stop, double? met = .84) =>
            Details(Of(Update(Estimate(32, reach: .02) is var e ? e with { Stop = stop, Posterior = e.Posterior with { PTargetMet = met } }
            : null, labels: 800)));
        Assert.Contains("Target reached: the run on 800 labels is at 0.95 of the way, P(target truly met) 84 %.",
            Said(new("B", 800, Advice.Stop, .84, .84, Run() with { Outcome = RunOutcome.TargetMet })));
        Assert.Contains("Budget used up at 800 labels without a sure sign of the target: 0.95 of the way",
            Said(new("B", 800, Advice.Stop, .84, null, Run() with { Outcome = RunOutcome.BudgetUsedUp })));
        var next = Said(new("B", 1200, Advice.KeepLabeling, .1, .2, Run() with { StandardError = .06, Unlikely = true }));
        Assert.Contains("The run on 800 labels is at 0.95 of the way, P(target truly met) 84 %. Next check at 1,200.", next);
        Assert.Contains("The target is unlikely to be reached with 5,000 labels.", next);
        Assert.Contains("The test set is small (standard error 0.06 of the way): test on more examples before buying labels.", next);
        Assert.DoesNotContain("test set", Said(new("B", 1200, Advice.KeepLabeling, .1, .2, Run() with { StandardError = .05 })));
        Assert.Contains("The zero-shot score meets the target already.", Said(new("B", null, Advice.Stop, 1, 1, new MetUntrained()), null));
    }

    [Fact]
    public void AreaRemarks_AreSaidWithTheirNumbers()
    {
        Assert.Contains("The predicted area 1.234 lies outside 0.05 to 0.9 and is taken as 0.9.",
            Details(Of(Update(Estimate(32) with { Auc = .9, AreaRemark = new AreaClipped(1.234) }, labels: 32))));
        Assert.Contains("CoS-Low does not tell tasks apart on this model (slope -0.2, leave-one-out error 0.131, error of the mean "
            + "0.120): the area is the mean of its reference tasks, 0.419.",
            Details(Of(Update(Estimate(32) with { AreaRemark = new MeanInstead(-.2, .131, .12) }, labels: 32))));
        Assert.Contains("A target of 0.99 of the way is taken as 0.95: above it the published curves say nothing.",
            Details(Of(Update(Estimate(32) with { Target = new(.95), AskedShare = .99 }, labels: 32))));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void PublishedFit_IsCalledSo_WhereverANumberIsShown(int m)
    {
        var update = Update(Estimate(m, calibrated: false) with { Auc = .419, AucScale = .078, LabelsNeededPaper = 2681,
            AreaSource = AreaSource.Published, Stop = m < 32 ? new("none", null, Advice.None, null, null)
            : new("A", 3218, Advice.KeepLabeling, .57, .92) }, labels: m);
        var verdict = Of(update);
        Assert.Contains(ReasonText.Published, verdict.Details);
        Assert.DoesNotContain(ReasonText.NotCalibrated, verdict.Details);
        Assert.DoesNotContain(VerdictText.RuleAProvenance, verdict.Details);
        if (m >= 32) Check(verdict, "Keep labeling", "Stop without measuring: 3,220 labels", VerdictText.RuleAPublished);
        Assert.EndsWith(" labels in all (published fit; weak: nothing measured yet)", Plain(AnnotatorText.Of(update, English)));
        Assert.DoesNotContain(ReasonText.Published, Of(Update(Estimate(m), labels: m)).Details);
        Assert.DoesNotContain(ReasonText.Published,
            Of(Update(update.Estimate! with { CosLow = update.Estimate.CosLow with { Count = 12 } }, labels: 12)).Details);
    }

    private static MeasuredRun Run() => new(RunOutcome.NotYet, 800, .95, .02, .84, false);

    [Fact]
    public void Chance_WithNothingMeasured_IsCalledWeak_AndWithACheckIsNot()
    {
        var weak = Estimate(32);
        Assert.Contains(Of(Update(weak, 100)).Details, d => d.Contains("is weak: it rests on other tasks alone", StringComparison.Ordinal));
        var measured = weak with { Checks = 1, Stop = new("B", 757, Advice.KeepLabeling, null, null,
            new MeasuredRun(RunOutcome.NotYet, 100, .4, .03, .01, false)) };
        Assert.DoesNotContain(Of(Update(measured, 100)).Details, d => d.Contains("weak", StringComparison.Ordinal));
    }

    [Fact]
    public void SmallPool_And_LargeBudget_AreSaid()
    {
        Assert.Contains("fewer than 320", Details(Of(Update(Estimate(32), labels: 32), items: 100, budget: 100)));
        Assert.Contains("Above 5,000 labels the method says nothing.",
            Details(Of(Update(Estimate(32), labels: 32), items: 9000, budget: 9000)));
    }

    [Fact]
    public void German_UsesItsSeparators() =>
        Assert.Contains("3.220", VerdictText.Of(new(Update(Estimate(32), labels: 32), 10003, 5000),
            CultureInfo.GetCultureInfo("de-DE")).HeadlineText);

    [Theory]
    [InlineData("en-US", "€\u00a078", "€\u00a01,200\u00a0–\u00a03,400", "2.4\u00a0h")]
    [InlineData("de-DE", "78\u00a0€", "1.200\u00a0–\u00a03.400\u00a0€", "2,4\u00a0h")]
    public void MoneyAndHours_AreWrittenAsTheReaderWritesThem(string reader, string money, string range, string hours)
    {
        var culture = CultureInfo.GetCultureInfo(reader);
        Assert.Equal(money, ForecastNumbers.Money(78, "EUR", culture));
        Assert.Equal(range, ForecastNumbers.MoneyRange(1200, 3400, "EUR", culture));
        Assert.Equal(hours, ForecastNumbers.Hours(2.4, culture));
    }

    [Fact]
    public void AnnotatorLine_NeverAdvises()
    {
        foreach (var m in new[] { 3, 9, 20, 32 })
        {
            var line = AnnotatorText.Of(Update(Estimate(m), labels: 5000), English);
            Assert.DoesNotContain("stop", line, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(1479.29, 1480)]
    [InlineData(757, 757)]
    [InlineData(4058.8, 4060)]
    [InlineData(.12345, .123)]
    [InlineData(0, 0)]
    public void ThreeDigits_Rounds(double value, double expected) => Assert.Equal(expected, ForecastNumbers.ThreeDigits(value), 9);

    private static void Check(Verdict verdict, string tag, string headline, string detail)
    {
        Assert.Equal(tag, verdict.Tag);
        Assert.Contains(headline, Plain(verdict.HeadlineText));
        Assert.Contains(detail, Details(verdict));
    }

    private static void AssertNoNumber(Verdict verdict)
    {
        Assert.DoesNotContain("757", verdict.HeadlineText + Details(verdict));
        Assert.DoesNotContain("62", verdict.HeadlineText + Details(verdict));
    }

    private static string Details(Verdict verdict) => Plain(string.Join(" ", verdict.Details));

    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
