using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Checks;

/// <summary>A project whose labels come at random, with the real worker on a fake engine.</summary>
internal static class CheckWorld
{
    public static CheckJobs Checks(this EstimatingWorld world) => world.Services.GetRequiredService<CheckJobs>();

    public static FakeCheck Fake(this EstimatingWorld world) => world.Estimator.Check;

    /// <summary>A pool whose first items are labelled at random.</summary>
    public static async Task<int> RandomPoolAsync(this EstimatingWorld world, int items, int random, Action<Project>? change = null,
        Func<int, string>? text = null)
    {
        var project = await world.AddPoolAsync(items, drawn: true, text);
        await world.WriteAsync(async db =>
        {
            var row = await db.Projects.SingleAsync(p => p.Id == project);
            row.State = ProjectState.Active;
            change?.Invoke(row);
            await db.SaveChangesAsync();
        });
        await world.LabelAsync(project, random, Stratum.Random);
        return project;
    }

    public static async Task<List<Check>> RowsAsync(this EstimatingWorld world, int project)
    {
        await using var db = await world.OpenDbAsync();
        return await db.Checks.AsNoTracking().Include(c => c.Job).Where(c => c.ProjectId == project).OrderBy(c => c.Id).ToListAsync();
    }

    /// <summary>Rings and waits until the project's checks are as said.</summary>
    public static async Task<List<Check>> UntilAsync(this EstimatingWorld world, int project, Func<List<Check>, bool> reached,
        bool ring = true)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        if (ring) world.Queue.Ring(project);
        while (true)
        {
            var rows = await world.RowsAsync(project);
            if (reached(rows)) return rows;
            await Task.Delay(10, limit.Token);
        }
    }

    public static bool AreDone(List<Check> rows) => rows.Count > 0 && rows.All(c => c.Job is { State: WorkState.Done });
}
