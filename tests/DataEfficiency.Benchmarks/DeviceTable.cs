using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Benchmarks;

/// <summary>What labels and a ranking cost on a device: a model of Llama-3.1-8B's shape with random weights made there, random ids, the engine's own way behind the tokenizer.</summary>
internal sealed class DeviceTable : IPrompts, IDisposable
{
    private const int Labels = 32, Repeats = 5, Answers = 8, Pool = 200;
    private const int LabelPrefix = 500, LabelOwn = 180, AnswerTokens = 20, PoolPrefix = 600, PoolOwn = 40;
    private const double Alpha = 32;
    private const int Rank = 64;

    private readonly Device _device;
    private readonly Decoder _decoder;
    private readonly AdapterMatrices _matrices;
    private readonly GradientRows _rows;
    private readonly Halving _halving = new("The model", Console.Error.WriteLine);
    private readonly Dictionary<string, int[]> _prompts = [], _answers = [];

    public DeviceTable(string device, string? precision, int layers, int vocabulary)
    {
        if (device != "cpu" && !cuda.is_available()) throw new InvalidOperationException($"libtorch finds no CUDA device for {device}: build with -p:Accelerator=cuda, or name a libtorch folder in Estimation__LibTorchPath.");
        _device = torch.device(device == "cuda" ? "cuda:0" : device);
        var dtype = (precision ?? (device == "cpu" ? "float32" : "bfloat16")) == "float32" ? ScalarType.Float32 : ScalarType.BFloat16;
        var config = new ModelConfig("llama", 4096, 14336, layers, 32, 8, 128, vocabulary, 131072, 1e-5, 500_000, new Llama3Scaling(8, 1, 4, 8192), false, false, null, [], null);
        _decoder = Decoder.Initialise(config, 1, _device, dtype);
        _matrices = AdapterMatrices.FromSeed(config, 1, Rank, _device);
        _rows = new GradientRows(new ModelSession(_decoder), _matrices, Alpha);

        var random = new Random(1);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
        void Add(string name, int count, int shared, int own)
        {
            var prefix = Ids(shared);
            for (var i = 0; i < count; i++) _prompts[$"{name} {i}"] = [.. prefix, .. Ids(own)];
        }
        Add("label", Labels + Repeats, LabelPrefix, LabelOwn);
        Add("first label", 1, LabelPrefix, LabelOwn);
        Add("pool", Pool, PoolPrefix, PoolOwn);
        Add("first pool", Pool / 10, PoolPrefix, PoolOwn);
        for (var i = 0; i < Answers; i++) _answers[$"{i}"] = Ids(AnswerTokens);
    }

    public void Run()
    {
        var memory = _device.type == DeviceType.CPU ? new PeakMemory() : null;
        Console.WriteLine($"{NvidiaSmi("name") ?? $"cpu, {get_num_threads()} threads"}; {_decoder.Dtype}, {_decoder.Config.Layers} layers, vocabulary {_decoder.Config.VocabularySize:N0}, {_decoder.Parameters.Count / 1e9:N2} billion parameters");
        Label();
        Ranking();
        if (memory is not null) Print("peak memory beyond the model, MB", memory.Megabytes);
        // libtorch keeps what it took from the device, so what it holds at the end is the most it ever held
        else Console.WriteLine($"{"memory of the device at the end, model included",-75} {NvidiaSmi("memory.used") ?? "unknown: there is no nvidia-smi",12}");
    }

