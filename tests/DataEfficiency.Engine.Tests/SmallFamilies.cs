// Small random models of every form that the families have, with weights large enough for probabilities that differ.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

internal static class SmallFamilies
{
    public const int Vocabulary = 300;

    private static ModelConfig Config(string type, int heads, int kv, int headDim, RopeScaling? scaling, bool bias, bool tied) =>
        new(type, 32, 48, 2, heads, kv, headDim, Vocabulary, 2048, 1e-5, 10000, scaling, bias, tied, 1, [2], 0);

    public static ModelConfig Yarn { get; } = Config("qwen2", 4, 2, 8, new YarnScaling(4, 1.2, 32, 1, 512, true), true, true);

    public static ModelConfig WithAllBiases { get; } =
        Config("llama", 4, 2, 8, null, true, false) with { OutputBias = true, MlpBias = true };

    public static IReadOnlyList<ModelConfig> All { get; } =
    [
        Config("llama", 4, 2, 8, new Llama3Scaling(8, 1, 4, 128), false, false), Config("mistral", 2, 1, 24, null, false, false),
        Config("qwen2", 4, 2, 8, null, true, true), Config("llama", 2, 2, 16, null, false, true), WithAllBiases,
        Yarn, Mistral(new SlidingWindow(20)), Qwen(new SlidingWindow(70, FirstLayer: 1)),
    ];

    public static ModelConfig Mistral(SlidingWindow? window) => Config("mistral", 2, 1, 24, null, false, false) with { Window = window };

    public static ModelConfig Qwen(SlidingWindow? window) => Config("qwen2", 4, 2, 8, null, true, true) with { Window = window };

    public static Decoder Decoder(ModelConfig config)
    {
        var decoder = Engine.Models.Decoder.Initialise(config, 7);
        using var plain = no_grad();
        using var random = new Generator(7, CPU);
        foreach (var (name, value) in decoder.Parameters.Named())
            using (value)
                if (!name.EndsWith("norm.weight", StringComparison.Ordinal)) value.normal_(0, .15, random);
        return decoder;
    }
}
