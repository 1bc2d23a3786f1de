using DataEfficiency.Engine.Forecasting;
using Xunit;

namespace DataEfficiency.Engine.Tests.Forecasting;

/// <summary>The vectors of the signals' design, section 4, and what a probe is for.</summary>
public sealed class ProbeTests
{
    private static readonly float[][] States = [.. Enumerable.Range(0, 8).Select(i => Enumerable.Range(0, 5)
        .Select(j => (float)(Math.Sin(1.7 * i + .9 * j) + .3 * Math.Cos(.5 * i * j))).ToArray())];
    private static readonly string[] Answers = ["a", "b", "a", "c", "b", "c", "a", "b"];

    [Fact]
    public void Of_TheVector_GivesItsAccuracyAboveChance()
    {
        var all = Probe.Of(States, Answers, 3);
        var behind = Probe.Of(States, Answers, 3, [.. Enumerable.Range(0, 8).Select(i => i >= 4)]);

        Assert.Equal((.125, 8, 8), (all.Accuracy, all.Examples, all.Counted));
        Assert.Equal(-.3125, all.AboveChance, 12);
        Assert.Equal((.25, 4), (behind.Accuracy, behind.Counted));
        Assert.Equal(-.125, behind.AboveChance, 12);
    }

    [Theory]
    [InlineData(.7, .2, 1, .625)]
    [InlineData(.7, .2, .9, 5 / 7.0)]
    [InlineData(.5, .5, 1, 0)]
    [InlineData(.4, .5, 1, -.2)]
    // a model that is nearly there: a tenth is the least way
    [InlineData(.98, .95, 1, .3)]
    [InlineData(.2, .95, 1, -1)]
    public void OnTheWay_IsTheShareOfTheWayFromTheUntrainedModelToTheCeiling(double accuracy, double zeroShot, double ceiling, double way)
    {
        Assert.Equal(way, new ProbeScore(50, 50, accuracy, 0, zeroShot).OnTheWay(ceiling)!.Value, 12);
        Assert.Null(new ProbeScore(50, 50, accuracy, 0).OnTheWay(ceiling));
    }

    // chance .5: .6 lies sqrt(m) / 5 standard errors above it; chance 1/40: .1 lies three above it at 37 labels
    [Theory]
    [InlineData(.6, .2, 25, 1 / 4.0)]
    [InlineData(.6, .2, 100, 2 / 4.0)]
    [InlineData(.6, .2, 10000, 1)]
    [InlineData(.1, .1 - .9 / 39, 39, .075 / .025 / 4)]
    [InlineData(.4, -.2, 100, 0)]
    [InlineData(1, 1, 16, 1)]
    [InlineData(0, 0, 50, 0)]
    public void OnTheWay_CountsHowSurelyItIsAboveChance_AsAQuarterOfTheWayAtMost(double accuracy, double aboveChance, int counted,
        double evidence)
    {
        var score = new ProbeScore(132, counted, accuracy, aboveChance, 0);
        Assert.Equal(accuracy + evidence / 4, score.OnTheWay(1)!.Value, 9);
    }

    [Fact]
    public void LeaveOneOut_TheVector_SaysOfEachExampleWhatTheOthersSay()
    {
        var leftOut = Probe.LeaveOneOut(States, Answers, out var seen);

        Assert.Equal([("a", 0), ("b", 1), ("c", 2)], seen.Select(s => (s.Key, s.Value)));
        double[] first = [-.216172, .874232, .168820], last = [.495087, .121836, .225987];
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(first[c], leftOut[0][c], 5e-6);
            Assert.Equal(last[c], leftOut[7][c], 5e-6);
        }
    }

    [Fact]
    public void LeaveOneOut_OfEachExample_IsARidgeFittedWithoutIt()
    {
        var leftOut = Probe.LeaveOneOut(States, Answers, out var seen);

        // the slow twin: standardise by all, fit on the others by Gauss elimination, predict the one left out
        var rows = Standardised();
        for (var out_ = 0; out_ < 8; out_++)
        {
            int[] others = [.. Enumerable.Range(0, 8).Where(i => i != out_)];
            double Kernel(int i, int j) => rows[i].Zip(rows[j], (a, b) => a * b).Sum() / 5 + 1;
            for (var c = 0; c < 3; c++)
            {
                var matrix = others.Select(i => others.Select(j => Kernel(i, j) + (i == j ? 1 : 0)).ToArray()).ToArray();
                var weights = Solved(matrix, [.. others.Select(i => seen[Answers[i]] == c ? 1.0 : 0)]);
                var said = others.Select((i, at) => weights[at] * Kernel(out_, i)).Sum();
                Assert.Equal(said, leftOut[out_][c], 9);
            }
        }
    }

    [Fact]
    public void Of_StatesThatTellAnswersApart_IsNearOne_AndOfAnswersAtRandom_NearChance()
    {
        var random = new Random(1);
        string[] answers = [.. Enumerable.Range(0, 400).Select(i => i % 4 == 0 ? "x" : "y")];
        float[][] states = [.. answers.Select(a => Enumerable.Range(0, 20)
            .Select(j => (float)(random.NextDouble() + (a == "x" && j < 4 ? 1 : 0))).ToArray())];

        Assert.True(Probe.Of(states, answers, 2).AboveChance > .9);
        random.Shuffle(answers);
        Assert.InRange(Probe.Of(states, answers, 2).Accuracy, .6, .8);
    }

    [Fact]
    public void Of_WhatCannotBe_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Probe.Of(States, Answers, 2));
        Assert.Throws<ArgumentException>(() => Probe.Of(States, Answers[..7], 3));
        Assert.Throws<ArgumentException>(() => Probe.Of(States, Answers, 3, new bool[8]));
        Assert.Throws<ArgumentException>(() => Probe.Of([.. States[..7], [float.NaN, 0, 0, 0, 0]], Answers, 3));
    }

    private static double[][] Standardised()
    {
        var mean = Enumerable.Range(0, 5).Select(j => States.Average(s => (double)s[j])).ToArray();
        var sd = Enumerable.Range(0, 5).Select(j => Math.Sqrt(States.Average(s => (s[j] - mean[j]) * (s[j] - mean[j]))) + 1e-6).ToArray();
        return [.. States.Select(s => s.Select((v, j) => (v - mean[j]) / sd[j]).ToArray())];
    }

    private static double[] Solved(double[][] a, double[] b)
    {
        for (var i = 0; i < b.Length; i++)
            for (var r = 0; r < b.Length; r++)
            {
                if (r == i) continue;
                var f = a[r][i] / a[i][i];
                for (var c = 0; c < b.Length; c++) a[r][c] -= f * a[i][c];
                b[r] -= f * b[i];
            }
        return [.. b.Select((v, i) => v / a[i][i])];
    }
}
