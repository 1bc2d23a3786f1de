
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts.Tests;

namespace DataEfficiency.Engine.Tests.Answering;

public class GreedyDecoderTests
{
    private static IReadOnlyList<Generated> Run(GoldenModel model, int prefixLength, IReadOnlyList<int[]> prompts)
    {
        using var prefix = model.Decoder.Prefix([.. prompts[0].Take(prefixLength)]);
        return new GreedyDecoder(model.Session, model.Eos).Run(prefix, [.. prompts.Select(p => p.Skip(prefixLength).ToArray())]);
    }

    private static void Check(GoldenModel model, IReadOnlyList<Generated> generated)
    {
        for (var n = 0; n < generated.Count; n++)
        {
            var item = model.Items[n];
            Assert.Equal(GoldenModel.Ints(item["greedy_ids"]), generated[n].Tokens);
            Assert.Equal((bool)item["greedy_ended_by_eos"]!, model.Eos.Contains(generated[n].Tokens[^1]));
            Assert.Equal(item["kept"]!.AsArray().Select(k => (bool)k!), generated[n].Tokens.Select(t => !model.Masked.Contains(t)));
            var confidence = Confidence.Of(generated[n], model.Masked);
            Assert.Equal((bool)item["no_kept_token"]!, confidence.NoKeptToken);
            foreach (var precision in new[] { "", "_f64" })
            {
                var probabilities = GoldenModel.Doubles(item["max_prob" + precision]);
                for (var t = 0; t < probabilities.Length; t++)
                    GoldenModel.Near(probabilities[t], generated[n].Probabilities[t], 2e-5, $"item {n} token {t}{precision}");
                GoldenModel.Near((double)item["confidence" + precision]!, confidence.Mean, 1e-5, $"item {n} confidence{precision}");
                GoldenModel.Near(1, confidence.Perplexity / (double)item["perplexity" + precision]!, 3e-5,
                    $"item {n} perplexity{precision}");
            }
        }
    }

    [Theory, Miniature, GoldenModels]
    public void Run_AllItemsInOneCall_GivesTheReferencesTokensAndProbabilities(string name)
    {
        using var model = new GoldenModel(name);
        Check(model, Run(model, 0, [.. model.Items.Select(i => GoldenModel.Ints(i["prompt_ids"]))]));
    }

    [Theory, Miniature, GoldenModels]
    public void Run_OneByOneBehindASharedPrefix_GivesTheSame(string name)
    {
        using var model = new GoldenModel(name);
        var generated = new List<Generated>();
        foreach (var item in model.Items)
        {
            var ids = GoldenModel.Ints(item["prompt_ids"]);
            generated.AddRange(Run(model, ids.Length - 1 - ids.Length / 3, [ids]));
        }
        Check(model, generated);
    }

    [Theory, Miniature, GoldenModels]
    public void Run_BatchBehindASharedPrefix_GivesTheSame(string name)
    {
        using var model = new GoldenModel(name);
        var prompts = model.Items.Select(i => GoldenModel.Ints(i["prompt_ids"])).ToList();
        var common = prompts[0].Length - 1;
        foreach (var p in prompts)
        {
            common = Math.Min(common, p.Length - 1);
            for (var t = 0; t < common; t++)
                if (p[t] != prompts[0][t]) common = t;
        }
        Assert.True(common > 0);
        Check(model, Run(model, common, prompts));
    }
}
