using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Tests.FineTuning.Checks;

/// <summary>A generated task on the bundled model, whose curve is known by running it to its end without checks.</summary>
public sealed class PlantedWorldTests : IDisposable
{
    private const int Low = 32;
    private readonly CheckWorld _world = new("topic", bundled: true);

    public void Dispose() => _world.Dispose();

    private CheckResult Check(CheckRequest request) => _world.Run(request with { Folder = Path.Combine(_world.Folder, "check") },
        RecipeTable.MaxSteps);

    // Trained on the first labels of the task, tested on texts of its own.
    private (int Examples, double Score) Truth(int labels)
    {
        var plan = _world.Plan(_world.SetAside(labels, 1), RecipeTable.MaxSteps);
        using var run = new TrainingRun(_world.Estimator.Session, plan.Recipe(plan.Rates[0]), plan.Sequences(plan.Folds[0].Train),
            plan.Sequences(plan.Folds[0].Validation));
        run.Run();
        return (plan.Folds[0].Train.Count, new Evaluation(run.Model, _world.Estimator.Prompts).ExactMatch(_world.Task.Prompt,
            _world.Task.Generate(TaskSplit.Test, 300, seed: 2)));
    }

    [Fact]
    public void CrossValidatedCheck_AtAHundredRandomLabels_ComesNearTheTruth()
    {
        var result = Check(_world.Cross(Low, 100));
        var (examples, score) = Truth(107);
        Assert.Equal((examples, 25), (result.Examples, result.Tested));
        var point = CheckPoints.Of(result, _world.Task.Ceiling);
        var truth = (score - result.ZeroShot) / (_world.Task.Ceiling - result.ZeroShot);
        Assert.InRange(truth, .3, .95);
        Assert.True(Math.Abs(point.Y - truth) <= 2.5 * point.StandardError, $"{point} {truth}");
    }

    [Fact]
    public void LabelCheckPlanAndStop_InAKnownWorld_StopsNotBeforeTheNeedAndNotPastThreeTimesIt()
    {
        const double share = .9;
        var ceiling = _world.Task.Ceiling;
        var (step, confidence) = CheckPoints.Steps(price: 3);
        List<Check> checks = [];
        bool Stops(CheckResult result)
        {
            checks.Add(CheckPoints.Of(result, ceiling));
            return checks[^1].Y >= share && Forecast().Posterior.PTargetMet >= confidence;
        }
        PosteriorForecast Forecast() => PosteriorForecast.Of(share, null, checks);

        // by themselves, as labels come in
        var stopped = false;
        for (var random = 32; random <= 200 && !stopped; random = CheckPoints.NextAt(random))
            stopped = Stops(Check(_world.Cross(Low, random)));
        // then where rule B plans them, on a test set; one label of eight goes to the looks
        for (var planned = 0; planned < 5 && !stopped; planned++)
        {
            var next = Forecast().Weights.NextCheck(checks[^1].Examples, step);
            stopped = Stops(Check(_world.SetAside(next * 8 / 7 + 1, 200)));
        }
        Assert.True(stopped, string.Join("; ", checks));

        List<(int Examples, double Score)> curve = [Truth(107)];
        while (curve[^1].Score < share * ceiling && curve.Count < 5) curve.Add(Truth(curve[^1].Examples * 16 / 7));
        var need = Need(curve, share * ceiling);
        Assert.InRange(checks[^1].Examples, need, 3 * need);
    }

    // Where the curve that never falls, straight in log n, meets the score.
    private static double Need(List<(int Examples, double Score)> curve, double score)
    {
        var reached = curve.FindIndex(p => p.Score >= score);
        Assert.True(reached > 0, $"the planted need lies outside: {string.Join("; ", curve)}");
        var (before, at) = (curve[reached - 1], curve[reached]);
        return before.Examples * Math.Pow((double)at.Examples / before.Examples, (score - before.Score) / (at.Score - before.Score));
    }
}
