using System.Security.Cryptography;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.FineTuning.Checks;
using DataEfficiency.Prompts;
using TorchSharp;

namespace DataEfficiency.Engine.Tests.FineTuning.Checks;

public sealed class CheckRunTests : IDisposable
{
    private readonly CheckWorld _world = new("sentiment");

    public void Dispose() => _world.Dispose();

    private static string Weights(CheckResult result) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(
        Directory.GetFiles(result.KeptFolder!, "*.safetensors").Single())));

    [Fact]
    public void Run_CrossValidated_ScoresEveryRandomLabelOutOfItsFold()
    {
        var request = _world.Cross(low: 20, random: 32);
        var phases = new List<CheckPhase>();
        using var run = _world.Estimator.BeginCheck(request);
        var share = 0.0;
        do
        {
            if (phases.Count == 0 || phases[^1] != run.Progress.Phase) phases.Add(run.Progress.Phase);
            Assert.InRange(run.Progress.Share, share, 1);
            share = run.Progress.Share;
        }
        while (run.Step());
        CheckPhase[] fold = [CheckPhase.Training, CheckPhase.Testing];
        Assert.Equal([CheckPhase.ZeroShot, .. fold, .. fold, CheckPhase.Retraining], phases);
        Assert.Equal((CheckPhase.Ended, 1d), (run.Progress.Phase, run.Progress.Share));
        var result = run.Result;
        Assert.Equal(request.Labels.Where(l => l.Random).Select(l => l.Id), result.Predictions.Select(p => p.Id).Order());
        Assert.Equal((32, 28, 3e-3), (result.Tested, result.Examples, result.Rate)); // 20 + 16 - 8 looked at
        Assert.Equal(result.Predictions.Count(p => p.Right) / 32.0, result.Score, 1e-12);
        Assert.Equal(result.Predictions.Count(p => p.ZeroShotRight) / 32.0, result.ZeroShot, 1e-12);
        Assert.InRange(result.LabelRanking!.Value, .3, 1);
        // the largest share is that of the label that ranks first
        Assert.All(result.Predictions, p => Assert.Equal(1, p.Shares!.Sum(), 9));
        Assert.Equal(result.LabelRanking!.Value, result.Predictions.Average(p => request.Task.Answers![p.Shares!.Index().MaxBy(s => s.Item)
            .Index] == request.Labels.Single(l => l.Id == p.Id).Example.Answer ? 1.0 : 0), 1e-12);
        Assert.True(result.Score > result.ZeroShot + .2, $"{result.Score} {result.ZeroShot}");
        Assert.Equal(["check.json", "model"], Directory.GetFileSystemEntries(_world.Folder).Select(f => Path.GetFileName(f)!).Order());
    }

    // s0 is what the untrained model says by itself.
    [Fact]
    public void Run_ZeroShotAnswers_AreTheModelsOwn()
    {
        var request = _world.SetAside(40, test: 20);
        var result = _world.Run(request);
        var answers = _world.Estimator.Rank(request.Task, [.. request.Test.Select(e => e.Example.Text)]);
        Assert.Equal(answers.Select(a => a.Answer), result.Predictions.Select(p => p.ZeroShot));
        Assert.Equal((20, 32), (result.Tested, result.Examples));
    }

    [Theory, InlineData(nameof(CheckTraining.Full)), InlineData(nameof(CheckTraining.Lora))]
    public void Run_LeftAndTakenUpByAnother_GivesTheSameResultAndRepeatsNothing(string training)
    {
        var request = _world.Cross(20, 32, training: Enum.Parse<CheckTraining>(training));
        var wholePieces = 0;
        CheckResult whole;
        using (var run = _world.Begin(request))
        {
            while (run.Step()) wholePieces++;
            whole = run.Result;
        }
        var (expected, weights) = (CheckWorld.Numbers(whole), Weights(whole));
        request = request with { Folder = Path.Combine(_world.Folder, "other") };
        // left in the middle of every phase; what was done is not done again
        var pieces = 0;
        foreach (var stop in new[] { 1, 4, 11, 20, 16, 27 })
        {
            using (var run = _world.Begin(request))
            {
                for (var i = 0; i < stop && run.Step(); i++) pieces++;
                run.Save();
                Assert.False(run.HasEnded);
            }
            _world.Reopen();
        }
        using (var run = _world.Begin(request))
        {
            for (; run.Progress is not { Phase: CheckPhase.Retraining, Step: > 0 } && run.Step();) pieces++;
            run.Save();
        }
        _world.Reopen();
        using var last = _world.Begin(request);
        while (last.Step()) pieces++;
        Assert.InRange(pieces, wholePieces - 1, wholePieces);
        Assert.Equal(expected, CheckWorld.Numbers(last.Result));
        Assert.Equal(weights, Weights(last.Result));
        using var again = _world.Begin(request);
        Assert.True(again.HasEnded);
        Assert.False(again.Step());
        Assert.Equal(expected, CheckWorld.Numbers(again.Result));
    }

    [Fact]
    public void Run_OfAnotherRequestInTheFolder_BeginsAnewAndKeepsTheModelUntilItEnds()
    {
        var first = _world.Run(_world.SetAside(40, 10));
        using (var half = _world.Begin(_world.SetAside(48, 10)))
        {
            for (var i = 0; i < 20; i++) half.Step();
            half.Save();
            Assert.True(Directory.Exists(first.KeptFolder));
        }
        using var other = _world.Begin(_world.SetAside(64, 10));
        Assert.Equal((CheckPhase.ZeroShot, false), (other.Progress.Phase, other.HasEnded));
        Assert.Empty(Directory.GetDirectories(_world.Folder, "run-*"));
    }

    [Fact]
    public void Step_CancelledAnywhere_GoesOnToTheSameResult()
    {
        var request = _world.SetAside(40, 20);
        var expected = CheckWorld.Numbers(_world.Run(request));
        using var run = _world.Begin(request with { Folder = Path.Combine(_world.Folder, "other") });
        for (var (points, at, go) = (0, 1, true); go;)
        {
            using var stop = new CancellationTokenSource();
            try
            {
                go = run.Step(() =>
                {
                    if (++points != at) return;
                    stop.Cancel();
                    at += 1 + at / 3;
                }, stop.Token);
            }
            catch (OperationCanceledException)
            {
                run.Save();
            }
        }
        Assert.Equal(expected, CheckWorld.Numbers(run.Result));
    }

    // Labels come in meanwhile: they are observed and forecast on the same model, which is the untrained one for them.
    [Theory, InlineData(nameof(CheckTraining.Full)), InlineData(nameof(CheckTraining.Lora))]
    public void Step_GivesWay_AndTheModelAnswersAsBefore(string training)
    {
        var request = _world.SetAside(40, 20, training: Enum.Parse<CheckTraining>(training));
        var expected = CheckWorld.Numbers(_world.Run(request));
        var example = request.Test[0].Example;
        double? Loss(Estimator estimator) => estimator.Observe(request.Task, example).Loss;
        double? alone, lost = null;
        using (var fresh = _world.Open()) alone = Loss(fresh);
        var answer = _world.Estimator.Rank(request.Task, [example.Text])[0].Answer;
        _world.Reopen();
        var points = 0;
        using var run = _world.Begin(request with { Folder = Path.Combine(_world.Folder, "other") });
        while (run.Step(() =>
        {
            if (points++ % 20 != 0) return;
            lost = Loss(_world.Estimator);
            Assert.Equal(alone, lost);
            Assert.Equal(answer, _world.Estimator.Rank(request.Task, [example.Text])[0].Answer);
        }))
        {
        }
        Assert.True(points > 50, $"{points}");
        Assert.NotNull(lost);
        Assert.Equal(expected, CheckWorld.Numbers(run.Result));
    }

    // The rate is chosen by the loss on the part held out of the training side, and its run is the check's own.
    [Fact]
    public void Run_RateUnknown_IsChosenOnceAndGivesWhatTheKnownOneGives()
    {
        var unknown = _world.Run(_world.SetAside(40, 20, rate: null));
        Assert.Contains(unknown.Rate, RecipeTable.Rates(Trained.Full, _world.Estimator.Model.Parameters));
        var known = _world.Run(_world.SetAside(40, 20, rate: unknown.Rate));
        Assert.Equal(CheckWorld.Numbers(known), CheckWorld.Numbers(unknown));
    }

    [Fact]
    public void Run_Ended_LeavesNoTensorBehind()
    {
        _world.Run(_world.SetAside(20, 10));
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        _world.Run(_world.SetAside(24, 10));
        using (var half = _world.Begin(_world.SetAside(28, 10)))
            for (var i = 0; i < 30; i++) half.Step();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Begin_WithoutMemory_NamesModelMemoryAndLora()
    {
        var plan = _world.Plan(_world.SetAside(40, 10));
        var message = Assert.Throws<ModelException>(() =>
            new CheckRun(_world.Estimator.Session, _world.Estimator.Prompts, plan, free: 1000)).Message;
        Assert.StartsWith(_world.Estimator.Model.Name, message);
        Assert.Contains("GB of memory", message);
        Assert.Contains("LoRA", message);
        Assert.Empty(Directory.GetFileSystemEntries(_world.Folder));
        Assert.Equal(message, Assert.Throws<ModelException>(() =>
            CheckNeeds.Measure(_world.Estimator.Session, _world.Estimator.Prompts, plan, null, default, free: 1000)).Message);
        using var lora = new CheckRun(_world.Estimator.Session, _world.Estimator.Prompts,
            _world.Plan(_world.SetAside(40, 10, training: CheckTraining.Lora)), free: 1000);
        Assert.True(lora.Step());
    }

    [Fact]
    public void Begin_TextsLongerThanTheContext_AreRefused()
    {
        var request = _world.SetAside(40, 10);
        var refused = Assert.Throws<CheckRefusedException>(() => _world.Estimator.BeginCheck(request with
        {
            Labels = [.. request.Labels.Select(e => e with { Example = e.Example with { Text = new string('x', 9000) } })],
        }));
        Assert.Equal(CheckRefusal.TooLong, refused.Reason);
    }

    [Fact]
    public void Measure_ACheck_GivesWayToLabels()
    {
        var request = _world.SetAside(40, 20);
        var alone = _world.Estimator.Observe(_world.Task.Prompt, request.Test[0].Example);
        var between = new HashSet<double?>();
        _world.Estimator.MeasureCheck(request, () =>
            between.Add(_world.Estimator.Observe(_world.Task.Prompt, request.Test[0].Example).Loss));
        Assert.Equal([alone.Loss], between);
    }

    [Fact]
    public void Measure_ACheck_IsAboveWhatItTakesAndGrowsWithIt()
    {
        var cost = _world.Estimator.MeasureCheck(_world.SetAside(40, 20));
        Assert.True(cost is { StepSeconds: > 0, EvaluationSeconds: > 0 });
        Assert.True(cost.Seconds > 2 * RecipeTable.MaxSteps * cost.StepSeconds + cost.EvaluationSeconds);
        Assert.True(cost.MemoryBytes >= 24 * _world.Estimator.Model.Parameters && cost.CheckpointBytes > 0);
        Assert.True(_world.Estimator.MeasureCheck(_world.SetAside(40, 20, training: CheckTraining.Ia3)).MemoryBytes < cost.MemoryBytes);
    }
}
