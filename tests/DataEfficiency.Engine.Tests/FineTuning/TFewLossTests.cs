using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class TFewLossTests
{
    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Of_TheReferencesChoices_GivesItsScoresLossesAndPrediction(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        double Within(double exact, double value) => type == ScalarType.Float32 ? exact : Math.Max(exact, .02 * Math.Abs(value));
        foreach (var entry in model.Json["tfew"]!.AsArray())
        {
            int[] prompt = GoldenModel.Ints(entry!["prompt_ids"]);
            int[][] choices = [.. entry["choice_ids"]!.AsArray().Select(GoldenModel.Ints)];
            var losses = TFewLoss.Of(model.Decoder, prompt, choices, (int)entry["gold"]!, new HashSet<int>());
            var scores = GoldenModel.Doubles(entry["b"]);
            foreach (var golden in new[] { entry, entry["f64"]! })
                GoldenModel.Near((double)golden["total"]!, losses.Total, Within(3e-5, losses.Total), "total");
            GoldenModel.Near(scores.Average(), losses.Scores.Average(), Within(3e-5, scores.Average()), "mean of b");
            if (type != ScalarType.Float32) continue; // a loss of one or two tokens is off by up to .08 there
            foreach (var golden in new[] { entry, entry["f64"]! })
            {
                GoldenModel.Near((double)golden["L_LM"]!, losses.LanguageModelling, 3e-5, "L_LM");
                GoldenModel.Near((double)golden["L_UL"]!, losses.Unlikelihood, 3e-5, "L_UL");
                GoldenModel.Near((double)golden["L_LN"]!, losses.LengthNormalised, 3e-5, "L_LN");
            }
            Assert.Equal((int)entry["prediction"]!, losses.Prediction);
            for (var c = 0; c < scores.Length; c++) GoldenModel.Near(scores[c], losses.Scores[c], 3e-5, $"b {c}");
            using var scope = NewDisposeScope();
            using var batch = new SequenceBatch([.. choices.Select(c => TokenSequence.Answer(prompt, c, new HashSet<int>()))], CPU);
            double[] tokens = [.. entry["token_log_probs"]!.AsArray().SelectMany(GoldenModel.Doubles)];
            Assert.True(batch.TokenLosses(model.Decoder).to(float64).add(tensor(tokens), Operand.One).abs().max().ToDouble() <= 5e-5);
        }
    }

    private static Tensor Losses(params double[] probabilities) => tensor(probabilities.Select(p => -Math.Log(p)).ToArray());

    [Fact]
    public void Of_OneWrongChoiceOfTwoTokens_IsTheHandComputedUnlikelihood()
    {
        using var scope = NewDisposeScope();
        var (_, language, unlikelihood, length) = TFewLoss.Of(Losses(.8, .5, .25), [1, 2], 0);
        GoldenModel.Near(-(Math.Log(.5) + Math.Log(.75)) / 2, unlikelihood.ToDouble(), 1e-6);
        GoldenModel.Near(-Math.Log(.8), language.ToDouble(), 1e-6);
        // b = ln .8 and (ln .5 + ln .25) / 2
        GoldenModel.Near(-Math.Log(.8 / (.8 + Math.Sqrt(.125))), length.ToDouble(), 1e-6);
    }

    [Fact]
    public void Of_LongerChoice_IsNotPunishedForItsLength()
    {
        using var scope = NewDisposeScope();
        var scores = TFewLoss.Of(Losses(.3, .5, .5), [1, 2], 0).Scores.data<double>().ToArray();
        // The product ranks the first choice higher (.30 > .25), the mean of logarithms the second (.50 > .30).
        Assert.True(scores[1] > scores[0]);
        GoldenModel.Near(Math.Log(.5), scores[1], 1e-6);
    }

    [Fact]
    public void Of_CertainWrongToken_IsFiniteWithAFiniteGradient()
    {
        using var scope = NewDisposeScope();
        var losses = tensor(new[] { 0f, 0f }).requires_grad_();
        var (_, language, unlikelihood, length) = TFewLoss.Of(losses, [1, 1], 0);
        Assert.True(double.IsFinite(unlikelihood.ToDouble()));
        Assert.True(autograd.grad([language.add(unlikelihood, Operand.One).add(length, Operand.One)], [losses])[0].isfinite().all()
            .ToBoolean());
    }

    [Fact]
    public void Of_OneChoiceOnly_HasNoUnlikelihood()
    {
        using var scope = NewDisposeScope();
        var (_, _, unlikelihood, length) = TFewLoss.Of(Losses(.5), [1], 0);
        Assert.Equal((0, 0), (unlikelihood.ToDouble(), length.ToDouble()));
        Assert.Throws<ArgumentException>(() => TFewLoss.Of(Losses(.5), [1, 0], 0));
        Assert.Throws<ArgumentException>(() => TFewLoss.Of(Losses(.5), [2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TFewLoss.Of(Losses(.5), [1], 1));
    }

    // Training on the sum of the three lowers it and raises the right choice: the graph reaches the parameters.
    [Theory, Miniature(BothTypes = true), GoldenModels("smollm2-tiny", BothTypes = true)]
    public void Of_GradientStepOnIa3_LowersTheTotal(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        using var adapter = new Ia3Adapter(model.Decoder.Config, CPU);
        using var scope = NewDisposeScope();
        var entry = model.Json["tfew"]![2]!;
        int[][] choices = [.. entry["choice_ids"]!.AsArray().Select(GoldenModel.Ints)];
        int[] prompt = GoldenModel.Ints(entry["prompt_ids"]);
        using var batch = new SequenceBatch([.. choices.Select(c => TokenSequence.Answer(prompt, c, new HashSet<int>()))], CPU);
        Tensor Total()
        {
            var (_, language, unlikelihood, length) = TFewLoss.Of(batch.TokenLosses(model.Decoder, adapter), batch.Counted,
                (int)entry["gold"]!);
            return language.add(unlikelihood, Operand.One).add(length, Operand.One);
        }
        using var collecting = adapter.Collect();
        var leaves = collecting.Tensors;
        var before = Total();
        var gradients = autograd.grad([before], [.. leaves]);
        using Scalar step = type == ScalarType.Float32 ? -1e-3 : -1e-2; // what it gains has to stand out of the rounding
        using (no_grad())
            foreach (var (leaf, gradient) in leaves.Zip(gradients)) leaf.add_(gradient, step);
        Assert.True(Total().ToDouble() < before.ToDouble());
    }
}
