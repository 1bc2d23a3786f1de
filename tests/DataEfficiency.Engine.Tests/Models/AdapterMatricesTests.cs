using DataEfficiency.Engine.Models;
using TorchSharp;

namespace DataEfficiency.Engine.Tests.Models;

public class AdapterMatricesTests
{
    [GoldenFact]
    public void Load_OfTheGoldenAdapter_MergedGivesTheReferencesLogits()
    {
        using var model = new GoldenModel("mistral-tiny");
        using var adapter = LoraAdapter.Load(Path.Combine(model.Folder, "lora_trained"), model.Decoder.Config, torch.CPU);
        using var scope = torch.NewDisposeScope();
        using var plain = torch.no_grad();
        var prompt = GoldenModel.Ints(model.Items.First(i => (string)i["id"]! == "short")["prompt_ids"]).Select(i => (long)i).ToArray();
        var expected = model.Arrays.Read("lora_trained.last_logits");
        Assert.True(GoldenModel.RelativeDistance(Last(adapter), expected) <= 1e-5);
        adapter.MergeInto(model.Decoder);
        Assert.True(GoldenModel.RelativeDistance(Last(null), expected) <= 1e-5);

        torch.Tensor Last(LoraAdapter? hook) => model.Decoder.Logits(model.Decoder.Hidden(torch.tensor(prompt).unsqueeze(0), hook)[0, -1].unsqueeze(0)).view(expected.shape);
    }

    [GoldenFact]
    public void FromSeed_OfSmolLm2_GivesTheCheckValues()
    {
        var seeds = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Fixtures.At("golden", "smollm2", "golden.json")))!["gradients"]!["seeds"]!;
        var check = (seeds is System.Text.Json.Nodes.JsonObject ? seeds["1"] : seeds[0])!["check_values"]!;
        using var matrices = AdapterMatrices.FromSeed(ModelConfig.Load(Fixtures.At("models", "SmolLM2-135M-Instruct")), 1, 64);
        Assert.Equal(30 * 7, matrices.Matrices.Count);
        foreach (var (layer, linear) in new[] { (0, Linear.Query), (0, Linear.Down), (29, Linear.Down) })
        {
            var values = matrices[layer, linear].data<float>().ToArray();
            var expected = check[$"layers.{layer}.{DecoderParameters.NameOf(linear)}"]!;
            Assert.Equal(GoldenModel.Doubles(expected["first5"]), values.Take(5).Select(v => (double)v));
            Assert.Equal((double)expected["last"]!, values[^1]);
        }
    }
}
