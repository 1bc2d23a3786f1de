
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Prompts.Tests;

namespace DataEfficiency.Engine.Tests.Models.Adapters;

public class AdapterMatricesTests
{
    [GoldenFact]
    public void FromSeed_OfSmolLm2_GivesTheCheckValues()
    {
        var seeds = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Fixtures.At("golden", "smollm2",
            "golden.json")))!["gradients"]!["seeds"]!;
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
        var stream = new SplitMix64(1);
        var drawn = (seeds is System.Text.Json.Nodes.JsonObject ? seeds["1"] : seeds[0])!["first_u_hex"]!.AsArray();
        Assert.Equal(drawn.Select(u => (string)u!), drawn.Select(_ => stream.Next().ToString("x16")));
    }
}
