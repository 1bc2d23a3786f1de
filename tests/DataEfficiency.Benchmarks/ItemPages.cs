using System.Diagnostics;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Benchmarks;

/// <summary>The table of items on a data folder of `load-folder`, without a server: first pages with their counts, as a page that opens or
/// a filter that changes asks for them, and pages in the midst of all.</summary>
internal static class ItemPages
{
    private const int Rounds = 25, Deep = 60_000;
    private const int Step = 1000;

    public static async Task RunAsync(string folder)
    {
        var contexts = new FolderContexts(folder);
        var table = new ItemTable(contexts);
        await using var db = contexts.CreateDbContext();
        var project = await db.Projects.Select(p => p.Id).FirstAsync();
        var label = await db.Labels.Select(l => l.Id).FirstAsync();
        var person = await db.Answers.Select(a => a.UserId).FirstAsync();
        foreach (var query in new[]
        {
            "", "sort=-file", "sort=random", "sort=confidence", "sort=-answered", "sort=-seconds", "sort=-skips",
            "text=refund", "text=refund machine", "text=Enquiry 77123", "text=ix", "text=zebra", "id=77123",
            $"label={label}", $"annotator={person}", "status=open", "status=labelled", "status=undecided", "status=skipped",
            "status=unusable", "status=deleted", "stratum=random", "stratum=test", "disagreement=true", "disagreement=false", "flag=true",
            "note=true", "skips=2..", "suspect=true", "seconds=19.9..", "answered=2023-11-14..", "answered=2026-01-01..", "gold=true",
            "metadata.city=Bath", $"label={label}&annotator={person}&sort=-seconds", "status=open&sort=confidence",
        })
        {
            var (filter, problem) = ItemQuery.Read(query.Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(p => KeyValuePair.Create(p[..p.IndexOf('=')], p[(p.IndexOf('=') + 1)..])));
            if (problem is not null) throw new ArgumentException(problem.ToString());
            await MeasureAsync(query.Length == 0 ? "all" : query, async () =>
            {
                var total = await table.CountAsync(project, filter, CancellationToken.None);
                await table.PageAsync(project, filter, null, CancellationToken.None);
                return total;
            });
        }
        foreach (var sort in Enum.GetValues<ItemSort>())
        {
            var filter = new ItemFilter { Sort = sort };
            ItemPlace? deep = null;
            for (var behind = 0; behind < Deep; behind += Step)
                deep = (await table.PageAsync(project, filter, deep, CancellationToken.None, rows: Step)).Next;
            await MeasureAsync($"page behind {Deep}, {sort}", async () =>
                new((await table.PageAsync(project, filter, deep, CancellationToken.None)).Rows.Count, false));
        }
    }

    private static async Task MeasureAsync(string name, Func<Task<ItemTotal>> run)
    {
        var times = new List<double>();
        var total = new ItemTotal(0, false);
        for (var i = 0; i < Rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            total = await run();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        var first = times[0];
        times.Sort();
        Console.WriteLine($"{name,-60} {total.Number,7}{(total.More ? "+" : " ")}   first {first,6:0} ms"
            + $"   median {times[Rounds / 2],6:0} ms   p95 {times[(int)(.95 * Rounds)],6:0} ms");
    }
}
