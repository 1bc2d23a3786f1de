using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Engine.Tests.FineTuning.Checks;

/// <summary>A generated task on the bundled model, whose curve is known by running it to its end without checks.</summary>
public sealed class PlantedWorldTests : IDisposable
{
    private const int Low = 32;
    private CheckWorld _world = null!;

    private void Plant(string task) => _world = new(task, bundled: true);

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
        Plant("topic");
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
        // one that the model's calibration has never seen
        Plant("exam-5");
        const double share = .9;
        var ceiling = _world.Task.Ceiling;
        List<MeasuredPoint> checks = [];
        // the product's own: probe of all labels, checks, rule B, whose checks cost three labels each
        Estimate Forecast(CheckRequest labels) => _world.Estimator.Forecast(new(_world.Task.Prompt, [], new(share, null, ceiling),
            LabelAxis.MaxExamples, checks, Labels: labels.Labels.Count, CheckPrice: 3, Labelled: [.. labels.Labels.Select(l =>
                new LabelledExample(l.Example, l.Random ? LabelOrigin.Random : LabelOrigin.Active))]));
        Estimate After(CheckRequest request)
        {
            checks.Add(CheckPoints.Measured(Check(request), ceiling));
            return Forecast(request);
        }

        // labels move the forecast before anything is measured
        var early = Forecast(_world.Cross(Low, Probe.Fewest));
        Assert.Equal(AreaSignal.Probe, early.Signals!.Used);
        // checks by themselves, as labels come in
        var estimate = early;
        for (var random = 32; random <= 200 && estimate.Stop.Advice != Advice.Stop; random = CheckPoints.NextAt(random))
            estimate = After(_world.Cross(Low, random));
        // then where rule B plans them, on a test set; one label of eight goes to the looks
        for (var planned = 0; planned < 5 && estimate.Stop.Advice != Advice.Stop; planned++)
            estimate = After(_world.SetAside(estimate.Stop.At!.Value * 8 / 7 + 1, 200));
        Assert.True(estimate.Stop.Advice == Advice.Stop, string.Join("; ", checks));

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
