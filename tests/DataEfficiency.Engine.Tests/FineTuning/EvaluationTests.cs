using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts.Tests;
using TorchSharp;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class EvaluationTests
{
    [Theory]
    [InlineData(" Yes. ", "yes"), InlineData("card arrival", "Card arrival."), InlineData("...No", "no")]
    public void Normalise_CasePointsAndSpaces_AreEqual(string a, string b) => Assert.Equal(Evaluation.Normalise(a), Evaluation.Normalise(b));

    // The reference's T-Few entries hold per-choice mean log-likelihoods of four choices behind one prompt.
    [Theory, Miniature, GoldenModels]
    public void Scores_OfTheReferencesChoices_AreItsMeanLogLikelihoods(string name)
    {
        using var model = new GoldenModel(name);
        var evaluation = new Evaluation(model.Session, new GoldenPrompts([], new HashSet<int>(), model.Eos));
        foreach (var entry in model.Json["tfew"]!.AsArray())
        {
            var scores = evaluation.Scores(GoldenModel.Ints(entry!["prompt_ids"]), [.. entry["choice_ids"]!.AsArray().Select(GoldenModel.Ints)]);
            var expected = GoldenModel.Doubles(entry["b"]);
            for (var i = 0; i < expected.Length; i++) GoldenModel.Near(expected[i], scores![i], 3e-5, $"choice {i}");
        }
    }

    [Theory, Miniature, GoldenModels("mistral-tiny")]
    public void ExactMatch_OfTheGreedyAnswersThemselves_IsOneAndOfOthersLess(string name)
    {
        using var model = new GoldenModel(name);
        var evaluation = new Evaluation(model.Session, new GoldenPrompts(model.Items, model.Masked, model.Eos));
        var greedy = model.Items.Select(i => new Example((string)i["prompt"]!, string.Join(' ', GoldenModel.Ints(i["greedy_ids"])))).ToList();
        Assert.Equal(1, evaluation.ExactMatch(null, greedy));
        greedy[0] = greedy[0] with { Answer = "something else" };
        Assert.Equal((greedy.Count - 1.0) / greedy.Count, evaluation.ExactMatch(null, greedy), 12);
    }

    [Theory, Miniature, GoldenModels("smollm2-tiny")]
    public void FineTune_OnItsOwnValidation_LowersTheLossKeepsTheBestAndEndsByPatience(string name)
    {
        using var model = new GoldenModel(name);
        var options = new TrainingOptions { LearningRate = 3e-4, BatchSize = 4, MaxSteps = 12, EvaluateEvery = 2, Patience = 3, ClipNorm = 1 };
        var result = FineTune.Run(model.Session, null, model.Labelled, model.Labelled, options);
        Assert.True(result.ValidationLoss < result.ValidationLossBefore, $"{result.ValidationLossBefore} to {result.ValidationLoss}");
        using var trainer = new Trainer(model.Session, options);
        GoldenModel.Near(result.ValidationLoss, trainer.Loss(model.Labelled), 1e-5, "the best checkpoint is in place");

        // A rate that destroys the model never gets better: the run ends by patience and gives the model back as it was.
        var ruined = FineTune.Run(model.Session, null, model.Labelled, model.Labelled, options with { LearningRate = 30, MaxSteps = 100, EvaluateEvery = 1, ClipNorm = null });
        Assert.Equal((0, 3), (ruined.BestStep, ruined.Steps));
        GoldenModel.Near(result.ValidationLoss, ruined.ValidationLoss, 1e-5);
    }

    [Theory, Miniature, GoldenModels("qwen2-tiny")]
    public void FineTune_SameSeed_GivesTheSameParametersAndSmallerSubsetsLieInLarger(string name)
    {
        double Once()
        {
            using var model = new GoldenModel(name);
            FineTune.Run(model.Session, null, model.Labelled, model.Labelled, new TrainingOptions { LearningRate = 1e-3, BatchSize = 4, MaxSteps = 4, EvaluateEvery = 2 });
            using var sum = model.Decoder.Parameters.Flat.sum(torch.float64);
            return sum.ToDouble();
        }
        Assert.Equal(Once(), Once());
        var order = FineTune.Shuffled(Enumerable.Range(0, 100).ToList(), 3);
        Assert.Equal(order, FineTune.Shuffled(Enumerable.Range(0, 100).ToList(), 3));
        Assert.NotEqual(order, FineTune.Shuffled(Enumerable.Range(0, 100).ToList(), 4));
    }

    [Theory, Miniature, GoldenModels("qwen2-tiny")]
    public void FineTune_Cancelled_KeepsTheBestSoFarAndLeavesNoTensorBehind(string name)
    {
        using var model = new GoldenModel(name);
        using var source = new CancellationTokenSource();
        using (var warm = new Trainer(model.Session, new TrainingOptions())) warm.Loss(model.Labelled); // grows the rotary tables
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var parameters = model.Decoder.Parameters.Flat.clone();
        Assert.Throws<OperationCanceledException>(() => FineTune.Run(model.Session, null, model.Labelled, model.Labelled,
            new TrainingOptions { LearningRate = 30, BatchSize = 4, MaxSteps = 50, EvaluateEvery = 1 }, new Until(p => { if (p.Step == 2) source.Cancel(); }), source.Token));
        Assert.Equal(0, GoldenModel.RelativeDistance(model.Decoder.Parameters.Flat, parameters));
        parameters.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private sealed class Until(Action<TrainingProgress> look) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => look(value);
    }
}
