using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Benchmarks;

/// <summary>The engine against <see cref="ReferenceWay"/> on SmolLM2-135M-Instruct: each pair side by side in every round, medians, and the rate of a matrix product of the same round as the limit.</summary>
internal sealed class EngineTable : IDisposable
{
    private const double Alpha = 32;
    private const int Rank = 64;

    // Room for 32 rows of SmolLM2 in half precision, 19.9 MB each.
    private const long HalfRowBytes = 660L << 20;

    private readonly string _folder;
    private readonly JsonNode _golden;
    private readonly HashSet<int> _masked, _eos;
    private readonly (int[] Prompt, int[] Answer)[] _ids;
    private readonly TokenSequence[] _labelled;
    private readonly Decoder _decoder;
    private readonly AdapterMatrices _matrices;
    private readonly Dictionary<string, List<double>> _measured = [];

    public EngineTable(string shared)
    {
        _folder = Directory.CreateTempSubdirectory("smollm2").FullName;
        using (var node = Process.Start("node", [Path.Combine(shared, "models", "unpack.mjs"), Path.Combine(shared, "models", "SmolLM2-135M-Instruct"), _folder]))
        {
            node.WaitForExit();
            if (node.ExitCode != 0) throw new InvalidOperationException($"Unpacking the model of {shared} failed.");
        }
        _golden = JsonNode.Parse(File.ReadAllText(Path.Combine(shared, "golden", "smollm2", "golden.json")))!;
        (_masked, _eos) = ([.. Ints(_golden["masked_ids"]!)], [.. Ints(_golden["eos_ids"]!)]);
        _ids = [.. _golden["labelled"]!.AsArray().Select(p => (Ints(p!["prompt_ids"]!), Ints(p["answer_ids"]!)))];
        _labelled = [.. _ids.Select(p => TokenSequence.Answer(p.Prompt, p.Answer, _masked))];
        _decoder = Decoder.Load(_folder);
        _matrices = AdapterMatrices.FromSeed(_decoder.Config, 1, Rank);
    }

