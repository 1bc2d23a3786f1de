using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public class DecoderTests
{
    [Theory, Miniature, GoldenModels]
    public void Config_BosToken_SameAsReference(string name)
    {
        using var model = new GoldenModel(name);
        Assert.Equal((int?)model.Json["bos_id"], model.Decoder.Config.BosTokenId);
    }

    [Theory, Miniature, GoldenModels]
    public void Logits_OfEveryItem_AreTheReferences(string name)
    {
        using var model = new GoldenModel(name);
        using var plain = no_grad();
        for (var n = 0; n < model.Items.Count; n++)
        {
            using var scope = NewDisposeScope();
            int[] prompt = GoldenModel.Ints(model.Items[n]["prompt_ids"]), answer = GoldenModel.Ints(model.Items[n]["answer_ids"]);
            int[] ids = [.. prompt, .. answer];
            var hidden = model.Decoder.Hidden(tensor(ids.Select(i => (long)i).ToArray()).unsqueeze(0));
            var logits = model.Decoder.Logits(hidden[0].narrow(0, prompt.Length - 1, answer.Length + 1));
            var distance = GoldenModel.RelativeDistance(logits, model.Arrays.Read($"logits.{n}"));
            Assert.True(distance <= 1e-5, $"item {n}: {distance}");
        }
    }

    [Theory, Miniature, GoldenModels]
    public void TokenLosses_InOnePaddedBatch_AreThoseOfEachAlone(string name)
    {
        using var model = new GoldenModel(name);
        using var plain = no_grad();
        var sequences = model.Items.Select(model.Answer).ToList();
        using var batch = new SequenceBatch(sequences, CPU);
        using var scope = NewDisposeScope();
        var losses = batch.TokenLosses(model.Decoder).data<float>().ToArray();
        var at = 0;
        for (var n = 0; n < sequences.Count; n++)
        {
            var kept = sequences[n].Counted;
            if (model.Items[n]["loss"] is not { } loss) Assert.Equal(0, kept);
            else
            {
                var mean = losses.Skip(at).Take(kept).Average(x => (double)x);
                GoldenModel.Near((double)loss, mean, 5e-5, $"item {n}");
                GoldenModel.Near((double)model.Items[n]["loss_f64"]!, mean, 5e-5, $"item {n} in float64");
            }
            at += kept;
        }
    }

    [Theory, Miniature, GoldenModels]
    public void TokenLosses_OfEveryAnswerToken_AreTheReferencesAndItsMaskIsOurs(string name)
    {
        using var model = new GoldenModel(name);
        using var plain = no_grad();
        foreach (var item in model.Items)
        {
            int[] prompt = GoldenModel.Ints(item["prompt_ids"]), answer = GoldenModel.Ints(item["answer_ids"]);
            Assert.Equal(item["answer_kept"]!.AsArray().Select(k => (bool)k!),
                TokenSequence.Answer(prompt, answer, model.Masked).Scored[prompt.Length..]);
            if (answer.Length == 0) continue;
            using var scope = NewDisposeScope();
            using var batch = new SequenceBatch([TokenSequence.Answer(prompt, answer, new HashSet<int>())], CPU);
            var losses = batch.TokenLosses(model.Decoder).data<float>().ToArray();
            foreach (var key in new[] { "token_losses", "token_losses_f64" }.Where(k => item[k] is not null))
            {
                var expected = GoldenModel.Doubles(item[key]);
                Assert.Equal(expected.Length, losses.Length);
                for (var t = 0; t < losses.Length; t++)
                    GoldenModel.Near(expected[t], losses[t], Math.Max(5e-5, 5e-6 * expected[t]), $"{item["id"]} {key} {t}");
            }
        }
    }

    // How near a greedy step came to another token: one pass over prompt and answer gives the logits of every step.
    [Theory, Miniature, GoldenModels]
    public void Logits_BehindTheGreedyAnswers_GiveTheReferencesSmallestLead(string name)
    {
        using var model = new GoldenModel(name);
        using var plain = no_grad();
        var smallest = double.PositiveInfinity;
        foreach (var item in model.Items)
        {
            using var scope = NewDisposeScope();
            int[] prompt = GoldenModel.Ints(item["prompt_ids"]), answer = GoldenModel.Ints(item["greedy_ids"]);
            var hidden = model.Decoder.Hidden(tensor((long[])[.. prompt.Concat(answer).Select(i => (long)i)]).unsqueeze(0));
            var (best, ids) = model.Decoder.Logits(hidden[0].narrow(0, prompt.Length - 1, answer.Length)).topk(2);
            Assert.Equal(answer.Select(i => (long)i), ids.select(1, 0).contiguous().data<long>());
            smallest = Math.Min(smallest, best.select(1, 0).add(best.select(1, 1), Operand.MinusOne).min().ToDouble());
        }
        GoldenModel.Near((double)model.Json["smallest_greedy_margin_in_logits"]!, smallest, 1e-4, "smallest lead");
    }

    [GoldenFact]
    public void Save_InFloat32_LoadsToTheSameParameters()
    {
        using var model = new GoldenModel("qwen2-tiny");
        var folder = Directory.CreateTempSubdirectory("decoder").FullName;
        try
        {
            model.Decoder.Save(folder, float32);
            using var again = Decoder.Load(folder);
            Assert.Equal(model.Decoder.Config with { EosTokenIds = [] }, again.Config with { EosTokenIds = [] },
                EqualityComparer<ModelConfig>.Create((a, b) => a!.ToJson("").ToJsonString() == b!.ToJson("").ToJsonString()));
            Assert.Equal(0, GoldenModel.RelativeDistance(again.Parameters.Flat, model.Decoder.Parameters.Flat));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    // 8 billion parameters fit into a GPU in half the bytes only: they must never exist in float32.
    [Theory, InlineData(ScalarType.Float32), InlineData(ScalarType.BFloat16)]
    public void Initialise_InAType_HasTheDeviationsInThatType(ScalarType dtype)
    {
        var config = new ModelConfig("qwen2", 128, 256, 8, 4, 2, 32, 500, 512, 1e-5, 10000, null, true, false, null, [], null);
        using var decoder = Decoder.Initialise(config, 3, dtype: dtype);
        using var scope = NewDisposeScope();
        Assert.Equal(dtype, decoder.Parameters.Flat.dtype);
        foreach (var (name, value) in decoder.Parameters.Named())
        {
            var values = value.to(float64);
            if (name.EndsWith("norm.weight", StringComparison.Ordinal))
                Assert.Equal((1, 1), (values.min().ToDouble(), values.max().ToDouble()));
            else if (name.EndsWith(".bias", StringComparison.Ordinal)) Assert.Equal(0, values.abs().max().ToDouble());
            else GoldenModel.Near(name.Contains("o_proj") || name.Contains("down_proj") ? .005 : .02, values.std().ToDouble(),
                .02 * .03, name);
        }
        using var again = Decoder.Initialise(config, 3, dtype: dtype);
        Assert.True(GoldenModel.Same(decoder.Parameters.Flat, again.Parameters.Flat));
    }
}
