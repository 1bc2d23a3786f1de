using DataEfficiency.Engine.Forecasting;
using Xunit;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>Which labels a probe learns from, which it is judged by, and when it says nothing.</summary>
public sealed class LabelProbeTests
{
    [Fact]
    public void Of_FewRandomLabels_IsJudgedByTheLeastConfidentAlone()
    {
        var reading = Of([.. Labels(32, LabelOrigin.LeastConfident), .. Labels(15, LabelOrigin.Random), .. Labels(9, LabelOrigin.Active)]);

        Assert.Equal((AreaSignal.ProbeOfLow, 32, 32), (reading.Signal, reading.Counted, reading.Score!.Examples));
    }

    [Fact]
    public void Of_SixteenRandomLabels_LearnsFromAll_AndIsJudgedByThose()
    {
        var reading = Of([.. Labels(32, LabelOrigin.LeastConfident), .. Labels(9, LabelOrigin.Active), .. Labels(16, LabelOrigin.Random)]);

        Assert.Equal((AreaSignal.Probe, 16, 57), (reading.Signal, reading.Counted, reading.Score!.Examples));
        Assert.Equal(1, reading.Score.Accuracy);
    }

    [Fact]
    public void Of_MoreThanAThousand_TakesTheLatestRandomOnesFirst()
    {
        var reading = Of([.. Labels(32, LabelOrigin.LeastConfident), .. Labels(700, LabelOrigin.Active),
            .. Labels(600, LabelOrigin.Random)]);

        Assert.Equal((600, 1000), (reading.Counted, reading.Score!.Examples));
    }

    [Theory]
    [InlineData(15, ProbeGap.FewLabels)]
    [InlineData(16, null)]
    public void Of_FewerThanSixteen_SaysNothing(int labels, ProbeGap? gap)
    {
        var reading = Of(Labels(labels, LabelOrigin.LeastConfident));

        Assert.Equal((gap, gap is null), (reading.Gap, reading.Score is not null));
    }

    [Fact]
    public void Of_OneAnswer_SaysSo() =>
        Assert.Equal(ProbeGap.OneAnswer, Of([.. Labels(20, LabelOrigin.LeastConfident)
            .Select(l => l with { Example = l.Example with { Answer = "yes" } })]).Gap);

    [Fact]
    public void Of_FreeAnswers_MoreThanAQuarterDifferent_SaysSo_AndOfAnAnswerSetDoesNot()
    {
        LabelledExample[] labels = [.. Labels(32, LabelOrigin.LeastConfident)
            .Select((l, i) => l with { Example = l.Example with { Answer = $"{i % 9}" } })];

        Assert.Equal(ProbeGap.ManyAnswers, Of(labels, answerSet: null).Gap);
        Assert.NotNull(Of(labels, answerSet: 9).Score);
        Assert.NotNull(Of([.. labels.Select(l => l.Example.Answer is "8" ? l with { Example = l.Example with { Answer = "7" } } : l)],
            answerSet: null).Score);
    }

    [Fact]
    public void Of_StatesThatWait_SaysHowMany()
    {
        var labels = Labels(32, LabelOrigin.LeastConfident);
        ProbeReading Read(int known) => LabelProbe.Of(labels, 2,
            texts => ([.. texts.Select((t, i) => i < known ? State(t) : null)], 32 - known));

        Assert.Equal((ProbeGap.Waiting, 22), (Read(10).Gap, Read(10).Waiting));
        Assert.Equal((null, 12, 20), (Read(20).Gap, Read(20).Waiting, Read(20).Score!.Examples));
    }

    [Fact]
    public void Of_AnAnswerSetLargerThanWhatWasSeen_MeasuresAgainstItsChance()
    {
        var labels = Labels(32, LabelOrigin.LeastConfident);

        Assert.Equal(1, Of(labels, answerSet: 2).Score!.AboveChance);
        Assert.Equal(1, Of(labels, answerSet: 10).Score!.AboveChance);
        // an answer set of which more was seen than it has (a label was renamed) counts what was seen
        Assert.Equal(1, Of(labels, answerSet: 1).Score!.AboveChance);
    }

    [Fact]
    public void Of_LabelsWithTheModelsOwnAnswers_SaysHowManyOfTheCountedOnesItHadRight()
    {
        LabelledExample[] labels = [.. Labels(32, LabelOrigin.LeastConfident).Select(l => l with { ModelAnswer = l.Example.Answer }),
            .. Labels(20, LabelOrigin.Random)
                .Select((l, i) => l with { ModelAnswer = i % 4 == 0 ? $" {l.Example.Answer.ToUpperInvariant()}." : "hm" })];

        Assert.Equal(.25, Of(labels).Score!.ZeroShot);
        Assert.Equal(1, Of(labels[..32]).Score!.ZeroShot);
        // of 16 random ones it must be known
        Assert.Equal(.25, Of([.. labels.Select((l, i) => i < 36 ? l with { ModelAnswer = null } : l)]).Score!.ZeroShot);
        Assert.Null(Of([.. labels.Select((l, i) => i < 37 ? l with { ModelAnswer = null } : l)]).Score!.ZeroShot);
    }

    private static ProbeReading Of(IReadOnlyList<LabelledExample> labels, int? answerSet = 2) =>
        LabelProbe.Of(labels, answerSet, texts => ([.. texts.Select(State)], 0));

    private static LabelledExample[] Labels(int count, LabelOrigin origin) =>
        [.. Enumerable.Range(0, count).Select(i => new LabelledExample(new($"{origin} {i}", i % 2 == 0 ? "yes" : "no"), origin))];

    // tells even from odd
    private static float[] State(string text) => [int.Parse(text.Split(' ')[1]) % 2, text.Length];
}
