// The one door of the engine: composes the loaded model, ranking, gradients and the forecast's arithmetic. Synchronous; one thread at a
// time.
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.FineTuning.Checks;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Models.Native;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine;

/// <summary>One loaded model on one device.</summary>
public sealed class Estimator : IEstimator
{
    private readonly AdapterMatrices _matrices;
    private readonly GradientRows _rows;
    private readonly PoolRanking _ranking;
    private readonly Observer _observer;
    private readonly PromptStates _states;
    private readonly Yardstick _yardstick;
    private readonly DeviceRows? _slab;
    private readonly Adapter? _tuned;
    private bool _isRanking;

    public ModelInfo Model { get; }

    public Calibration? Calibration { get; }

    public PublishedFit? Published { get; }

    /// <summary>The model behind the door.</summary>
    internal ModelSession Session { get; }

    /// <summary>The prompt builder that everything about this model goes through.</summary>
    public IPrompts Prompts { get; }

    /// <summary>Seed of the A matrices; null where they come from a file.</summary>
    public long? AdapterSeed { get; }

    /// <summary>Loads a Hugging Face folder with its own tokenizer and chat template; see the other overload.</summary>
    public static Estimator Load(string folder, EngineOptions? options = null)
    {
        RequireFolder(folder);
        return Load(folder, PromptBuilder.Load(folder, options?.Warn), options);
    }

    /// <summary>Loads what a check has kept: a folder of its own, or the model that its adapter belongs to, answering through it.</summary>
    /// <param name="modelOf">The folder of a model by its name.</param>
    public static Estimator LoadKept(string folder, Func<string, string> modelOf, EngineOptions options) =>
        Adapter.BaseOf(folder) is { } name ? Load(modelOf(name), options with { Tuned = folder }) : Load(folder, options);

    /// <summary>Loads a Hugging Face folder, and its calibration where that belongs to the same weights and adapter.</summary>
    /// <param name="prompts">The folder's prompt builder.</param>
    /// <exception cref="ModelException">A file of the model is missing, damaged or not supported; the message names file, tensor, expected
    /// and found.</exception>
    public static Estimator Load(string folder, IPrompts prompts, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        options.Check();
        RequireFolder(folder);
        NativeStartup.Ensure(options.LibTorchPath);
        var config = ModelConfig.Load(folder);
        return new Estimator(folder, config, prompts, options);
    }

