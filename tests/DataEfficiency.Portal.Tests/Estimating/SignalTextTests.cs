using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Estimating;

public sealed class SignalTextTests
{
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-US");

    [Fact]
    public void Of_AScoreWithErrors_SaysAccuracyAgainstChance_WhatWasChosen_AndByHowMuch()
    {
        var probe = new ProbeReading(AreaSignal.Probe, 50, new ProbeScore(132, 50, .82, (.82 - .25) / .75), null);
        var signals = new SignalUse(probe, new SignalErrors(AreaSignal.Probe, .071, .067, .131, .138, 24), .6, .5, AreaSignal.Probe);

        Assert.Equal("A probe on the model's own states tells 82\u00a0% of the 50 random labels right from the others; guessing would tell "
            + "25\u00a0%. The forecast's area comes from the probe. Left out one by one, 24 reference tasks are off by 6.7 points with the "
            + "probe, 13.1 with CoS-Low, 13.8 with the mean of the others, and 7.1 when the choice is made without them too.",
            Said(signals));
    }

    [Fact]
    public void Of_AScoreBesideTheModelsOwnAnswers_SaysWhereTheWayBegins() =>
        Assert.Equal("A probe on the model's own states tells 50\u00a0% of the 20 first labels right from the others; guessing would tell "
            + "50\u00a0%. Untrained, the model answers 15\u00a0% of them rightly: the way to learn begins there. This model's "
            + "calibration has no probe: it is shown and does not move the forecast.",
            Said(new(new(AreaSignal.ProbeOfLow, 20, new(20, 20, .5, 0, .15), null), null, null, null, null)));

    [Fact]
    public void Of_FirstLabelsAlone_WithoutAFit_SaysThatNothingIsMoved()
    {
        var probe = new ProbeReading(AreaSignal.ProbeOfLow, 20, new ProbeScore(20, 20, .5, 0), null, Waiting: 1);

        Assert.Equal("A probe on the model's own states tells 50\u00a0% of the 20 first labels right from the others; guessing would tell "
            + "50\u00a0%. 1 label is still being read by the model. This model's calibration has no probe: it is shown and does not "
            + "move the forecast.",
            Said(new(probe, null, null, null, null)));
    }

    [Theory]
    [InlineData(ProbeGap.FewLabels,
        "From 16 of the first 32 labels on, a probe says how well the model tells the answers apart; so far 3 count.")]
    [InlineData(ProbeGap.OneAnswer, "All labels have one answer: a probe has nothing to tell apart.")]
    [InlineData(ProbeGap.ManyAnswers,
        "More than a quarter of the answers differ, so a probe cannot learn them: a fine-tune check tells more here, and sooner.")]
    [InlineData(ProbeGap.Waiting, "40 labels are still being read by the model.")]
    public void Of_WithoutAScore_SaysWhy(ProbeGap gap, string sentence) =>
        Assert.Equal(sentence, Said(new(new ProbeReading(AreaSignal.ProbeOfLow, 3, null, gap, 40), null, null, null, null)));

    [Fact]
    public void Of_WithoutLabels_SaysNothing() => Assert.Equal("", Said(new(null, null, null, null, null)));

    private static string Said(SignalUse signals) => string.Join(' ', SignalText.Of(signals, 32, English));
}
