using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Calibrating;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataEfficiency.Portal.Tests.Calibrating;

/// <summary>The bundled model's folder, with a fake engine behind its name.</summary>
internal static class CalibratingWorld
{
    public const string Model = ModelCatalog.Bundled;

    public static CalibrationJobs Jobs(this EstimatingWorld world) => world.Services.GetRequiredService<CalibrationJobs>();

    /// <summary>Who may calibrate.</summary>
    public static async Task<string> AdminAsync(this EstimatingWorld world)
    {
        await using var db = await world.OpenDbAsync();
        return await db.Users.Where(u => u.UserName == "admin").Select(u => u.Id).SingleOrDefaultAsync()
            ?? (await world.AddPersonAsync("admin", GlobalRoles.Admin)).Id;
    }

    public static ModelFolder Folder(this EstimatingWorld world) => world.Services.GetRequiredService<ModelCatalog>().Find(Model)!;

    private static readonly string Weights =
        ModelFolder.Inspect(Path.Combine(AppContext.BaseDirectory, ModelFolder.Bundled)).WeightsSha256!;

    /// <summary>The fake engine says that it has the folder's weights, before the portal is there: its first turn may be a job's.</summary>
    public static EstimatingWorld WithItsWeights(this EstimatingWorld world)
    {
        world.Estimator.Model = world.Estimator.Model with { Name = Model, Sha256 = Weights };
        return world;
    }

    public static CalibrationAsk Small => new(Model, CalibrationMode.Small, [.. CalibrationPlans.Offered(CalibrationMode.Small)
        .Select(t => t.Name)], []);

    /// <summary>A stopped project with so many labels.</summary>
    public static async Task<Project> FinishedAsync(this EstimatingWorld world, int labels, ProjectState state = ProjectState.Stopped)
    {
        var id = await world.AddPoolAsync(labels + 20, drawn: true);
        await world.LabelAsync(id, labels, Stratum.Random);
        await world.WriteAsync(async db =>
        {
            var row = await db.Projects.SingleAsync(p => p.Id == id);
            (row.State, row.Model) = (state, Model);
            await db.SaveChangesAsync();
        });
        await using var db = await world.OpenDbAsync();
        return await db.Projects.AsNoTracking().SingleAsync(p => p.Id == id);
    }

    public static async Task<Job> UntilAsync(this EstimatingWorld world, Func<Job, bool> reached)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            if ((await world.Jobs().NewestAsync(Model, limit.Token))?.Job is { } job && reached(job)) return job;
            await Task.Delay(10, limit.Token);
        }
    }

    public static Task<Job> DoneAsync(this EstimatingWorld world) => world.UntilAsync(j => j.State == WorkState.Done);
}
