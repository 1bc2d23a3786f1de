using DataEfficiency.Engine;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Importing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace DataEfficiency.Portal.Tests.Checks;

/// <summary>The real engine behind the portal's checks, once.</summary>
public sealed class CheckBundledModelTests
{
    [Fact]
    public async Task Check_OfTheBundledModel_MeasuresAPointAndKeepsAModelThatRanksAgain()
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

        // one click: the pool is ranked by it, the draw stays, and an import goes on with it
        var first = (await world.DrawAsync(project)).Select(d => d.ItemId);
        await world.Ranking.EnqueueAsync(project, "lead", row.Id);
        await world.WaitAsync(project, u => u.Ranking is { State: WorkState.Done } && u.Ranking.JobId > row.JobId);
        Assert.Equal(first, (await world.DrawAsync(project)).Select(d => d.ItemId));
        var ranking = await RankingAsync(world, project);
        Assert.Equal((row.Id, 80, true), (ranking.CheckId, ranking.Answers, ranking.ModelSha256 != row.ModelSha256));

        await world.GrowAsync(project, 80, 10);
        await world.WriteAsync(db => world.Services.GetRequiredService<IPoolGrown>().QueueAsync(db, project, default));
        await world.Services.GetRequiredService<IPoolGrown>().PoolGrewAsync(project, withLabels: false, default);
        await world.WaitAsync(project, u => u.Ranking is { State: WorkState.Done, Done: 90 });
        Assert.Equal((row.Id, 90), (await RankingAsync(world, project) is var grown ? (grown.CheckId, grown.Answers) : default));

        // and back
        await world.Ranking.EnqueueAsync(project, "lead");
        await world.WaitAsync(project, u => u.Ranking is { State: WorkState.Done } && u.Ranking.JobId > ranking.JobId + 1);
        Assert.Null((await RankingAsync(world, project)).CheckId);
    }

    private static async Task<(int? CheckId, string ModelSha256, int Answers, int JobId)> RankingAsync(EstimatingWorld world, int project)
    {
        await using var db = await world.OpenDbAsync();
        var ranking = db.Rankings.Single(r => db.Projects.Any(p => p.Id == project && p.RankingId == r.Id));
        return (ranking.CheckId, ranking.ModelSha256, db.ItemScores.Count(s => s.RankingId == ranking.Id && s.ModelAnswer != null),
            db.Jobs.Max(j => j.Id));
    }
}
