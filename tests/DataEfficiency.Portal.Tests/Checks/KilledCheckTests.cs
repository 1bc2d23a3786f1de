using System.Text.Json;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace DataEfficiency.Portal.Tests.Checks;

/// <summary>A check of the bundled model in the portal as people run it, a process of its own, which is killed in the middle.</summary>
public sealed class KilledCheckTests : IDisposable
{
    private const int Labels = 50;

    private readonly PortalProcess _portal = new("--Estimation:Threads", "1");

    public void Dispose() => _portal.Dispose();

    [Fact]
    public async Task Check_PortalKilledBehindASave_GoesOnThereAndEndsWithAPoint()
    {
        var (check, job) = await PrepareAsync();
        await _portal.StartAsync();
        var folder = Path.Combine(_portal.Folder, "checks", $"{check}");
        await UntilAsync(() => Task.FromResult(IsTrained(folder)));
        await _portal.KillAsync();

        await using (var db = Open())
        {
            Assert.Equal((WorkState.Running, null), await db.Jobs.Where(j => j.Id == job)
                .Select(j => new ValueTuple<WorkState, double?>(j.State, db.Checks.Single(c => c.Id == check).Score)).SingleAsync());
            // the next process says anew how far the check is
            await db.Jobs.Where(j => j.Id == job).ExecuteUpdateAsync(j => j.SetProperty(x => x.Done, -1));
        }
        await _portal.StartAsync();
        long said = -1;
        await UntilAsync(async () => (said = await JobAsync(j => j.Done)) >= 0);
        // one model is trained to be tested and one to be kept, half of the work each: the first is not trained again
        Assert.InRange(said, 480, 1000);
        await UntilAsync(async () => await JobAsync(j => (int)j.State) > (int)WorkState.Running);

        await using var read = Open();
        var row = await read.Checks.Include(c => c.Job).SingleAsync(c => c.Id == check);
        Assert.Equal((WorkState.Done, null), (row.Job!.State, row.Job.Error));
        Assert.InRange(row.Share!.Value, -1, 1.5);
        Assert.True(row is { Score: >= 0 and <= 1, StandardError: > 0, Steps: > 0, Rate: > 0, Examples: > 8 });
        Assert.Equal(row.Tested, await read.CheckPredictions.CountAsync(p => p.CheckId == check));
        Assert.True(File.Exists(Path.Combine(folder, row.KeptFolder!, "README.md")), _portal.Output);

        async Task<T> JobAsync<T>(System.Linq.Expressions.Expression<Func<Job, T>> what)
        {
            await using var db = Open();
            return await db.Jobs.Where(j => j.Id == job).Select(what).SingleAsync();
        }
    }

    /// <summary>A project with labels of a task that is easily learnt, and a check of it that waits.</summary>
    private async Task<(int Check, int Job)> PrepareAsync()
    {
        int project;
        await using (var world = new EstimatingWorld { DataFolder = _portal.Folder, KeepDataFolder = true })
            project = await world.RandomPoolAsync(Labels + 10, Labels, p => p.Model = ModelCatalog.Bundled,
                i => i % 2 == 0 ? $"{i} is here" : $"{i} is lost");
        await using var db = Open();
        // nothing but the check is due
        await db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.EstimatedVersion, x => x.LabelVersion));
        var check = new Check
        {
            ProjectId = project, Kind = Engine.CheckKind.CrossValidated, Reason = CheckReason.Asked, Model = ModelCatalog.Bundled,
            Job = new Job { Kind = JobKind.Check, ProjectId = project, State = WorkState.Queued, Total = 1000 },
        };
        db.Checks.Add(check);
        await db.SaveChangesAsync();
        return (check.Id, check.Job.Id);
    }

    private AppDbContext Open() => new(new DbContextOptionsBuilder<AppDbContext>()
        .UseDatabase($"Data Source={Path.Combine(_portal.Folder, "app.db")};Pooling=False").Options);

    // and that is written down
    private static bool IsTrained(string folder)
    {
        var file = Path.Combine(folder, "check.json");
        if (!File.Exists(file)) return false;
        using var state = JsonDocument.Parse(File.ReadAllBytes(file));
        return state.RootElement.GetProperty("folds").GetArrayLength() > 0;
    }

    private async Task UntilAsync(Func<Task<bool>> reached)
    {
        for (var until = DateTime.UtcNow + Patience.Long; !await reached(); await Task.Delay(20))
            if (DateTime.UtcNow > until)
            {
                await using var db = Open();
                var job = await db.Jobs.OrderBy(j => j.Id).LastAsync();
                Assert.Fail($"{job.State} {job.Done} {job.Tries} {job.Error}\n{_portal.Output}");
            }
    }
}
