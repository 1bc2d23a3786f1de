using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Prompts;

namespace DataEfficiency.Portal.Tests;

/// <summary>
/// The engine's door without a model: confidences and cosines follow from hashes of the texts, the forecast's arithmetic is the real one.
/// It can be made to fail and to block.
/// </summary>
public sealed class FakeEstimator : IEstimator
{
    /// <summary>An example with this in its text has no gradient.</summary>
    public const string NoGradient = "no-gradient";

    /// <summary>An example with this in its text has no gradient while <see cref="LacksMemory"/>.</summary>
    public const string Large = "large";

    private readonly ManualResetEventSlim _open = new(true);

    public ModelInfo Model { get; set; } = new("fake", "/models/fake", "llama", 1_000_000, 2048, 2048, "f00d", "cpu", "float32");

    /// <summary>Ten reference tasks on a line; null: not calibrated.</summary>
    public Calibration? Calibration { get; set; } = Reference();

    public PublishedFit? Published { get; set; }

    /// <summary>Thrown by the next calls, while not null.</summary>
    public Exception? Failure { get; set; }

    public bool LacksMemory { get; set; }

    /// <summary>What ranking says of a text; it follows from the text alone.</summary>
    public Func<string, double> Confidence { get; set; } = Share;

    /// <summary>What the probe says of labels.</summary>
    public Func<IReadOnlyList<Engine.LabelledExample>, ProbeReading?> Probe { get; set; } = _ => null;

    /// <summary>The newest request for a forecast.</summary>
    public ForecastRequest? Request { get; private set; }

    /// <summary>The door closes before the call of this number, from 1.</summary>
    public int? BlockAt { get; set; }

    /// <summary>"rank 4", "observe", "forecast 8", in the order of the calls.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>Ends when a call arrives at the closed door.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    /// <summary>Calls wait from now on until <see cref="Unblock"/>.</summary>
    public void Block() => _open.Reset();

    public void Unblock() => _open.Set();

    public IReadOnlyList<RankedText> Rank(TaskPrompt? task, IReadOnlyList<string> texts, IProgress<int>? done = null,
        Action? giveWay = null,
        CancellationToken cancel = default)
    {
        Enter($"rank {texts.Count}", cancel);
        // between two layers
        giveWay?.Invoke();
        return [.. texts.Select((text, i) =>
            new RankedText(i, Confidence(text), 1 / Confidence(text), task?.Answers?[0] ?? "yes", [1, 2], false,
                text.Contains("too long", StringComparison.Ordinal) ? "the prompt is too long" : null))];
    }

    public Observation Observe(TaskPrompt? task, Example example, CancellationToken cancel = default)
    {
        Enter("observe", cancel);
        return LeftOut(example) is { } reason ? new(example.Text, null, null, reason, IsTooLarge(example))
            : new(example.Text, 1, 1, null);
    }

    public Estimate Forecast(ForecastRequest request, CancellationToken cancel = default)
    {
        Enter($"forecast {request.Examples.Count}", cancel);
        Request = request;
        var rows = request.Examples.Where(e => LeftOut(e) is null).ToArray();
        IReadOnlyList<IReadOnlyList<double>> cosines = [.. rows.Select((a, i) =>
            (IReadOnlyList<double>)[.. rows.Select((b, j) => i == j ? 1 : Share(a.Text) * Share(b.Text))])];
        return Forecaster.Forecast(request, cosines, [.. request.Examples.Select(e => LeftOut(e) is null ? 1 : (double?)null)],
            [.. request.Examples.Index().Where(e => LeftOut(e.Item) is not null)
                .Select(e => new LeftOut(e.Index, LeftOut(e.Item)!, IsTooLarge(e.Item)))],
                [.. rows.Select(r => r.Answer)], Yardstick.Of(Calibration, Published), Probe(request.Labelled ?? []));
    }

    /// <summary>Happens while a check is being measured.</summary>
    public Action? Measuring { get; set; }

    /// <summary>What checks do and say.</summary>
    public FakeCheck Check { get; } = new();

    public ICheckRun BeginCheck(CheckRequest request)
    {
        Enter("begin check", CancellationToken.None);
        return Check.Begin(request, Enter);
    }

    public CheckCost MeasureCheck(CheckRequest request, Action? giveWay = null, CancellationToken cancel = default)
    {
        Enter("measure check", cancel);
        Measuring?.Invoke();
        giveWay?.Invoke();
        Calls.Enqueue("measured");
        return Check.Measure();
    }

    public void Dispose()
    {
    }

    public static Calibration Reference()
    {
        CalibrationTask[] tasks = [.. Enumerable.Range(0, 10).Select(i =>
            new CalibrationTask($"task {i}", .05 * i, .02, 1, .3 + .027 * i + (i % 2 == 0 ? .03 : -.03), [], false, 1))];
        var fit = CalibrationFit.Of(tasks)!;
        return new(1, "fake", "f00d", "full", new(1, 64, 32, 1e-3, 32, 300, 20, 5, 200, 1000, [0, 50], []), tasks, fit.Coefficient,
            fit.Intercept, fit.LeaveOneOutError, fit.MeanBaselineError, 60);
    }

    /// <summary>A number in [.2, .9) that follows from the text alone.</summary>
    public static double Share(string text) =>
        .2 + .7 * (BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / (uint.MaxValue + 1.0));

    private string? LeftOut(Example example) => example.Text.Contains(NoGradient, StringComparison.Ordinal) ? "norm 0"
        : IsTooLarge(example) ? "no memory" : null;

    private bool IsTooLarge(Example example) => LacksMemory && example.Text.Contains(Large, StringComparison.Ordinal);

    internal void Enter(string call, CancellationToken cancel)
    {
        Calls.Enqueue(call);
        if (Calls.Count == BlockAt) Block();
        if (!_open.IsSet) Arrived.Release();
        _open.Wait(cancel);
        if (Failure is { } failure) throw failure;
    }
}

/// <summary>One fake for every model name but <see cref="Missing"/>.</summary>
public sealed class FakeEstimatorHost(FakeEstimator estimator) : IEstimatorHost
{
    public const string Missing = "missing";

    /// <summary>False: as if a held model left no room for any other.</summary>
    public bool HasRoom { get; set; } = true;

    private bool _held;

    /// <summary>Models that were given up, to be opened anew.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Forgotten { get; } = [];

    public void Forget(string model) => Forgotten.Enqueue(model);

    public bool HasRoomFor(string model) => HasRoom || !_held;

    public IDisposable Hold(string model)
    {
        _held = true;
        return new Holding(this);
    }

    private sealed class Holding(FakeEstimatorHost host) : IDisposable
    {
        public void Dispose() => host._held = false;
    }

    public IEstimator Open(string model) => model == Missing ? throw new ModelException($"Model \"{model}\" is not installed.") : estimator;

    public void Dispose()
    {
    }
}
