using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts.Tests;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class EvaluationTests
{
    [Theory]
    [InlineData(" Yes. ", "yes"), InlineData("card arrival", "Card arrival."), InlineData("...No", "no")]
    public void Normalise_CasePointsAndSpaces_AreEqual(string a, string b) =>
        Assert.Equal(Example.Normalise(a), Example.Normalise(b));

    // The reference's T-Few entries hold per-choice mean log-likelihoods of four choices behind one prompt.
    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void ChoiceScores_OfTheReferencesChoices_AreItsMeanLogLikelihoods(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        foreach (var entry in model.Json["tfew"]!.AsArray())
        {
            int[][] choices = [.. entry!["choice_ids"]!.AsArray().Select(GoldenModel.Ints)];
            var scores = ChoiceScores.Of(model.Session, GoldenModel.Ints(entry["prompt_ids"]), choices, new HashSet<int>());
            var expected = GoldenModel.Doubles(entry["b"]);
            if (type != ScalarType.Float32) GoldenModel.Near(1, scores!.Average() / expected.Average(), .02, "mean");
            else
                for (var i = 0; i < expected.Length; i++) GoldenModel.Near(expected[i], scores![i], 3e-5, $"choice {i}");
        }
    }

    [Theory, Miniature(BothTypes = true), GoldenModels("mistral-tiny", BothTypes = true)]
    public void ExactMatch_OfTheGreedyAnswersThemselves_IsOneAndOfOthersLess(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        var evaluation = new Evaluation(model.Session, new GoldenPrompts(model.Items, model.Masked, model.Eos));
        var greedy = model.Items.Select(i => new Example((string)i["prompt"]!, string.Join(' ', GoldenModel.Ints(i["greedy_ids"]))))
            .ToList();
        // In bfloat16 two tokens as good as equal may change places.
        var own = evaluation.ExactMatch(null, greedy);
        if (type == ScalarType.Float32) Assert.Equal(1, own);
        else Assert.True(own >= .5, $"{own}");
        greedy[0] = greedy[0] with { Answer = "something else" };
        if (type == ScalarType.Float32) Assert.Equal((greedy.Count - 1.0) / greedy.Count, evaluation.ExactMatch(null, greedy), 12);
        greedy = [.. greedy.Select(e => e with { Answer = "something else" })];
        Assert.Equal(0, evaluation.ExactMatch(null, greedy));
    }
}
