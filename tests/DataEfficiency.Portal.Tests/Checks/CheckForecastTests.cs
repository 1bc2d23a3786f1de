using DataEfficiency.Engine;
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
        var before = (await world.EstimatesAsync(project))[0];
        Assert.NotEqual(before.Median, (await world.EstimatesAsync(project))[^1].Median);
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
