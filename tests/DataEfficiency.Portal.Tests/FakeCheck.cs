using System.Collections.Concurrent;
using System.Globalization;
using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Tests;

/// <summary>Checks without a model: so many steps, a score that is asked for, a checkpoint that holds the number of the step.</summary>
public sealed class FakeCheck
{
    public int Steps { get; set; } = 10;

    /// <summary>What measuring says that it takes.</summary>
    public double Seconds { get; set; } = 10;

    /// <summary>What it takes then; null: as measured.</summary>
    public double? Took { get; set; }

    /// <summary>Every so many-th prediction of the trained model is wrong.</summary>
    public int WrongEvery { get; set; } = 5;

    /// <summary>Every so many-th of the untrained one is right.</summary>
    public int ZeroShotEvery { get; set; } = 2;

    public Exception? Refusal { get; set; }

    /// <summary>All that were begun, with the step they went on from.</summary>
    public ConcurrentQueue<(CheckRequest Request, int From)> Begun { get; } = [];

    public CheckCost Measure() => Refusal is { } refusal ? throw refusal : new(Seconds / Steps, 1, Seconds, 1 << 20, 1 << 20);

    internal ICheckRun Begin(CheckRequest request, Action<string, CancellationToken> enter)
    {
        var run = new Run(this, request, enter);
        Begun.Enqueue((request, run.Progress.Step));
        return run;
    }

    private sealed class Run(FakeCheck check, CheckRequest request, Action<string, CancellationToken> enter) : ICheckRun
    {
        private readonly string _file = Path.Combine(request.Folder, "step");
        private int _step = Read(Path.Combine(request.Folder, "step"));

        private static int Read(string file) => File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0;

        public CheckProgress Progress => new(HasEnded ? CheckPhase.Ended : CheckPhase.Training, _step, check.Steps, 1.0 / (1 + _step), null,
            (double)_step / check.Steps);

        public bool HasEnded => _step >= check.Steps;

        public CheckResult Result
        {
            get
            {
                var scored = request.Kind == CheckKind.SetAside ? request.Test : [.. request.Labels.Where(l => l.Random)];
                CheckPrediction[] predictions = [.. scored.Select((e, i) => new CheckPrediction(e.Id,
                    i % check.WrongEvery == 0 ? "wrong" : e.Example.Answer, i % check.WrongEvery != 0, "yes",
                    i % check.ZeroShotEvery == 0, request.Task.Answers is { } answers ? [.. answers.Select((_, a) => a == 0 ? 1.0 : 0)]
                        : null))];
                var kept = Directory.CreateDirectory(Path.Combine(request.Folder, "kept")).FullName;
                File.WriteAllText(Path.Combine(kept, "README.md"), request.About);
                return new(request.Size ?? request.Labels.Count, predictions.Average(p => p.Right ? 1.0 : 0), .9, predictions.Length,
                    predictions.Average(p => p.ZeroShotRight ? 1.0 : 0), 1e-3, check.Steps, check.Took ?? check.Seconds, predictions, kept);
            }
        }

        public bool Step(Action? giveWay = null, CancellationToken cancel = default)
        {
            enter("check step", cancel);
            giveWay?.Invoke();
            _step++;
            return !HasEnded;
        }

        public void Save() => File.WriteAllText(_file, _step.ToString(CultureInfo.InvariantCulture));

        public void Dispose()
        {
        }
    }
}
