using DataEfficiency.Engine;
using DataEfficiency.Portal.TrackRecords;
using Xunit;

namespace DataEfficiency.Portal.Tests.TrackRecords;

public sealed class TrackFiguresTests
{
    private static readonly TrackMethod Probe = new(AreaMethod.Probe, true), Mean = new(AreaMethod.MeanOfTasks, false);

    [Fact]
    public void Of_ManyForecastsBeforeOnePoint_CountThePointOnce()
    {
        // ten forecasts of point 1 off by .10 and outside, one of point 2 off by .02 and inside
        var one = Enumerable.Repeat(Pair(1, .70, .60), 10).Aggregate(new TrackTally(7, 1, Probe), (t, p) => t.With(p));
        var figures = TrackFigures.Of([one, new TrackTally(8, 2, Mean).With(Pair(2, .62, .60))])!;
        Assert.Equal((11, 2, 2, .06, .5), (figures.Forecasts, figures.Points, figures.Projects, Math.Round(figures.Error, 9),
            figures.Inside));
        Assert.Equal((0, null, null), (figures.NeedPoints, figures.NeedFactor, figures.NeedInside));
    }

    [Fact]
    public void Of_Needs_GivesTheFactorAndTheShareInside()
    {
        // twice too many, and four times too few: 2^((1 + 2) / 2)
        var figures = TrackFigures.Of([new TrackTally(7, 1, Probe).With(Pair(1, .6, .6, new(400, 100, 800, 200))),
            new TrackTally(7, 2, Probe).With(Pair(2, .6, .6, new(50, 20, 100, 200)))])!;
        Assert.Equal((2, 2.828427, .5), (figures.NeedPoints, Math.Round(figures.NeedFactor!.Value, 6), figures.NeedInside));
    }

    [Fact]
    public void Record_TellsMethodsAndProjectsApart()
    {
        Assert.Null(TrackRecord.Of([]));
        var record = TrackRecord.Of([new TrackTally(7, 1, Probe).With(Pair(1, .70, .60)),
            new TrackTally(7, 1, Mean).With(Pair(1, .64, .60)), new TrackTally(8, 2, Mean).With(Pair(2, .60, .60))])!;
        Assert.Equal([(Mean, .02), (Probe, .10)], record.Methods.Select(m => (m.Method, Math.Round(m.Figures.Error, 9))));
        Assert.Equal([(8, 0), (7, .07)], record.Projects.Select(p => (p.ProjectId, Math.Round(p.Figures.Error, 9))));
        Assert.Equal((3, 2), (record.All.Forecasts, record.All.Points));
    }

    private static TrackPair Pair(int check, double predicted, double realised, Prediction? need = null) => new(1, 1, 32, Probe, check, 100,
        new(predicted, predicted - .05, predicted + .05, realised), .01, need);
}
