using DataEfficiency.Engine;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Cli.Evaluating;

/// <summary>What the forecast said at a number of labels.</summary>
/// <param name="Checks">How many checks had been made by then.</param>
/// <param name="From">The signal its area comes from; null: the mean of the reference tasks, or the curves alone.</param>
internal sealed record Forecasted(int Labels, int Checks, AreaSignal? From, double Area, double? Median, double? Low80, double? High80,
    double PReach);

/// <param name="Area">Of its whole curve.</param>
/// <param name="Need">Labels at which that meets the target; null: it does not.</param>
/// <param name="Truthful">The forecasts where every answer is the task's.</param>
/// <param name="AtRandom">Those where each answer is that of some text drawn at random.</param>
internal sealed record OutsideTask(string Name, double Area, double? Need, double MeanError, IReadOnlyList<Forecasted> Truthful,
    IReadOnlyList<Forecasted> AtRandom);

/// <summary>
/// Tasks that no fit of the model has seen, labelled from the first answer on as a project labels them, with real checks where they are
/// due; what the forecast says on the way, beside the curve that was run to its end.
/// </summary>
/// <param name="share">Target, as a share of the way.</param>
/// <param name="steps">Numbers of labels at which the forecast is taken, ascending.</param>
internal sealed class OutsideEvaluation(Estimator estimator, double share, IReadOnlyList<int> steps, Action<string> note)
{
    private const int PoolSize = 1000;
    private const long Seed = 1;

    /// <param name="truth">The task with its whole curve.</param>
    public OutsideTask Of(CalibrationTask truth, CancellationToken cancel)
    {
        var task = ReferenceTaskList.Find(truth.Name);
        var curve = KnownCurve.Of(truth);
        var pool = new TaskPool(estimator, task, PoolSize, Seed, cancel);
        var labels = pool.Labels(draw: 1, random: steps[^1], cancel).All;
        var random = new SplitMix64(SignalsEvaluation.TaskSeed(task.Name, labels: 0, draw: 1));
        LabelledExample[] answered = [.. labels.Select(l => l with
        {
            Example = l.Example with { Answer = pool.Examples[random.NextIndex(pool.Examples.Count)].Answer },
        })];
        var mean = (estimator.Calibration is { } own ? Yardstick.Of(own).Fit?.Mean : null)
            ?? PosteriorForecast.Of(share, null, []).Posterior.AucHat;
        return new(truth.Name, curve.Area, curve.Need(share), Math.Abs(mean - curve.Area),
            [.. Forecasts(task, labels, cancel)], [.. Forecasts(task, answered, cancel)]);
    }

    private IEnumerable<Forecasted> Forecasts(ReferenceTask task, IReadOnlyList<LabelledExample> labels, CancellationToken cancel)
    {
        var first = labels.TakeWhile(l => l.Origin == LabelOrigin.LeastConfident).Count();
        List<MeasuredPoint> measured = [];
        var (taken, random) = (0, 0);
        for (var n = 0; n <= Math.Min(steps[^1], labels.Count); n++)
        {
            if (n > 0 && labels[n - 1].Origin == LabelOrigin.Random) random++;
            if (CheckPoints.DueAt(random) is { } due && due > taken)
            {
                taken = due;
                if (Check(task, [.. labels.Take(n)], cancel) is { } point) measured.Add(point);
            }
            if (!steps.Contains(n)) continue;
            var request = new ForecastRequest(task.Prompt, [.. labels.Take(Math.Min(n, first)).Select(l => l.Example)],
                new Target(share, null, task.Ceiling), LabelAxis.MaxExamples, measured, Labels: n, Labelled: [.. labels.Take(n)]);
            var e = estimator.Forecast(request, cancel);
            var told = new Forecasted(n, measured.Count, e.Signals?.Used, e.Posterior.AucHat, e.Posterior.Median, e.Posterior.Low80,
                e.Posterior.High80, e.Posterior.PReach);
            note($"{task.Name} {n}: area {told.Area:0.000}, P(reach) {told.PReach:0.00}, {told.Checks} checks");
            yield return told;
        }
    }

    private MeasuredPoint? Check(ReferenceTask task, IReadOnlyList<LabelledExample> labels, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("check-").FullName;
        try
        {
            using var run = estimator.BeginCheck(new(task.Prompt, CheckKind.CrossValidated,
                [.. labels.Select((l, i) => new CheckExample(i, l.Example, l.Origin == LabelOrigin.Random))], [], null, null,
                CheckTraining.Auto, Seed, folder));
            while (run.Step(cancel: cancel))
            {
            }
            var result = run.Result;
            return CheckPoints.HasGap(result.ZeroShot, task.Ceiling) ? CheckPoints.Measured(result, task.Ceiling) : null;
        }
        catch (CheckRefusedException refused)
        {
            note($"{task.Name}: {refused.Message}");
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