    public void Run(string shared, int rounds)
    {
        Console.WriteLine($"{get_num_threads()} threads, {rounds} rounds; SmolLM2-135M-Instruct, float32");
        using var reference = new ReferenceWay(_decoder, _matrices, Alpha, _eos, _masked);
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"round {round + 1} of {rounds}");
            CosLow(reference);
            Ranking(reference, "600-token", Instruction(p => p > 600));
            Ranking(reference, "60-token", Instruction(p => p < 70));
        }
        Memory(shared);
        Print();
    }

    private void CosLow(ReferenceWay reference)
    {
        var tokens = _labelled.Sum(s => s.Ids.Length - 1.0);
        var rate = MatmulRate();
        var (theirs, seconds) = Timed(() => _labelled.Select(reference.Gradients).ToList());
        Note("reference: gradients, multiple of its limit (Python: 3.4)", seconds * rate / (tokens * (FlopsPerToken(trainedA: true) + 4 * HeadSize)));
        var (cosines, pairSeconds) = Timed(() => ReferenceWay.Cosines(theirs));
        Note("reference: pair loops, multiple of their limit (Python: 61)", pairSeconds * rate / (2.0 * cosines.Length * theirs[0].Sum(t => t.numel())));
        foreach (var t in theirs.SelectMany(t => t)) t.Dispose();
        theirs.Clear();
        foreach (var (step, each) in new EngineSteps(_decoder, _matrices, Alpha).Gradients(_labelled)) Note($"gradients, plain / with {step}", seconds / _labelled.Length / each);

        rate = (rate + MatmulRate()) / 2;
        using var observing = new Observing(this, 2L << 30);
        var (mine, ourSeconds) = Timed(() => observing.Cosines(32));
        var (_, productSeconds) = Timed(observing.Products);
        Note("gradients, plain / with common prefix once", seconds / (ourSeconds - productSeconds));
        Note("pairs, plain / in blocks of columns", pairSeconds / productSeconds);
        Note("engine: gradients and products, % of the limit of one pass each", 100 * tokens * FlopsPerToken(trainedA: false) / (ourSeconds * rate));
        var (_, apart) = Timed(() => Apart(observing.Rows));
        Note("engine: gradients without a common prefix, % of the limit", 100 * tokens * FlopsPerToken(trainedA: false) / (apart * rate));
        Note("CoS-Low of 32: plain / engine", (seconds + pairSeconds) / ourSeconds);
        Note("CoS-Low of 32: engine, s", ourSeconds);
        Note("largest difference of a cosine, plain and engine", mine.Zip(cosines, (a, b) => Math.Abs(a - b)).Max());

        using var one = new Observing(this, 2L << 30);
        one.Cosines(31);
        var (_, more) = Timed(() => one.Cosines(32));
        Note("one more label (31 to 32): plain / engine", (seconds + pairSeconds) / more);
        Note("one more label: engine, s", more);

        using var half = new Observing(this, HalfRowBytes);
        var halves = half.Cosines(32);
        Note("half-precision rows: largest change of a cosine", halves.Zip(mine, (a, b) => Math.Abs(a - b)).Max());

        using var few = new Observing(this, 4L << 20);
        var projected = few.Cosines(32);
        Note("projected rows: largest change of a cosine", projected.Zip(mine, (a, b) => Math.Abs(a - b)).Max());
        Note("projected rows: change of CoS-Low", Math.Abs(projected.Order().ElementAt(248) - mine.Order().ElementAt(248)));
    }

    // Pairs of examples whose prompts have no common beginning.
    private int Apart(GradientRows rows)
    {
        foreach (var pair in _labelled.OrderBy(s => s.Ids.Length).Chunk(2)) rows.Compute([EngineSteps.Apart(pair[0], 0), EngineSteps.Apart(pair[1], 1)]);
        return 0;
    }

    private void Ranking(ReferenceWay reference, string name, TaskPrompt task)
    {
        var prompts = PromptBuilder.Load(_folder);
        string[] texts = [.. ReferenceTaskList.Find("bank-40").Generate(TaskSplit.Test, 200, 1).Select(e => e.Text)];
        int[][] sample = [.. texts.Where((_, i) => i % 25 == 0).Select(t => prompts.Prompt(task, t))];
        var rate = MatmulRate();
        double flops = 0;
        var (_, theirs) = Timed(() =>
        {
            foreach (var prompt in sample)
            {
                reference.Confidence(prompt, out var generated);
                flops += 2 * LinearSize() * 2 * (prompt.Length + generated) + 2 * HeadSize * (prompt.Length + 2 * generated);
            }
            return 0;
        });
        foreach (var (step, each) in new EngineSteps(_decoder, _matrices, Alpha).Ranking(prompts, sample)) Note($"ranking behind a {name} instruction, plain / with {step}", theirs / sample.Length / each);
        using var ranking = new PoolRanking(new ModelSession(_decoder), prompts);
        var (_, mine) = Timed(() => ranking.Run(task, texts));
        Note($"reference: ranking behind a {name} instruction, multiple of its limit (Python: 6)", theirs * rate / flops);
        Note($"ranking 200 items behind a {name} instruction: plain / engine", theirs / sample.Length * texts.Length / mine);
        Note($"ranking behind a {name} instruction: engine, items/s", texts.Length / mine);
    }

    // The system message of a golden prompt of that many ids: with the 77 categories, or without.
    private TaskPrompt Instruction(Func<int, bool> length) =>
        new((string)_golden["prompts"]!.AsArray().First(p => length(Ints(p!["prompt_ids"]!).Length) && (string)p["messages"]![0]!["role"]! == "system")!["messages"]![0]!["content"]!);

    /// <summary>Peak memory in MB beyond model and A matrices, of CoS-Low of the 32: "plain", "float32" (the engine's rows) or "half".</summary>
    public double PeakMegabytes(string way)
    {
        var memory = new PeakMemory();
        if (way == "plain")
        {
            using var reference = new ReferenceWay(_decoder, _matrices, Alpha, _eos, _masked);
            var gradients = _labelled.Select(reference.Gradients).ToList();
            ReferenceWay.Cosines([gradients[0], gradients[1]]);
            GC.KeepAlive(gradients);
        }
        else
        {
            using var observing = new Observing(this, way == "half" ? HalfRowBytes : 2L << 30);
            observing.Cosines(32);
        }
        return memory.Megabytes;
    }

    // Each in a process of its own: what one way has freed would be the other's for nothing.
    private void Memory(string shared)
    {
        foreach (var way in new[] { "plain", "float32", "half" })
        {
            using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(EngineTable).Assembly.Location, "memory", shared, way]) { RedirectStandardOutput = true })!;
            Note($"peak memory of the 32 beyond the model, MB: {way}", double.Parse(child.StandardOutput.ReadToEnd().Trim().Split('\n')[^1], CultureInfo.InvariantCulture));
        }
    }

    private void Print()
    {
        Console.WriteLine();
        foreach (var (name, values) in _measured)
        {
            var sorted = values.Order().ToArray();
            Console.WriteLine($"{name,-75} {sorted[sorted.Length / 2],12:G4}   ({sorted[0]:G4} to {sorted[^1]:G4})");
        }
    }

    private double HeadSize => (double)_decoder.Config.VocabularySize * _decoder.Config.HiddenSize;

    // Linears of all layers, without embedding and head.
    private double LinearSize() => AdapterMatrices.Linears(_decoder.Config).Select(p => AdapterMatrices.Shape(_decoder.Config, p.Linear)).Sum(s => (double)s.In * s.Out);

    // Forward, backward of the activations and the products with A and their transposes; the reference also has B in both and the gradient of A.
    private double FlopsPerToken(bool trainedA)
    {
        var narrow = AdapterMatrices.Linears(_decoder.Config).Select(p => AdapterMatrices.Shape(_decoder.Config, p.Linear)).Sum(s => (double)s.In + s.Out);
        return 4 * LinearSize() + (trainedA ? 6 : 2) * Rank * narrow;
    }

    private double MatmulRate()
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var x = rand(2048, 2048);
        x.mm(x);
        var rates = Enumerable.Range(0, 3).Select(_ => 2 * Math.Pow(2048, 3) / Timed(() => x.mm(x)).Seconds).Order().ToArray();
        Note("matrix product 2048^3, GFLOP/s", rates[1] / 1e9);
        return rates[1];
    }

    private void Note(string name, double value)
    {
        if (!_measured.TryGetValue(name, out var values)) _measured[name] = values = [];
        values.Add(value);
    }

    private static (T Result, double Seconds) Timed<T>(Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        var result = work();
        return (result, clock.Elapsed.TotalSeconds);
    }

    private static int[] Ints(JsonNode node) => [.. node.AsArray().Select(v => (int)v!)];

    public void Dispose()
    {
        _matrices.Dispose();
        _decoder.Dispose();
        Directory.Delete(_folder, true);
    }

    // The engine's own way from labelled examples to cosines, the 32 golden examples named by their places.
    private sealed class Observing : IPrompts, IDisposable
    {
        private readonly EngineTable _table;
        private readonly Observer _observer;
        private readonly RowStore _store;

        public Observing(EngineTable table, long rowBytes)
        {
            _table = table;
            Rows = new GradientRows(new ModelSession(table._decoder), table._matrices, Alpha);
            _store = new RowStore(rowBytes);
            _observer = new Observer(new ModelSession(table._decoder), this, new HostRows(Rows, _store), "");
        }

        public GradientRows Rows { get; }

        public IReadOnlySet<int> Masked => _table._masked;

        public IReadOnlySet<int> Eos => _table._eos;

        public double[] Cosines(int count)
        {
            var all = _observer.Cosines(null, [.. Enumerable.Range(0, count).Select(i => new Example($"{i}", $"{i}"))]).Cosines;
            return [.. all.SelectMany((row, i) => row.Take(i))];
        }

        /// <summary>The products of all pairs again.</summary>
        public double[] Products()
        {
            var observed = _observer.Observe(null, [.. Enumerable.Range(0, 32).Select(i => new Example($"{i}", $"{i}"))]);
            return GramMatrix.Products([.. observed.Select(o => _store.Find(new RowKey("", "", "", o.Key), Rows.Width, Rows.Rank)!)], [.. from i in Enumerable.Range(0, 32) from j in Enumerable.Range(0, i) select (i, j)]);
        }

        public int[] Prompt(TaskPrompt? task, string text) => _table._ids[int.Parse(text, CultureInfo.InvariantCulture)].Prompt;

        public int[] Answer(string answer) => _table._ids[int.Parse(answer, CultureInfo.InvariantCulture)].Answer;

        public string Decode(IReadOnlyList<int> ids) => "";

        public void Dispose() => Rows.Dispose();
    }
}
