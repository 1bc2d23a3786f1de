using DataEfficiency.Engine.FineTuning.Checks;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Tests.FineTuning.Checks;

/// <summary>A model with a generated task whose labels are there, and a folder for checks.</summary>
internal sealed class CheckWorld : IDisposable
{
    private readonly TinyModel? _model;

    /// <param name="bundled">The bundled model; else random weights, which learn something by heart.</param>
    public CheckWorld(string task, bool bundled = false)
    {
        Task = ReferenceTaskList.Find(task);
        if (!bundled) _model = new TinyModel();
        Model = _model?.Folder ?? Path.Combine(AppContext.BaseDirectory, "BundledModel");
        Estimator = Open();
    }

    public ReferenceTask Task { get; }

    public string Model { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("check-").FullName;

    public Estimator Estimator { get; private set; }

    public Estimator Open(string? folder = null) => Estimator.Load(folder ?? Model, new EngineOptions { Device = "cpu", Threads = 1 });

    /// <summary>As another process would find it.</summary>
    public void Reopen()
    {
        Estimator.Dispose();
        Estimator = Open();
    }

    public CheckRequest Cross(int low, int random, double? rate = 3e-3, CheckTraining training = CheckTraining.Auto) =>
        new(Task.Prompt, CheckKind.CrossValidated, [.. Task.Generate(TaskSplit.Train, low + random, 1).Select((e, i) =>
            new CheckExample(i, e, i >= low))], [], null, rate, training, 1, Folder);

    public CheckRequest SetAside(int labels, int test, int? size = null, double? rate = 3e-3,
        CheckTraining training = CheckTraining.Auto) =>
        Cross(0, labels, rate, training) with
        {
            Kind = CheckKind.SetAside, Size = size,
            Test = [.. Task.Generate(TaskSplit.Test, test, 1).Select((e, i) => new CheckExample(10_000 + i, e, true))],
        };

    /// <summary>With so few steps that nothing is learnt but all of it is done.</summary>
    public ICheckRun Begin(CheckRequest request, int steps = 22) => new CheckRun(Estimator.Session, Estimator.Prompts,
        Plan(request, steps));

    /// <summary>To the end, on this estimator.</summary>
    public CheckResult Run(CheckRequest request, int steps = 22)
    {
        using var run = Begin(request, steps);
        while (run.Step())
        {
        }
        return run.Result;
    }

    public CheckPlan Plan(CheckRequest request, int steps = 22) =>
        new(request, Estimator.Prompts, Estimator.Session.Decoder.Config, Estimator.Model, Estimator.Calibration) { MaxSteps = steps };

    /// <summary>A result without its time and place.</summary>
    public static string Numbers(CheckResult r) =>
        $"{r.Examples} {r.Score:R} {r.LabelRanking:R} {r.Tested} {r.ZeroShot:R} {r.Rate} {r.Steps} "
        + string.Join(";", r.Predictions.Select(p =>
            $"{p with { Shares = null }} {string.Join(' ', (p.Shares ?? []).Select(s => $"{s:R}"))}"));

    public void Dispose()
    {
        Estimator.Dispose();
        _model?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
