using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class TrainingRunTests
{
    [Theory, Miniature(BothTypes = true), GoldenModels("smollm2-tiny", BothTypes = true)]
    public void Run_OnItsOwnValidation_LowersTheLossKeepsTheBestAndEndsByPatience(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        var recipe = new Recipe { LearningRate = 3e-4, BatchSize = 4, MaxSteps = 12, EvaluateEvery = 2, Patience = 3, ClipNorm = 1 };
        TrainingResult result;
        using (var run = new TrainingRun(model.Session, recipe, model.Labelled, model.Labelled))
        {
            result = run.Run();
            run.Keep();
        }
        Assert.True(result.ValidationLoss < result.ValidationLossBefore, $"{result.ValidationLossBefore} to {result.ValidationLoss}");
        GoldenModel.Near(result.ValidationLoss, MicroBatches.Loss(model.Decoder, null, model.Labelled, recipe), 1e-5,
            "the best is in place");

        // A rate that destroys the model never gets better: the run ends by patience and gives the model back as it was.
        var ruinous = recipe with { LearningRate = 30, MaxSteps = 100, EvaluateEvery = 1, ClipNorm = null };
        using var ruin = new TrainingRun(model.Session, ruinous, model.Labelled, model.Labelled);
        var ruined = ruin.Run();
        Assert.Equal((0, 3), (ruined.BestStep, ruined.Steps));
        GoldenModel.Near(result.ValidationLoss, ruined.ValidationLoss, 1e-5);
        Assert.True(GoldenModel.Same(ruin.Model.Decoder.Parameters.Flat, model.Decoder.Parameters.Flat));
    }

    [Theory, Miniature(BothTypes = true), GoldenModels("qwen2-tiny", BothTypes = true)]
    public void Run_SameSeed_GivesTheSameParametersAndSmallerSubsetsLieInLarger(string name, ScalarType type)
    {
        double Once()
        {
            using var model = new GoldenModel(name, type);
            var recipe = new Recipe { LearningRate = 1e-3, BatchSize = 4, MaxSteps = 4, EvaluateEvery = 2 };
            using var run = new TrainingRun(model.Session, recipe, model.Labelled, model.Labelled);
            run.Run();
            using var sum = run.Model.Decoder.Parameters.Flat.sum(float64);
            return sum.ToDouble();
        }
        Assert.Equal(Once(), Once());
        var order = TrainingOrder.Shuffled(Enumerable.Range(0, 100).ToList(), 3);
        Assert.Equal(order, TrainingOrder.Shuffled(Enumerable.Range(0, 100).ToList(), 3));
        Assert.NotEqual(order, TrainingOrder.Shuffled(Enumerable.Range(0, 100).ToList(), 4));
    }

    [Theory, Miniature(BothTypes = true), GoldenModels("qwen2-tiny", BothTypes = true)]
    public void Run_CancelledAndDropped_HasChangedNothingAndLeavesNoTensorBehind(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        using var source = new CancellationTokenSource();
        var recipe = new Recipe { LearningRate = 30, BatchSize = 4, MaxSteps = 50, EvaluateEvery = 1 };
        MicroBatches.Loss(model.Decoder, null, model.Labelled, recipe); // grows the rotary tables
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var version = model.Session.Version;
        using var parameters = model.Decoder.Parameters.Flat.clone();
        using (var run = new TrainingRun(model.Session, recipe, model.Labelled, model.Labelled))
            Assert.Throws<OperationCanceledException>(() => run.Run(new Until(p => { if (p.Step == 2) source.Cancel(); }), source.Token));
        Assert.True(GoldenModel.Same(model.Decoder.Parameters.Flat, parameters));
        Assert.Equal(version, model.Session.Version);
        Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Step_EveryCall_IsOneMicroBatchOfTheRecipesSplit()
    {
        using var world = new TrainingWorld();
        var recipe = new Recipe { BatchSize = 6, MaxSteps = 2, EvaluateEvery = 2, TokensAtOnce = 40, LearningRate = 1e-3 };
        using var run = new TrainingRun(world.Session, recipe, world.Train, world.Validation);
        var looks = MicroBatches.Of(world.Validation, recipe).Count;
        Assert.True(looks > 1);
        var calls = 0;
        while (run.Step()) calls++;
        var order = new TrainingOrder(world.Train, 6, recipe.Seed);
        Assert.Equal(2 * looks + MicroBatches.Of(order.At(1), recipe).Count + MicroBatches.Of(order.At(2), recipe).Count, calls + 1);
        Assert.All(MicroBatches.Of(world.Train, recipe), p => Assert.True(p.Count == 1 || p.Count * p.Max(s => s.Ids.Length) <= 40));
    }

    [Fact]
    public void Run_LossBelowTheRecipesEnd_StopsThere()
    {
        using var world = new TrainingWorld();
        var recipe = new Recipe { BatchSize = 4, MaxSteps = 200, LearningRate = .01, StopBelowLoss = 1.5 };
        using var run = new TrainingRun(world.Session, recipe, world.Train[..4], []);
        var result = run.Run();
        Assert.InRange(result.Steps, 2, 199);
        Assert.Equal(result.Steps, result.BestStep);
        Assert.True(run.Progress.Loss < 1.5);
    }

    [Theory, InlineData(nameof(Trained.Lora)), InlineData(nameof(Trained.Ia3))]
    public void Run_OfAnAdapter_TrainsItAndLeavesTheWeights(string trained)
    {
        using var world = new TrainingWorld();
        using var parameters = world.Session.Decoder.Parameters.Flat.clone();
        var recipe = new Recipe { Trained = Enum.Parse<Trained>(trained), Rank = 4, BatchSize = 8, MaxSteps = 20, EvaluateEvery = 5,
            LearningRate = .02 };
        using var run = new TrainingRun(world.Session, recipe, world.Train, world.Train);
        var result = run.Run();
        Assert.True(result.ValidationLoss < result.ValidationLossBefore);
        Assert.True(GoldenModel.Same(world.Session.Decoder.Parameters.Flat, parameters));
        Assert.Equal("", world.Session.Version);
        GoldenModel.Near(result.ValidationLoss, MicroBatches.Loss(world.Session.Decoder, run.Adapter, world.Train, recipe), 1e-5);
    }

    // 20 steps of 1e-5 are below a bfloat16's unit at most weights: a sum of such steps is not.
    [Fact]
    public void Update_FullTrainingInBFloat16_MovesTheMasterWeightsAndDecaysTheMomentsAsFloat32Does()
    {
        using var folder = new TinyModel();
        (Tensor Moved, Tensor Second) Train(ScalarType type)
        {
            using var session = ModelSession.Load(folder.Folder, dtype: type);
            using var start = session.Decoder.Parameters.Flat.to(float64);
            using var trainer = new Trainer(session, new Recipe { WeightDecay = 0 });
            for (var step = 0; step < 20; step++) trainer.Step(TrainingWorld.Sequences(4, seed: step), 1e-5);
            Assert.Equal((float32, float32), (trainer.Parameters.dtype, trainer.Optimiser.Second.dtype));
            return (trainer.Parameters.to(float64) - start, trainer.Optimiser.Second.to(float64));
        }
        using var scope = NewDisposeScope();
        var (wide, narrow) = (Train(ScalarType.Float32), Train(ScalarType.BFloat16));
        Assert.InRange((narrow.Moved.norm() / wide.Moved.norm()).ToDouble(), .9, 1.1);
        Assert.True(GoldenModel.Cosine(narrow.Moved, wide.Moved) > .9);
        Assert.True(GoldenModel.Cosine(narrow.Second, wide.Second) > .99);
        Assert.InRange((narrow.Second.sum() / wide.Second.sum()).ToDouble(), .97, 1.03);
    }

    [Fact]
    public void TrainingRun_FullTrainingThatDoesNotFit_SaysHowMuchItTakesAndNamesLora()
    {
        using var world = new TrainingWorld();
        var need = TrainingMemory.Full(world.Session.Decoder.Parameters.Flat.numel(), ScalarType.Float32);
        var refusal = Assert.Throws<ModelException>(() => new TrainingRun(world.Session, new Recipe(), world.Train, [], free: need - 1));
        Assert.Contains("LoRA", refusal.Message);
        Assert.Contains("llama", refusal.Message);
        new TrainingRun(world.Session, new Recipe(), world.Train, [], free: need).Dispose();
        new TrainingRun(world.Session, new Recipe { Trained = Trained.Lora, Rank = 2 }, world.Train, [], free: 0).Dispose();
        // 8 billion parameters in bfloat16: 192 GB beside 16 GB of weights.
        Assert.Equal(24 * 8_000_000_000L, TrainingMemory.Full(8_000_000_000, ScalarType.BFloat16));
        Assert.Equal(24 * 1_000_000L, TrainingMemory.Full(1_000_000, ScalarType.Float32));
    }

    [Fact]
    public void Run_BetterThanItsBest_CopiesOverItAndHoldsOneAtATime()
    {
        using var world = new TrainingWorld();
        var recipe = new Recipe { BatchSize = 14, MaxSteps = 9, EvaluateEvery = 2, LearningRate = 1e-3 };
        using var run = new TrainingRun(world.Session, recipe, world.Train, world.Train);
        Dictionary<int, Tensor> bests = [];
        while (run.Step())
            if (run.IsBetweenSteps && run.Tensors.FirstOrDefault(t => t.Name == "best").Value is { } best)
                bests[run.State.BestStep] = best;
        Assert.True(bests.Count >= 3, $"{bests.Count} bests");
        Assert.Single(bests.Values.Distinct(ReferenceEqualityComparer.Instance));
    }

    // A label rings wherever a run can be interrupted: its row is the one without a run, and the run goes on with the same bits.
    [Theory, InlineData(nameof(Trained.Full)), InlineData(nameof(Trained.Lora))]
    public void Step_OtherWorkBetweenTwoLayers_ChangesNeitherOfThem(string trained)
    {
        using var world = new TrainingWorld();
        using var matrices = AdapterMatrices.FromSeed(world.Session.Decoder.Config, 1, 4);
        using var rows = new GradientRows(world.Session, matrices, 32);
        var label = TrainingWorld.Sequences(1, seed: 300);
        float[] Row() => [.. rows.Compute(label)[0].Values!];
        var expected = Row();
        var recipe = new Recipe { Trained = Enum.Parse<Trained>(trained), Rank = 4, BatchSize = 7, MaxSteps = 3, LearningRate = .01 };
        float[] Train(GiveWay giveWay)
        {
            using var run = new TrainingRun(world.Session, recipe, world.Train, []);
            run.Run(giveWay: giveWay);
            return [.. (run.Adapter?.Flat ?? run.Model.Decoder.Parameters.Flat).data<float>()];
        }
        var points = 0;
        var found = Train(new GiveWay(() =>
        {
            points++;
            Assert.Equal(expected, Row());
        }, default));
        // forth and back, and before each of three steps
        Assert.True(points >= 3 * 2 * world.Session.Decoder.Config.Layers, $"{points} points");
        Assert.Equal(Train(default), found);
    }

    [Fact]
    public void Step_CancelledOnTheWayBack_DoesTheStepAnew()
    {
        using var world = new TrainingWorld();
        var recipe = new Recipe { BatchSize = 7, MaxSteps = 2, LearningRate = .01, TokensAtOnce = 50 };
        float[] Train(int cancelAt)
        {
            using var run = new TrainingRun(world.Session, recipe, world.Train, []);
            using var source = new CancellationTokenSource();
            var points = 0;
            if (cancelAt > 0)
                Assert.Throws<OperationCanceledException>(() =>
                    run.Run(giveWay: new GiveWay(() => { if (++points == cancelAt) source.Cancel(); }, source.Token)));
            run.Run();
            return [.. run.Model.Decoder.Parameters.Flat.data<float>()];
        }
        var whole = Train(0);
        foreach (var at in new[] { 2, 4, 5, 9, 10, 13 }) Assert.Equal(whole, Train(at));
    }

    private static Tensor Named(TrainingRun run, string name) => run.Tensors.Single(t => t.Name == name).Value;

    [Fact]
    public void Step_OptimiserFailing_BreaksTheRun()
    {
        using var world = new TrainingWorld();
        using var run = new TrainingRun(world.Session, new Recipe { BatchSize = 14 }, world.Train, []);
        Named(run, "second").Dispose();
        Assert.ThrowsAny<Exception>(() => { while (run.Step()) { } });
        Assert.False(run.IsBetweenSteps);
        Assert.Throws<InvalidOperationException>(() => run.Step());
        Assert.Throws<InvalidOperationException>(run.Keep);
        Assert.Equal(0, run.State.Step);
    }

    [Fact]
    public void Step_BestThatCannotBeKept_IsNotNamedAsOne()
    {
        using var world = new TrainingWorld();
        var recipe = new Recipe { BatchSize = 14, MaxSteps = 9, EvaluateEvery = 2, LearningRate = 1e-3 };
        using var run = new TrainingRun(world.Session, recipe, world.Train, world.Train);
        while (run.Progress.Step < 3 || !run.IsBetweenSteps) run.Step();
        Assert.Equal(2, run.State.BestStep);
        Named(run, "best").Dispose();
        Assert.ThrowsAny<Exception>(() => { while (run.Step()) { } });
        Assert.Equal((4, 2), (run.State.Step, run.State.BestStep));
        Assert.Throws<InvalidOperationException>(() => run.Step());
    }

    // No step is better: the run goes back to the weights it started from, which are the session's.
    [Fact]
    public void Run_SessionGivenOtherWeightsMeanwhile_RefusesToGoBackToThem()
    {
        using var world = new TrainingWorld();
        var recipe = new Recipe { LearningRate = 30, MaxSteps = 3, EvaluateEvery = 1 };
        using var run = new TrainingRun(world.Session, recipe, world.Train, world.Train);
        using var saved = new TrainingRun(world.Session, recipe, world.Train, world.Train);
        var identity = saved.Identity();
        world.Session.Change(() => world.Session.Decoder.Parameters.Flat.zero_());
        Assert.Throws<InvalidOperationException>(() => run.Identity());
        Assert.Contains("other weights", Assert.Throws<InvalidOperationException>(() => run.Run()).Message);
        Assert.Equal(identity, saved.Identity());
    }

    [Fact]
    public void Step_CancelledOnTheWayBack_LeavesNoGradientBehind()
    {
        using var world = new TrainingWorld();
        using var run = new TrainingRun(world.Session, new Recipe { BatchSize = 7 }, world.Train, []);
        run.Step();
        var layers = world.Session.Decoder.Config.Layers;
        for (var at = 1; at <= 2 * layers; at++)
        {
            using var source = new CancellationTokenSource();
            var points = 0;
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Assert.Throws<OperationCanceledException>(() =>
                run.Step(new GiveWay(() => { if (++points == at) source.Cancel(); }, source.Token)));
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }

    [Theory, InlineData(nameof(Trained.Full)), InlineData(nameof(Trained.Lora))]
    public void TrainingRun_ThatCannotBegin_LeavesNoTensorBehind(string trained)
    {
        using var world = new TrainingWorld();
        var recipe = new Recipe { Trained = Enum.Parse<Trained>(trained), Rank = 4, BatchSize = -20 }; // no batches to begin with
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<DivideByZeroException>(() => new TrainingRun(world.Session, recipe, world.Train, []));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private sealed class Until(Action<TrainingProgress> look) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => look(value);
    }
}
