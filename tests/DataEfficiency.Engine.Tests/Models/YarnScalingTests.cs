// YaRN against numbers worked out by hand from the published formula.
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public sealed class YarnScalingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("yarn").FullName;

    // Heads of 128, theta 10^6, as Qwen2.5 has them.
    private ModelConfig Load(string rope, int context = 32768)
    {
        var config =
            new ModelConfig("qwen2", 512, 64, 1, 4, 2, 128, 100, context, 1e-6, 1e6, null, true, true, null, [], null).ToJson("float32");
        config["rope_scaling"] = JsonNode.Parse(rope);
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.ToJsonString());
        return ModelConfig.Load(_folder);
    }

    private static float[] Frequencies(ModelConfig config)
    {
        using var rotary = new RotaryPositions(config, CPU);
        return rotary.InverseFrequencies();
    }

    // Waves that turn 32 times in 32,768 tokens stand at index 64 ln(32768 / (32 2 pi)) / ln 10^6 = 23.60, those that turn once at 39.65:
    // outwards 23 and 40. Up to 23 a frequency is kept, from 40 on it is a quarter, between it falls evenly: at 31 by 8/17 of the way.
    [Fact]
    public void Frequencies_OfQwensSetting_AreKeptQuarteredAndBlended()
    {
        var config = Load("""{"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}""");
        var found = Frequencies(config);
        foreach (
            var (index, share) in new[] { (0, 1.0), (1, 1), (22, 1), (23, 1), (24, 1 - .75 / 17), (31, 1 - .75 * 8 / 17),
            (39, 1 - .75 * 16 / 17), (40, .25), (41, .25), (63, .25) })
            GoldenModel.Near(share, found[index] * Math.Pow(10, 6 * index / 64.0), 1e-5, $"index {index}");
        GoldenModel.Near(1.1386294361, config.Scaling!.AttentionFactor, 1e-9); // .1 ln 4 + 1
    }

    [Fact]
    public void Frequencies_WithoutTruncation_AreBlendedBetweenTheIndicesAsTheyAre()
    {
        var found = Frequencies(Load("""{"type": "yarn", "factor": 4.0, "truncate": false}"""));
        GoldenModel.Near(1 - .75 * (31 - 23.596) / (39.651 - 23.596), found[31] * Math.Pow(10, 6 * 31 / 64.0), 1e-4);
    }

    // Waves that turn 16 times: 26.81, 2 times: 36.44; outwards 26 and 37.
    [Fact]
    public void Frequencies_WithOtherBetas_AreBlendedBetweenThese()
    {
        var found = Frequencies(Load("""{"type": "yarn", "factor": 2.0, "beta_fast": 16, "beta_slow": 2}"""));
        foreach (var (index, share) in new[] { (26, 1.0), (30, 1 - .5 * 4 / 11), (37, .5) })
            GoldenModel.Near(share, found[index] * Math.Pow(10, 6 * index / 64.0), 1e-5, $"index {index}");
    }

    [Theory]
    [InlineData("""{"rope_type": "yarn", "factor": 4.0, "attention_factor": 1.5}""", 4, 1.5, 32768)]
    [InlineData("""{"rope_type": "yarn", "factor": 40, "mscale": 1.0, "mscale_all_dim": 1.0}""", 40, 1, 32768)]
    // (.1 .707 ln 40 + 1) / (.1 ln 40 + 1) = 1.260804 / 1.368888
    [InlineData("""{"rope_type": "yarn", "factor": 40, "mscale": 0.707, "mscale_all_dim": 1.0}""", 40, .921042, 32768)]
    [InlineData("""{"rope_type": "yarn", "factor": 40, "mscale": 0.707}""", 40, 1.368888, 32768)]
    [InlineData("""{"rope_type": "yarn", "factor": 1.0}""", 1, 1, 32768)]
    // the ratio of the contexts; .1 ln 8 + 1
    [InlineData("""{"rope_type": "yarn", "original_max_position_embeddings": 4096}""", 8, 1.207944, 4096)]
    [InlineData("""{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4096}""", 4, 1.138629, 4096)]
    public void Config_Yarn_IsReadAndWrittenAgain(string rope, double factor, double attention, int original)
    {
        var config = Load(rope);
        var scaling = Assert.IsType<YarnScaling>(config.Scaling);
        Assert.Equal((factor, original, 32768), (scaling.Factor, scaling.OriginalContext, config.ContextLength));
        GoldenModel.Near(attention, scaling.AttentionFactor, 1e-6);
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.ToJson("float32").ToJsonString());
        Assert.Equal(scaling, ModelConfig.Load(_folder).Scaling);
    }

    // Heads of 8, theta 10^4, 512 tokens: 32 turns at .41, outwards 0; one at 1.91, outwards 2. So
    // the frequencies 1, .1, .01, .001 become these.
    [Fact]
    public void Logits_UnderYarn_AreThoseOfThePlainDecoder()
    {
        using var scope = NewDisposeScope();
        using var decoder = SmallFamilies.Decoder(SmallFamilies.Yarn);
        int[] ids = [.. Enumerable.Range(0, 200).Select(i => 3 + 37 * i % 290)];
        var expected = PlainDecoder.Logits(decoder, ids, rope: ([1, .0625, .0025, .00025], 1.2));
        using var plain = no_grad();
        var found = decoder.Logits(decoder.Hidden(tensor([.. ids.Select(i => (long)i)]).unsqueeze(0))[0]);
        Assert.InRange(GoldenModel.RelativeDistance(found, expected), 0, 1e-5);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
