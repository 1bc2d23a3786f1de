using System.Diagnostics;
using DataEfficiency.Portal.Projects;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Benchmarks;

/// <summary>The list of items on a data folder of `load-folder` that a portal has opened once, without a server: pages with their
/// counts.</summary>
internal static class ItemPages
{
    private const int Rounds = 25, PageRows = 50;

    public static async Task RunAsync(string folder)
    {
        var contexts = new FolderContexts(folder);
        var items = new ProjectItems(contexts);
        await using var db = contexts.CreateDbContext();
        var project = await db.Projects.Select(p => p.Id).FirstAsync();
        foreach (var (name, filter, start) in new[]
        {
            ("first page", new ItemFilter(), 0), ("a page in the middle", new ItemFilter(), 50_000),
            ("least sure first", new ItemFilter(Order: ItemOrder.LeastSure), 0),
            ("open", new ItemFilter(State: ItemState.Open), 0), ("search: a common word", new ItemFilter("refund"), 0),
            ("search: two words", new ItemFilter("refund machine"), 0), ("search: rare", new ItemFilter("Enquiry 77123"), 0),
            ("search: two letters", new ItemFilter("ix"), 0), ("search: nothing", new ItemFilter("zebra"), 0),
        })
        {
            var times = new List<double>();
            var count = 0;
            for (var i = 0; i < Rounds; i++)
            {
                var watch = Stopwatch.StartNew();
                count = await items.CountAsync(project, filter, CancellationToken.None);
                await items.PageAsync(project, filter, start, PageRows, CancellationToken.None);
                times.Add(watch.Elapsed.TotalMilliseconds);
            }
            times.Sort();
            Console.WriteLine($"{name,-24} {count,7} items   median {times[Rounds / 2],6:0} ms   p95 {times[(int)(.95 * Rounds)],6:0} ms");
        }
    }
}
