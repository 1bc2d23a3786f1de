using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Health;

/// <summary>
/// <c>/health</c> for load balancers and watchers, without sign-in: 503 when people cannot work (no database, no room on the disk), 200
/// with
/// "Degraded" when only forecasts stand still. It names checks and states and nothing else.
/// </summary>
public static class HealthEndpoint
{
    public const string Path = "/health";

    public static void AddHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<HealthOptions>().BindConfiguration(HealthOptions.Section)
            .Validate(o => o.LeastFreeMegabytes >= 0, "Health:LeastFreeMegabytes must be at least 0").ValidateOnStart();
        builder.Services.AddHealthChecks()
            .AddCheck<DatabaseHealth>("database", HealthStatus.Unhealthy, timeout: TimeSpan.FromSeconds(5))
            .AddCheck<DiskHealth>("disk", HealthStatus.Unhealthy)
            .AddCheck<EngineHealth>("engine", HealthStatus.Degraded);
    }

    public static void MapHealth(this IEndpointRouteBuilder app) => app.MapHealthChecks(Path, new HealthCheckOptions
    {
        AllowCachingResponses = false,
        ResponseWriter = (context, report) => context.Response.WriteAsJsonAsync(new
        {
            status = $"{report.Status}",
            checks = report.Entries.ToDictionary(e => e.Key, e => $"{e.Value.Status}"),
        }),
    }).AllowAnonymous();
}

/// <summary>Section <c>Health</c>.</summary>
public sealed class HealthOptions
{
    public const string Section = "Health";

    /// <summary>Room that the disk of the data folder must have left. Default: 256 MB.</summary>
    public int LeastFreeMegabytes { get; set; } = 256;
}

internal sealed class DatabaseHealth(IDbContextFactory<AppDbContext> contexts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Roles.AnyAsync(cancellation);
        return HealthCheckResult.Healthy();
    }
}

internal sealed class DiskHealth(DataFolder folder, IOptions<HealthOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default) =>
        Task.FromResult(new DriveInfo(folder.Root).AvailableFreeSpace >= options.Value.LeastFreeMegabytes * 1_000_000L
            ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
}

internal sealed class EngineHealth(EstimateWorker engine) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default) =>
        Task.FromResult(engine.IsAlive ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded());
}