    private void Label()
    {
        Example[] examples = [.. Enumerable.Range(0, Labels + Repeats).Select(i => new Example($"label {i}", $"{i % Answers}"))];
        // No more memory for rows than a user has by default.
        var store = new RowStore(new EngineOptions().RowMemoryBytes);
        using var slab = DeviceRows.For(_rows, store);
        Console.WriteLine(slab is null ? "rows in the host's memory" : "rows on the device");
        var observer = new Observer(new ModelSession(_decoder), this, slab is null ? new HostRows(_rows, store) : slab, "", _halving);
        // The first pass of a process also loads kernels.
        observer.Observe(null, [new Example("first label 0", "0")]);
        Print($"{Labels} labels of {LabelPrefix + LabelOwn + AnswerTokens} tokens ({LabelPrefix} shared) to their cosines, s", Timed(() => observer.Cosines(null, examples[..Labels])).Seconds);

        var calibration = CalibrationFile.LoadBeside(Path.Combine(AppContext.BaseDirectory, ModelFolder.Bundled));
        // A portal that has run for a while has compiled the arithmetic for good.
        const int warm = 40;
        for (var i = 0; i < warm; i++) Forecast(examples[..Labels], observer.Cosines(null, examples[..Labels]).Cosines, [], calibration);
        Thread.Sleep(TimeSpan.FromSeconds(1));
        var times = Enumerable.Range(Labels, Repeats).Select(last =>
        {
            Example[] grown = [.. examples[..(Labels - 1)], examples[last]];
            var (observed, row) = Timed(() => observer.Observe(null, grown));
            var (cosines, products) = Timed(() => observer.Cosines(null, grown).Cosines);
            var (_, forecast) = Timed(() => Forecast(grown, cosines, [.. observed.Select(o => o.Loss)], calibration));
            return (Row: row, Products: products, Forecast: forecast);
        }).ToArray();
        double Median(Func<(double Row, double Products, double Forecast), double> of) => 1000 * times.Select(of).Order().ElementAt(Repeats / 2);
        Print($"one more label ({Labels - 1} to {Labels}) to its forecast, ms, median of {Repeats}", Median(t => t.Row + t.Products + t.Forecast));
        Print("  of it its row and its products with the other rows", Median(t => t.Row));
        var alone = examples[^1];
        var sequence = TokenSequence.Answer(_prompts[alone.Text], _answers[alone.Answer], Masked);
        Print("    the pass forth and back alone", 1000 * Enumerable.Range(0, Repeats).Select(_ => Timed(() => _rows.Run([sequence], new NoSink(), default)).Seconds).Order().ElementAt(Repeats / 2));
        Print("  of it the cosines from the products", Median(t => t.Products));
        Print("  of it the forecast", Median(t => t.Forecast));
    }

    private static Estimate Forecast(Example[] examples, IReadOnlyList<IReadOnlyList<double>> cosines, IReadOnlyList<double?> losses, Calibration? calibration) =>
        Forecaster.Forecast(new ForecastRequest(null, examples, new Target(.9), 5000), cosines, losses, [], [.. examples.Select(e => e.Answer)], Yardstick.Of(calibration));

    private sealed class NoSink : IRowSink
    {
        public void Write(int layer, IReadOnlyList<Tensor> blocks)
        {
        }
    }

    private void Ranking()
    {
        string[] Texts(string name, int count) => [.. Enumerable.Range(0, count).Select(i => $"{name} {i}")];
        using var ranking = new PoolRanking(new ModelSession(_decoder), this, _halving);
        ranking.Run(null, Texts("first pool", Pool / 10));
        var (ranked, seconds) = Timed(() => ranking.Run(null, Texts("pool", Pool)));
        Print($"ranking {Pool} prompts of {PoolOwn} tokens behind {PoolPrefix}, {ranked.Average(r => r.Tokens.Count):0} new tokens each, items/s", Pool / seconds);
    }

    private static (T Result, double Seconds) Timed<T>(Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        var result = work();
        return (result, clock.Elapsed.TotalSeconds);
    }

    private static void Print(string name, double value) => Console.WriteLine($"{name,-75} {value,12:G4}");

    // TorchSharp tells neither a device's name nor its memory.
    private string? NvidiaSmi(string field)
    {
        if (_device.type == DeviceType.CPU) return null;
        try
        {
            using var smi = Process.Start(new ProcessStartInfo("nvidia-smi", [$"--query-gpu={field}", "--format=csv,noheader", "-i", Math.Max(0, _device.index).ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
            return smi.StandardOutput.ReadToEnd().Trim();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public int[] Prompt(TaskPrompt? task, string text) => _prompts[text];

    public int[] Answer(string answer) => _answers[answer];

    public string Decode(IReadOnlyList<int> ids) => "";

    public IReadOnlySet<int> Masked { get; } = new HashSet<int>();

    /// <summary>None: every prompt gets as many new tokens as there can be.</summary>
    public IReadOnlySet<int> Eos { get; } = new HashSet<int>();

    public void Dispose()
    {
        _rows.Dispose();
        _matrices.Dispose();
        _decoder.Dispose();
    }
}
