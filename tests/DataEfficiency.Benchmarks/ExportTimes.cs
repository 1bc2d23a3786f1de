using System.Diagnostics;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Formats;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Benchmarks;

/// <summary>Files of a data folder of `load-folder`, without a server, as a job writes them: all items, each format that can say the
/// answers, and the lines for fine-tuning.</summary>
internal static class ExportTimes
{
    private const int Rounds = 3;

    public static async Task RunAsync(string folder)
    {
        var contexts = new FolderContexts(folder);
        int project;
        await using (var db = contexts.CreateDbContext()) project = await db.Projects.Select(p => p.Id).FirstAsync();
        // the first one has the compiling in it
        await MeasureAsync(contexts, project, "native", "warming up", Native);
        await MeasureAsync(contexts, project, "native", "native", Native);
        await MeasureAsync(contexts, project, "jsonl", "fine-tuning", FineTuningLines.WriteAsync);
        foreach (var format in FormatKinds.All.Where(f => f.Name != "native" && f.Holds(new Project())))
            await MeasureAsync(contexts, project, format.Name, format.Name, (snapshot, output, cancellation) =>
                format.WriteAsync(new(snapshot, true, format.Says[0]), output, cancellation));
    }

    private static Task Native(ExportSnapshot snapshot, Stream output, CancellationToken cancellation) =>
        new NativeFormat().WriteAsync(new(snapshot, true, ExportWhat.Both), output, cancellation);

    private static async Task MeasureAsync(FolderContexts contexts, int project, string ending, string name,
        Func<ExportSnapshot, Stream, CancellationToken, Task> write)
    {
        var times = new List<double>();
        var path = Path.Combine(Path.GetTempPath(), $"export-{Guid.NewGuid():N}.{ending}");
        long bytes = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            await using (var snapshot = await ExportSnapshot.OpenAsync(contexts, project, CancellationToken.None))
            await using (var file = File.Create(path, 1 << 16))
            {
                await snapshot!.NarrowAsync(new(), CancellationToken.None);
                await write(snapshot, file, CancellationToken.None);
                bytes = file.Length;
            }
            times.Add(watch.Elapsed.TotalSeconds);
        }
        File.Delete(path);
        times.Sort();
        Console.WriteLine($"{name,-14} {bytes >> 20,5} MiB   median {times[Rounds / 2],6:0.0} s   fastest {times[0],6:0.0} s");
    }
}