    private Estimator(string folder, ModelConfig config, IPrompts prompts, EngineOptions options)
    {
        if (options.Threads is { } threads) set_num_threads(threads);
        var (device, dtype) = Placement.Of(options.Device, options.Precision, options.SlowPrecision);
        var weights = WeightFiles.Sha256(folder);
        if (options.Tuned is { } tuned)
            weights = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{weights} {Adapter.Sha256(tuned)}")));
        var (measured, calibrationProblem) = CalibrationFile.For(folder, weights, options.CalibrationFolder);

        Prompts = prompts;
        Session = ModelSession.Load(folder, device, dtype);
        try
        {
            if (options.Tuned is not null) Session.Lend(_tuned = Adapter.Read(options.Tuned, config, device), weights);
            AdapterSeed = options.AdapterMatricesFile is null ? options.AdapterSeed ?? measured?.Recipe.AdapterSeed ?? 1 : null;
            _matrices = options.AdapterMatricesFile is { } file ? AdapterMatrices.Load(file, config, device)
                : AdapterMatrices.FromSeed(config, AdapterSeed!.Value, options.AdapterRank ?? measured?.Recipe.AdapterRank ?? 64, device);
            var alpha = options.AdapterAlpha ?? measured?.Recipe.AdapterAlpha ?? 32;
            // CoS-Low under other A matrices is another quantity (method section 4): the calibration does not speak of it.
            if (measured is not null && (AdapterSeed != measured.Recipe.AdapterSeed || _matrices.Rank != measured.Recipe.AdapterRank))
                measured = null;
            Calibration = measured;
            if (PublishedFit.SpeaksOf(AdapterSeed, _matrices.Rank))
                Published = PublishedModel.Find(folder, config, prompts, options.PublishedModels);
            var adapter = options.AdapterMatricesFile is { } path ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))
                : $"{AdapterSeed}";
            var configHash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "config.json"))));
            var name = new DirectoryInfo(folder).Name;
            var precision = dtype == ScalarType.Float32 ? "float32" : "bfloat16";
            var where = $"{name} on {device}";
            var halving = new Halving(where, options.Warn);
            _rows = new GradientRows(Session, _matrices, alpha, where);
            var settings = new RowSettings(weights, configHash, adapter, _matrices.Rank, alpha, $"{dtype}",
                $"{RandomProjection.Name}, {SignedFolding.Name}");
            var files = options.RowFolder is { } root ? new RowFolder(root, settings, options.RowFolderBytes, options.Warn) : null;
            var store = new RowStore(options.RowMemoryBytes, files);
            _slab = DeviceRows.For(_rows, store);
            IRowDatastore rows = _slab is null ? new HostRows(_rows, store) : _slab;
            _observer = new Observer(Session, prompts, rows, settings.Identity, halving);
            _ranking = new PoolRanking(Session, prompts, halving);
            var states = options.RowFolder is { } kept ? Path.Combine(kept, settings.Folder, "states") : null;
            _states = new PromptStates(Session, prompts, states is null ? null : new StateFile(states, config.HiddenSize));
            _rows.StateSeen = _states.Add;
            _yardstick = Yardstick.Of(Calibration, Published);
            Model = new ModelInfo(name, Path.GetFullPath(folder), config.ModelType, Session.Decoder.Parameters.Count, config.ContextLength,
                config.VocabularySize, weights, device.ToString(), precision, calibrationProblem);
        }
        catch
        {
            _matrices?.Dispose();
            _states?.Dispose();
            _tuned?.Dispose();
            Session.Dispose();
            throw;
        }
    }

    public IReadOnlyList<RankedText> Rank(TaskPrompt? task, IReadOnlyList<string> texts, IProgress<int>? done = null,
        Action? giveWay = null, CancellationToken cancel = default)
    {
        RequireNoRanking();
        using var scope = NewDisposeScope();
        _isRanking = true;
        try
        {
            return _ranking.Run(task, texts, done, new GiveWay(giveWay, cancel));
        }
        finally
        {
            _isRanking = false;
        }
    }

    private void RequireNoRanking()
    {
        if (_isRanking)
            throw new InvalidOperationException("A ranking waits on this model, giving way: it can neither rank something else nor leave.");
    }

    public Observation Observe(TaskPrompt? task, Example example, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        return _observer.Observe(task, [example], cancel)[0];
    }

    public Estimate Forecast(ForecastRequest request, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        // Only the first with a gradient count: the rows of the others may not crowd theirs out. A gradient of zero shows when it is
        // computed; then one more is needed. Who only lacks memory keeps the place.
        var counting = request.Examples.Take(CosLow.Size).ToList();
        var (observed, places, cosines, error) = _observer.Cosines(request.Task, counting, cancel);
        while (observed.Count(o => o.LeftOut is null || o.Passing) is var found and < CosLow.Size
            && counting.Count < request.Examples.Count)
        {
            counting = [.. request.Examples.Take(counting.Count + CosLow.Size - found)];
            (observed, places, cosines, error) = _observer.Cosines(request.Task, counting, cancel);
        }
        // What is said of those that count is what their cosines were made of: memory may be another a moment later.
        if (counting.Count < request.Examples.Count)
            observed = [.. observed, .. _observer.Observe(request.Task, request.Examples, cancel).Skip(counting.Count)];
        LeftOut[] leftOut = [.. observed.Index().Where(o => o.Item.LeftOut is not null)
            .Select(o => new LeftOut(o.Index, o.Item.LeftOut!, o.Item.Passing))];
        var estimate = Forecaster.Forecast(request, cosines, [.. observed.Select(o => o.Loss)], leftOut,
            [.. places.Select(i => request.Examples[i].Answer)], _yardstick, ReadingOf(request, cancel));
        return estimate with { CosLow = estimate.CosLow with { CosineError = error } };
    }

    public ICheckRun BeginCheck(CheckRequest request)
    {
        using var scope = NewDisposeScope();
        return new CheckRun(Session, Prompts, Plan(request));
    }

    public CheckCost MeasureCheck(CheckRequest request, Action? giveWay = null, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        return CheckNeeds.Measure(Session, Prompts, Plan(request), giveWay, cancel);
    }

    internal bool HasAdapterOf(long seed, int rank) => AdapterSeed == seed && _matrices.Rank == rank;

    private CheckPlan Plan(CheckRequest request) => new(request, Prompts, Session.Decoder.Config, Model, Calibration);

    // Of labels that were there before the model was opened, so many are read forward before the forecast: it must not keep others
    // waiting.
    private const int MostStates = 64;

    private ProbeReading? ReadingOf(ForecastRequest request, CancellationToken cancel) =>
        request.Labelled is { Count: > 0 } labels ? ProbeOf(request.Task, labels, MostStates, cancel) : null;

    /// <summary>The probe of a task's labels.</summary>
    /// <param name="most">Hidden states that are read forward at most; of the others it tells how many wait.</param>
    internal ProbeReading ProbeOf(TaskPrompt? task, IReadOnlyList<LabelledExample> labels, int most = int.MaxValue,
        CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        return LabelProbe.Of(labels, task?.Answers?.Count, texts => _states.Of(task, texts, most, new GiveWay(null, cancel)));
    }

    private static void RequireFolder(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ModelException(ModelFault.Missing, $"{folder} is no folder: name a Hugging Face folder with config.json, "
                + "tokenizer.json and *.safetensors.");
    }

    public void Dispose()
    {
        RequireNoRanking();
        _ranking.Dispose();
        _states.Dispose();
        _slab?.Dispose();
        _rows.Dispose();
        _matrices.Dispose();
        _tuned?.Dispose();
        Session.Dispose();
    }
}
