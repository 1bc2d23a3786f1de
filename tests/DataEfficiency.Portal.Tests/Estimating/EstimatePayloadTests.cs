using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class EstimatePayloadTests
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-US");

    /// <summary>A row as it was stored while reasons were sentences.</summary>
    private const string Earlier = """
        {"cosLow":{"count":32,"median":0.2,"standardError":0.06,"low":0.1,"high":0.3,
        "withinAnswers":null,"betweenAnswers":0.1,"cosines":[],"cosineError":null},
        "losses":[1.5,null],"leftOut":[{"index":1,"reason":"The answer is empty."}],"auc":0.9,"aucScale":0.078,
        "aucNote":"The predicted area 1.234 lies outside 0.05 to 0.9 and is taken as 0.9.",
        "labelsNeededPaper":2681,"posterior":{"pReach":0.62,"median":756.5,"low80":175,"high80":2955,
        "pWithinCap":0.6,"expectedAuc":0.42,"aucHat":0.43,"pTargetMet":null,"nextCheck":757,
        "band":[{"examples":50,"low":0.1,"median":0.2,"high":0.3}],"pSuffices":{"500":0.22,"2000":0.5}},
        "stop":{"rule":"A","at":3218,"advice":1,"pEnough":0.57,"pEnoughIfReachable":0.92,"why":"Safe stop without measuring."},
        "harderThan":17,"referenceTasks":24,
        "target":{"share":0.95,"zeroShot":0.3,"ceiling":0.9},
        "targetNote":"A target of 0.99 of the way is taken as 0.95: above it the published curves say nothing.","calibrated":true}
        """;

    [Fact]
    public void Read_ARowOfBeforeReasonsHadNumbers_SaysWhatItSaid()
    {
        var estimate = EstimatePayload.Read(Earlier);
        Assert.Equal((.9, 2681, 17, 24, true, true), (estimate.Auc, estimate.LabelsNeededPaper, estimate.HarderThan,
            estimate.ReferenceTasks, estimate.Calibrated, estimate.HasFit));
        Assert.Equal(("A", 3218, Advice.KeepLabeling, null), (estimate.Stop.Rule, estimate.Stop.At, estimate.Stop.Advice,
            estimate.Stop.Reason));
        Assert.Equal(new(1, "The answer is empty."), Assert.Single(estimate.LeftOut));
        var verdict = VerdictText.Of(new(new(1, 1, 32, 32, 32, new(1, WorkState.Done, 9, 9, 1, null), 1, "m", 1, 1, 1, estimate, null,
            null, true), 9000, 5000), English);
        Assert.Contains("3,220", verdict.HeadlineText);
        Assert.Contains("The predicted area 1.234 lies outside 0.05 to 0.9 and is taken as 0.9.", verdict.Details);
        Assert.Contains("A target of 0.99 of the way is taken as 0.95: above it the published curves say nothing.", verdict.Details);
    }

    [Fact]
    public void Read_AnEarlierRowOfRuleB_KeepsItsReason()
    {
        var estimate = EstimatePayload.Read(Earlier.Replace("\"rule\":\"A\",\"at\":3218", "\"rule\":\"B\",\"at\":null")
            .Replace("Safe stop without measuring.", "As it was said."));
        Assert.Equal("As it was said.", ReasonText.OfCheck(estimate.Stop, English));
    }

    public static TheoryData<StopReason> Reasons => [new FewFirstLabels(7), new NoFit(), new MetUntrained(), new SafeCount(3218, 2000, .1),
        new SafeCount(3218, 2000, .1) { OwnTasks = 20 },
        new MeasuredRun(RunOutcome.BudgetUsedUp, 800, .95, .06, .84, true)];

    [Theory, MemberData(nameof(Reasons))]
    public void WriteAndRead_EveryReason_ComesBack(StopReason reason)
    {
        var estimate = EstimatePayload.Read(Earlier);
        estimate = estimate with { Stop = estimate.Stop with { Reason = reason, Why = null }, AreaRemark = new AreaClipped(1.234),
            AucNote = null, AskedShare = .99, TargetNote = null, AreaSource = AreaSource.Published };
        var written = EstimatePayload.Write(estimate);
        Assert.DoesNotContain("Note", written);
        Assert.DoesNotContain("\"why\"", written);
        var read = EstimatePayload.Read(written);
        Assert.Equal(reason, read.Stop.Reason);
        Assert.Equal((new AreaClipped(1.234), .99, AreaSource.Published), (read.AreaRemark, read.AskedShare, read.AreaSource));
        Assert.Equal(new MeanInstead(-.2, .1, .2),
            EstimatePayload.Read(EstimatePayload.Write(estimate with { AreaRemark = new MeanInstead(-.2, .1, .2) })).AreaRemark);
    }
}
