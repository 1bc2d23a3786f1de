using DataEfficiency.Engine;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Checks;

/// <summary>The real engine behind the portal's checks, once.</summary>
public sealed class CheckBundledModelTests
{
    [Fact]
    public async Task Check_OfTheBundledModel_MeasuresAPointAndKeepsItsModel()
    {
        using var world = new EstimatingWorld { ConfigureServices = s => s.AddSingleton<IEstimatorHost, EstimatorHost>() };
        var project = await world.RandomPoolAsync(80, 40, p => p.Model = ModelCatalog.Bundled,
            i => i % 2 == 0 ? $"parcel {i} came in time" : $"parcel {i} is lost");
        await world.Checks().AskAsync(project, null, "lead");
        var row = Assert.Single(await world.UntilAsync(project, r => r is [{ Job.State: not (WorkState.Queued or WorkState.Running) }]));

        Assert.Null(row.Job!.Error);
        Assert.Equal((WorkState.Done, CheckKind.CrossValidated), (row.Job.State, row.Kind));
        Assert.InRange(row.Score!.Value, 0, 1);
        Assert.InRange(row.Tested!.Value, 8, 40);
        Assert.InRange(row.Examples!.Value, 8, 40);
        Assert.True(row.Steps > 0 && row.Seconds > 0 && row.Rate > 0 && row.ExpectedSeconds > 0);
        await using var db = await world.OpenDbAsync();
        Assert.Equal(row.Tested, db.CheckPredictions.Count());
        var kept = world.Services.GetRequiredService<CheckFolders>().Kept(row);
        Assert.True(File.Exists(Path.Combine(kept!, "README.md")));
    }
}
