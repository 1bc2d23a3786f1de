// A task whose whole data-efficiency curve is known: what a project may have measured of it, and what was true (decision section 2).
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Cli.Evaluating;

/// <summary>How sharply a run is measured.</summary>
/// <param name="TestSize">Examples of the test set; null: exact, or cross-validated.</param>
internal sealed record Noise(string Name, int? TestSize = null, bool CrossValidated = false)
{
    public static IReadOnlyList<Noise> All { get; } = [new("exact"), new("250", 250), new("1000", 1000), new("cv", CrossValidated: true)];
}

/// <param name="Examples">Training examples of the run.</param>
/// <param name="Y">Share of the way of this run itself, as measured.</param>
internal readonly record struct Run(int Examples, double Y, double StandardError)
{
    public Check Check => new(Examples, Y, StandardError);
}

internal sealed class KnownCurve(MeasuredTask measured)
{
    // Labels that a project has, training examples of the run it checks itself with, examples that it scores: 2 folds of 32, else 3/4 and
    // 1/4.
    private static readonly (int Labels, int Trained, int Scored)[] CrossValidated =
        [(32, 16, 32), .. new[] { 50, 100, 200, 400, 800 }.Select(n => (n, n - n / 4, n / 4))];

    private readonly double[] _x = [.. measured.Curve.Points.Select(p => LabelAxis.X(p.Examples))];
    private readonly double[] _y = [.. measured.Curve.Points.Select(p => p.Y)];
    private readonly double _zeroShot = measured.Curve.Points[0].Score!.Value;

    /// <summary>That of a calibration's task.</summary>
    public static KnownCurve Of(CalibrationTask task) => new(new("", "", task.Name, TaskCurve.Of(task), new Dictionary<int, double>()));

    public string Model => measured.Model;

    public string Task => measured.Task;

    /// <summary>The true area.</summary>
    public double Area => measured.Curve.Auc;

    public double Gap => measured.Curve.Ceiling - _zeroShot;

    /// <summary>True share of the way: linear in log n between the measured sizes.</summary>
    public double Y(double examples)
    {
        var x = LabelAxis.X(examples);
        var after = Array.FindIndex(_x, v => v >= x - 1e-12);
        if (after < 0) return _y[^1];
        if (after == 0) return _y[0];
        return _y[after - 1] + (x - _x[after - 1]) / (_x[after] - _x[after - 1]) * (_y[after] - _y[after - 1]);
    }

    /// <summary>n*: the first number of examples at which the curve reaches the share; null where it does not by 5,000.</summary>
    public double? Need(double share)
    {
        var at = Array.FindIndex(_y, y => y >= share);
        if (at < 0) return null;
        if (at == 0) return 1;
        return LabelAxis.Examples(_x[at - 1] + (share - _y[at - 1]) / (_y[at] - _y[at - 1]) * (_x[at] - _x[at - 1]));
    }

    /// <summary>One run on so many examples, tested with noise.</summary>
    public Run Test(int examples, Noise noise, SplitMix64 random) => noise.TestSize is { } size ? Test(examples, size, random)
        : new(examples, Y(examples), 0);

    /// <summary>The runs that a project with so many labels has behind it. Below 50 labels files know few-shot scores only, which count as
    /// the one run there is and are forgotten once there are others.</summary>
    public IReadOnlyList<Run> Runs(int labels, Noise noise, SplitMix64 random)
    {
        if (noise.CrossValidated)
            return [.. CrossValidated.Where(s => s.Labels <= labels).Select(s => Test(s.Trained, s.Scored, random))];
        if (labels < 50)
        {
            if (!measured.FewShot.TryGetValue(labels, out var score)) return [];
            return [noise.TestSize is { } size ? Test(labels, size, random, score) : new(labels, (score - _zeroShot) / Gap, 0)];
        }
        return [.. LabelAxis.Budgets.Where(n => n > 0 && n <= labels).Select(n => Test(n, noise, random))];
    }

    private Run Test(int examples, int size, SplitMix64 random, double? score = null)
    {
        var chance = score ?? _zeroShot + Gap * Y(examples);
        var right = 0;
        for (var i = 0; i < size; i++)
            if (random.NextUnit24() < chance) right++;
        var (n, y, error) = CheckPoints.Of(examples, right, size, _zeroShot, measured.Curve.Ceiling);
        return new(n, y, error);
    }
}
