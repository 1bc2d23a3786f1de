using System.Diagnostics;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Benchmarks;

/// <summary>Claims of single cards on a data folder of `load-folder`, with cards on other people's screens at the head of the queue, and
/// without a server.</summary>
internal static class ClaimTimes
{
    private const int EachPerson = 5, Warmup = 100;

    /// <param name="leases">How many cards at the head are on other people's screens.</param>
    public static async Task RunAsync(string folder, int leases)
    {
        var contexts = new FolderContexts(folder);
        await using var writes = new WriteQueue(contexts, TimeProvider.System);
        var project = await LeaseHeadAsync(contexts, leases);
        await using var db = contexts.CreateDbContext();
        var people = await db.Memberships.Where(m => m.ProjectId == project && m.Role == ProjectRole.Annotator)
            .Join(db.AccessTokens, m => m.UserId, t => t.UserId, (m, _) => m.UserId).ToListAsync();
        var feed = new EstimateFeed(TimeProvider.System, Options.Create(new EstimationOptions()));
        var claims = new ClaimService(contexts, writes, new QueuePositions(), new FigureBook(contexts, writes, new First32(), feed),
            new LivingTabs(TimeProvider.System), TimeProvider.System, Options.Create(new LabelingOptions()));
        var have = people.ToDictionary(p => p, _ => new List<long>());
        var times = new List<double>();
        for (var i = 0; i < EachPerson; i++)
            foreach (var person in people)
            {
                var watch = Stopwatch.StartNew();
                var cards = await claims.NextAsync(new ClaimRequest(project, person, "load", [], have[person], 1), CancellationToken.None);
                times.Add(watch.Elapsed.TotalMilliseconds);
                have[person].AddRange(cards.Select(c => c.ItemId));
            }
        var sorted = times.Skip(Warmup).Order().ToList();
        Console.WriteLine($"{sorted.Count} claims behind {leases} live leases, {have.Values.Sum(h => h.Count)} cards given: median "
            + $"{sorted[sorted.Count / 2]:0.0} ms, p95 {sorted[(int)(.95 * sorted.Count)]:0.0} ms, longest {sorted[^1]:0.0} ms");
    }

    /// <returns>The project.</returns>
    private static async Task<int> LeaseHeadAsync(FolderContexts contexts, int leases)
    {
        await using var db = contexts.CreateDbContext();
        var project = await db.Projects.Select(p => p.Id).FirstAsync();
        var lead = await db.Memberships.Where(m => m.ProjectId == project && m.Role == ProjectRole.Lead).Select(m => m.UserId).FirstAsync();
        var until = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();
        var free = db.Slots.Where(s => s.ProjectId == project && s.AnswerId == null && s.UserId == null);
        var head = await free.OrderBy(s => s.ActiveRank).ThenBy(s => s.ItemId).Take(leases).Select(s => s.Id).ToListAsync();
        foreach (var chunk in head.Chunk(500))
            await db.Slots.Where(s => chunk.Contains(s.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.UserId, lead)
                .SetProperty(x => x.LeaseUntil, until).SetProperty(x => x.Token, "other").SetProperty(x => x.Queue, Stratum.Active));
        return project;
    }
}

/// <summary>The database of a data folder, without the portal that owns it.</summary>
internal sealed class FolderContexts(string folder) : IDbContextFactory<AppDbContext>
{
    private readonly DbContextOptions<AppDbContext> _options = new DbContextOptionsBuilder<AppDbContext>()
        .UseDatabase(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "app.db") }.ToString()).Options;

    public AppDbContext CreateDbContext() => new(_options);
}
