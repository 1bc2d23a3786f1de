using System.Diagnostics;
using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models.Native;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Benchmarks;

/// <summary>How time and memory grow with the labels whose gradients are compared: the bundled model, labelled examples of the reference task bank-40, kept rows under a budget of 256 MB.
/// Each number of labels in a process of its own: all at once, then one more.</summary>
internal static class LabelGrowth
{
    private const long Budget = 256L << 20;
    private const int Rank = 64;
    private static readonly int[] Sizes = [32, 320, 3_200];
    private static readonly ReferenceTask Task = ReferenceTaskList.Find("bank-40");

    // Compared with exact cosines: those of so many first examples.
    private const int Compared = 200;

    private readonly record struct Measured(double Labels, double Seconds, double OneMore, double Kept, double Peak, double Error, double Stated, double Median)
    {
        public double[] Numbers => [Labels, Seconds, OneMore, Kept, Peak, Error, Stated, Median];

        public static Measured Of(double[] n) => new(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]);
    }

    public static void Run()
    {
        var measured = new List<Measured>();
        Console.WriteLine($"{"labels",8}{"seconds",10}{"ms a label",12}{"one more, ms",14}{"rows, MB",10}{"peak, MB",10}  kept as{"largest error of a cosine",36}{"of the median",16}");
        foreach (var size in Sizes)
        {
            using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(LabelGrowth).Assembly.Location, "labels-of", $"{size}"]) { RedirectStandardOutput = true })!;
            var m = Measured.Of([.. child.StandardOutput.ReadToEnd().Trim().Split('\n')[^1].Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))]);
            measured.Add(m);
            var form = m.Stated > 0 ? $"projections, sd {m.Stated:N4}" : m.Kept * (1 << 20) / m.Labels < 2.5 * Width ? "half precision" : "float32";
            Console.WriteLine($"{m.Labels,8:N0}{m.Seconds,10:N1}{1000 * m.Seconds / m.Labels,12:N1}{1000 * m.OneMore,14:N0}{m.Kept,10:N0}{m.Peak,10:N0}  {form,-26}{m.Error,17:G2}{m.Median,16:G2}");
        }
        foreach (var (a, b) in measured.Zip(measured.Skip(1)))
            Console.WriteLine($"{b.Labels:N0} / {a.Labels:N0}: time {b.Seconds / a.Seconds:N2}, rows {b.Kept / a.Kept:N2}, peak memory {b.Peak / a.Peak:N2}");
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, ModelFolder.Bundled);

    private static long Width => new RowLayout(ModelConfig.Load(Folder), Rank).Width;

    /// <summary>One number of labels: its line of the table, as numbers.</summary>
    public static string Of(int size)
    {
        NativeStartup.Ensure();
        Example[] examples = [.. Task.Generate(TaskSplit.Train, size + 1, 1).Select(e => new Example(e.Text, e.Answer))];
        using var decoder = Decoder.Load(Folder);
        using var matrices = AdapterMatrices.FromSeed(decoder.Config, 1, Rank);
        using var rows = new GradientRows(new ModelSession(decoder), matrices, 32);
        var prompts = PromptBuilder.Load(Folder);
        var store = new RowStore(Budget);
        var observer = new Observer(new ModelSession(decoder), prompts, new HostRows(rows, store), "");
        observer.Cosines(Task.Prompt, examples[..2]); // everything is compiled
        var memory = new PeakMemory();
        var clock = Stopwatch.StartNew();
        var (_, _, cosines, stated) = observer.Cosines(Task.Prompt, examples[..size]);
        var seconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        observer.Cosines(Task.Prompt, examples);
        var (more, peak, bytes) = (clock.Elapsed.TotalSeconds, memory.Megabytes, store.Bytes / (double)(1 << 20));

        var exact = new Observer(new ModelSession(decoder), prompts, new HostRows(rows, new RowStore(1L << 30)), "").Cosines(Task.Prompt, examples[..Math.Min(size, Compared)]).Cosines;
        double[] theirs = [.. Pairs(exact, exact.Length)], ours = [.. Pairs(cosines, exact.Length)];
        var error = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max();
        var median = Math.Abs(ours.Order().ElementAt(ours.Length / 2) - theirs.Order().ElementAt(ours.Length / 2));
        return string.Join(' ', new Measured(size, seconds, more, bytes, peak, error, stated ?? 0, median).Numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)));
    }

    private static IEnumerable<double> Pairs(double[][] cosines, int count) => from i in Enumerable.Range(0, count) from j in Enumerable.Range(0, i) select cosines[i][j];
}
