using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Checks;

public sealed class CheckForecastTests
{
    [Fact]
    public async Task Forecast_AfterACheck_HasItsPointAndPlacesTheNextOne()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(300, 40);
        await world.LabelAsync(project, 32);
        await world.UntilAsync(project, CheckWorld.AreDone);
        var update = await world.WaitAsync(project, u => u.Estimate is { Stop.Rule: "B" });

        // nobody typed a zero-shot score: the check's own serves
        Assert.Equal(.5, update.Estimate!.Target.ZeroShot);
        Assert.True(update.Estimate.Stop.At > 0);
        // and does not make it an answer to another question
        Assert.Equal(Outdated.No, update.Outdated);
        var before = (await world.EstimatesAsync(project))[0];
        Assert.NotEqual(before.Median, (await world.EstimatesAsync(project))[^1].Median);
    }

    [Fact]
    public async Task Forecast_WhereAPointHasAWorth_SaysHowFarItPays()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(300, 40, p => (p.PricePerLabel, p.PointValue) = (.5m, 100));
        await world.LabelAsync(project, 32);
        await world.UntilAsync(project, CheckWorld.AreDone);
        // 200 labels a point, half of the way is open
        var update = await world.WaitAsync(project, u => u.Estimate is { Stop.Rule: "B" });
        var worth = update.Estimate!.Worth!;
        Assert.InRange(worth.At, 73, 300);
        Assert.InRange(worth.Points, 1, 50);
        Assert.Equal(200 * worth.Points - (worth.At - 72), worth.Labels, 1e-6);
    }

    // A check of two seconds is a label's time, one of an hour many labels'.
    [Theory]
    [InlineData(2, 1.25)]
    [InlineData(3600, 1.5)]
    public async Task Forecast_BehindACheck_StepsByWhatItCostInLabels(int seconds, double step)
    {
        using var world = new EstimatingWorld();
        world.Fake().Took = seconds;
        var project = await world.RandomPoolAsync(300, 40);
        await world.LabelAsync(project, 32);
        await world.UntilAsync(project, CheckWorld.AreDone);
        await world.WaitAsync(project, u => u.Estimate is { Stop.Rule: "B" });
        var price = world.Estimator.Request!.CheckPrice;
        Assert.Equal(seconds / 5.0, price!.Value, 1e-6);
        Assert.Equal(step, Engine.Forecasting.CheckPoints.Steps(price).SmallestStep);
    }

    [Fact]
    public async Task Forecast_OfAnotherModel_HasNoPointOfTheFormerOne()
    {
        using var world = new EstimatingWorld();
        var project = await world.RandomPoolAsync(300, 40);
        await world.LabelAsync(project, 32);
        await world.UntilAsync(project, CheckWorld.AreDone);
        await world.WaitAsync(project, u => u.Estimate is { Stop.Rule: "B" });

        await world.WriteAsync(db => db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(p => p.SetProperty(x => x.Model, "other")
            .SetProperty(x => x.LabelVersion, x => x.LabelVersion + 1)));
        world.Estimator.Model = world.Estimator.Model with { Name = "other", Sha256 = "beef" };
        var update = await world.RingAndWaitAsync(project);
        Assert.NotEqual("B", update.Estimate!.Stop.Rule);
    }
}
