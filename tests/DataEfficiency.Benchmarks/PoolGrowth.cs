using System.Diagnostics;
using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Benchmarks;

/// <summary>How time and memory of a ranking grow with the pool: the bundled model, texts of the reference task bank-40 (no two alike, 40 answers listed in the prompt). Each pool
/// is ranked by one call in a process of its own, and its results are held until the end, as the verb `rank` holds them.</summary>
internal static class PoolGrowth
{
    private static readonly int[] Sizes = [1_000, 10_000, 100_000];
    private static readonly ReferenceTask Task = ReferenceTaskList.Find("bank-40");

    private readonly record struct Measured(double Items, double Seconds, double CpuSeconds, double Peak, double Results, double Load)
    {
        public double[] Numbers => [Items, Seconds, CpuSeconds, Peak, Results, Load];

        public static Measured Of(double[] n) => new(n[0], n[1], n[2], n[3], n[4], n[5]);
    }

    public static void Run(IReadOnlyList<int> sizes)
    {
        var measured = new List<Measured>();
        Console.WriteLine($"{"items",9}{"seconds",10}{"items/s",10}{"CPU s",10}{"peak MB",10}{"of it results",15}{"load",8}");
        foreach (var size in sizes.Count > 0 ? sizes : Sizes)
        {
            using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(PoolGrowth).Assembly.Location, "pool-of", $"{size}"]) { RedirectStandardOutput = true })!;
            var m = Measured.Of([.. child.StandardOutput.ReadToEnd().Trim().Split('\n')[^1].Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))]);
            measured.Add(m);
            Console.WriteLine($"{m.Items,9:N0}{m.Seconds,10:N1}{m.Items / m.Seconds,10:N1}{m.CpuSeconds,10:N1}{m.Peak,10:N0}{m.Results,15:N1}{m.Load,8:N1}");
        }
        foreach (var (a, b) in measured.Zip(measured.Skip(1)))
            Console.WriteLine($"{b.Items:N0} / {a.Items:N0}: time {b.Seconds / a.Seconds:N2}, CPU time {b.CpuSeconds / a.CpuSeconds:N2}, peak memory {b.Peak / a.Peak:N2}, without results {(b.Peak - b.Results) / (a.Peak - a.Results):N2}");
    }

    /// <summary>One pool: its line of the table, as numbers. MB beyond the loaded model and the texts; load: the machine's of the last minute, at the end.</summary>
    public static string Of(int size)
    {
        string[] texts = [.. Task.Generate(TaskSplit.Train, size, 1).Select(e => e.Text)];
        using var estimator = Estimator.Load(Path.Combine(AppContext.BaseDirectory, ModelFolder.Bundled), new EngineOptions { Device = "cpu" });
        var memory = new PeakMemory();
        var (heap, cpu, clock) = (GC.GetTotalMemory(true), Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var ranked = estimator.Rank(Task.Prompt, texts);
        var (seconds, cpuSeconds, peak) = (clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, memory.Megabytes);
        var results = (GC.GetTotalMemory(true) - heap) / (double)(1 << 20);
        GC.KeepAlive(ranked);
        GC.KeepAlive(texts);
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        return string.Join(' ', new Measured(size, seconds, cpuSeconds, peak, results, load).Numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)));
    }
}
