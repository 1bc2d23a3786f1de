using System.Net;
using System.Text.Json;
using DataEfficiency.Portal.Estimating;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace DataEfficiency.Portal.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_AllWell_IsToldToAnybodyAndNothingElse()
    {
        await using var portal = new PortalFactory();

        var answer = await portal.Browser().GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"status":"Healthy","checks":{"database":"Healthy","disk":"Healthy","engine":"Healthy"}}""",
            await answer.Content.ReadAsStringAsync());
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task Health_EngineThreadEnded_IsDegradedAndStillServes()
    {
        await using var portal = new PortalFactory();
        await portal.Services.GetServices<IHostedService>().OfType<EstimateWorker>().Single().StopAsync(CancellationToken.None);

        Assert.Equal((HttpStatusCode.OK, "Degraded"), await AskAsync(portal, "engine"));
    }

    [Fact]
    public async Task Health_DiskFullerThanAllowed_Is503()
    {
        await using var portal = new PortalFactory { Settings = { ["Health:LeastFreeMegabytes"] = $"{int.MaxValue}" } };

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), await AskAsync(portal, "disk"));
    }

    [Fact]
    public async Task Health_DatabaseGone_Is503WithoutSayingWhere()
    {
        await using var portal = new PortalFactory();
        _ = portal.Services;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.WriteAllText(Path.Combine(portal.DataFolder, "app.db"),
            "this is no database, and long enough to be looked at as one".PadRight(200));
        foreach (var journal in new[] { "-wal", "-shm" }) File.Delete(Path.Combine(portal.DataFolder, $"app.db{journal}"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), await AskAsync(portal, "database"));
    }

    private static async Task<(HttpStatusCode, string?)> AskAsync(PortalFactory portal, string check)
    {
        var answer = await portal.Browser().GetAsync("/health");
        var body = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("portal-test", body);
        return (answer.StatusCode, JsonDocument.Parse(body).RootElement.GetProperty("checks").GetProperty(check).GetString());
    }
}
