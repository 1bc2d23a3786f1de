// Llama's attention_bias (q, k, v and o) and mlp_bias (gate, up and down), in every way that the linears are applied.
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public sealed class BiasTests : IDisposable
{
    private static readonly int[] Ids = [.. Enumerable.Range(0, 40).Select(i => 3 + 37 * i % 290)];
    private readonly string _folder = Directory.CreateTempSubdirectory("biases").FullName;

    private static ModelConfig Biased(bool attention, bool mlp) =>
        SmallFamilies.WithAllBiases with { AttentionBias = attention, OutputBias = attention, MlpBias = mlp };

    private static Tensor Logits(Decoder decoder, ILinearHook? hook = null)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        return decoder.Logits(decoder.Hidden(tensor([.. Ids.Select(i => (long)i)]).unsqueeze(0), hook)[0]).MoveToOuterDisposeScope();
    }

    private static void Near(Tensor expected, Tensor found) => Assert.InRange(GoldenModel.RelativeDistance(found, expected), 0, 1e-5);

    [Theory, InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public void Logits_WithBiases_AreThoseOfThePlainDecoder(bool attention, bool mlp)
    {
        using var scope = NewDisposeScope();
        using var decoder = SmallFamilies.Decoder(Biased(attention, mlp));
        Assert.Equal(
            (attention ? 4 : 0) + (mlp ? 3 : 0),
            decoder.Parameters.Named()
            .Count(n => n.Name.StartsWith("model.layers.1.", StringComparison.Ordinal)
            && n.Name.EndsWith(".bias", StringComparison.Ordinal)));
        Near(PlainDecoder.Logits(decoder, Ids), Logits(decoder));
        using var nothing = new Ia3Adapter(decoder.Config, CPU);
        Near(PlainDecoder.Logits(decoder, Ids), Logits(decoder, nothing));
    }

    [Theory, InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public void Save_WithBiases_LoadsToTheSameModel(bool attention, bool mlp)
    {
        using var decoder = SmallFamilies.Decoder(Biased(attention, mlp));
        decoder.Save(_folder, float32);
        using var again = Decoder.Load(_folder);
        Assert.Equal((attention, attention, mlp), (again.Config.AttentionBias, again.Config.OutputBias, again.Config.MlpBias));
        Assert.True(GoldenModel.Same(decoder.Parameters.Flat, again.Parameters.Flat));
        using var weights = WeightFiles.Open(_folder);
        Assert.Equal(decoder.Parameters.Count, DecoderWeights.Require(again.Config, weights));
    }

    // A real layout, biases of 0: the numbers of the model without them. One of them missing is said.
    [GoldenFact]
    public void Load_BiasesOfZero_GivesTheSameLogitsAndNamesAMissingOne()
    {
        using var scope = NewDisposeScope();
        using var model = new GoldenModel("llama3-tiny");
        void AddBiases(Dictionary<string, Tensor> tensors)
        {
            foreach (var (name, weight) in tensors.Where(t => t.Key.EndsWith("_proj.weight", StringComparison.Ordinal)).ToList())
                tensors[name.Replace(".weight", ".bias")] = zeros(weight.shape[0]);
        }
        ModelVariant Variant(Action<Dictionary<string, Tensor>> change) =>
            new ModelVariant("llama3-tiny").Json("config.json", config => (config["attention_bias"], config["mlp_bias"]) = (true, true))
                .Weights(ScalarType.Float32, 1, change);
        using var variant = Variant(AddBiases);
        Assert.Null(ModelFolder.Inspect(variant.Folder).Problem);
        using var decoder = Decoder.Load(variant.Folder);
        Near(Logits(model.Decoder), Logits(decoder));
        foreach (var missing in new[] { "model.layers.2.self_attn.o_proj.bias", "model.layers.0.mlp.down_proj.bias" })
        {
            using var broken = Variant(tensors =>
            {
                AddBiases(tensors);
                tensors.Remove(missing);
            });
            Assert.Contains($"tensor {missing}", ModelFolder.Inspect(broken.Folder).Problem);
        }
    }

    [Fact]
    public void Adapters_Merged_GiveTheLogitsThatTheyGaveBeside()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3, CPU);
        using var ia3 = new Ia3Adapter(SmallFamilies.WithAllBiases, CPU);
        using var matrices = AdapterMatrices.FromSeed(SmallFamilies.WithAllBiases, 1, 4);
        using var lora = new LoraAdapter(SmallFamilies.WithAllBiases, matrices, 4, CPU);
        foreach (var adapter in new Adapter[] { ia3, lora })
        {
            using var decoder = SmallFamilies.Decoder(SmallFamilies.WithAllBiases);
            using (no_grad()) adapter.Flat.uniform_(.2, .6, random);
            var (without, beside) = (Logits(decoder), Logits(decoder, adapter));
            Assert.True(GoldenModel.RelativeDistance(without, beside) > .01);
            adapter.MergeInto(decoder);
            Near(beside, Logits(decoder));
            Near(PlainDecoder.Logits(decoder, Ids), Logits(decoder));
        }
    }

    // The first step of AdamW moves a parameter that has a gradient by the rate, whatever the gradient's size.
    [Fact]
    public void Step_FullTraining_MovesEveryBias()
    {
        using var scope = NewDisposeScope();
        using var decoder = SmallFamilies.Decoder(SmallFamilies.WithAllBiases);
        var before = decoder.Parameters.Named().ToDictionary(n => n.Name, n => n.Value.clone());
        using (var trainer = new Trainer(new ModelSession(decoder), new Recipe { WeightDecay = 0 }))
        {
            var sequence = TokenSequence.Text(Ids);
            var loss = trainer.Step([sequence], .001);
            Assert.True(trainer.Loss([sequence]) < loss);
        }
        foreach (var (name, value) in decoder.Parameters.Named().Where(n => n.Name.EndsWith(".bias", StringComparison.Ordinal)))
            Assert.InRange((value - before[name]).abs().max().ToDouble(), .0009, .0011);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
