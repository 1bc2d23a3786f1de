// Which tensors the weight files of a decoder must hold, by their Hugging Face names: from the configuration alone.
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Models;

internal static class DecoderWeights
{
    /// <summary>Name and shape of every tensor, layer by layer. Lazy: a configuration with absurd sizes costs nothing until it is
    /// walked.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(ModelConfig config)
    {
        long hidden = config.HiddenSize;
        yield return ("model.embed_tokens.weight", [config.VocabularySize, hidden]);
        for (var i = 0; i < config.Layers; i++)
        {
            foreach (var linear in Enum.GetValues<Linear>())
            {
                var (to, from) = Shape(config, linear);
                yield return ($"model.layers.{i}.{DecoderParameters.NameOf(linear)}.weight", [to, from]);
                if (HasBias(config, linear)) yield return ($"model.layers.{i}.{DecoderParameters.NameOf(linear)}.bias", [to]);
            }
            yield return ($"model.layers.{i}.input_layernorm.weight", [hidden]);
            yield return ($"model.layers.{i}.post_attention_layernorm.weight", [hidden]);
        }
        yield return ("model.norm.weight", [hidden]);
        if (!config.TieWordEmbeddings) yield return ("lm_head.weight", [config.VocabularySize, hidden]);
    }

    public static bool HasBias(ModelConfig config, Linear linear) => linear switch
    {
        Linear.Query or Linear.Key or Linear.Value => config.AttentionBias,
        Linear.Output => config.OutputBias,
        _ => config.MlpBias,
    };

    /// <summary>Output and input width of a linear.</summary>
    public static (long Out, long In) Shape(ModelConfig config, Linear linear)
    {
        long hidden = config.HiddenSize, wide = config.IntermediateSize, queries = (long)config.Heads * config.HeadDim,
            keys = (long)config.KeyValueHeads * config.HeadDim;
        return linear switch
        {
            Linear.Query => (queries, hidden),
            Linear.Key or Linear.Value => (keys, hidden),
            Linear.Output => (hidden, queries),
            Linear.Down => (hidden, wide),
            _ => (wide, hidden),
        };
    }

    /// <summary>Checks that the files hold every tensor in its shape; reads headers only.</summary>
    /// <returns>Number of trained values.</returns>
    /// <exception cref="ModelException">A tensor is missing or of another shape; the message names it, expected and found.</exception>
    public static long Require(ModelConfig config, WeightFiles weights)
    {
        long count = 0;
        var known = new HashSet<string>();
        foreach (var (name, shape) in Of(config))
        {
            weights.Require(name, shape);
            known.Add(name);
            count += shape.Aggregate(1L, (a, b) => a * b);
        }
        if (weights.Names.FirstOrDefault(n => !known.Contains(n) && IsComputedWith(n)) is { } other)
            throw new ModelException(ModelFault.Unsupported, $"{weights.Folder}: the weights have a tensor {other}, which a model "
                + $"of type {config.ModelType} with {config.Layers} layers does not compute with: they are not of this config.json.");
        return count;
    }

    // Not so: the head of a file whose embedding serves as head, tables that older files keep, and heads for other uses (score, v_head).
    private static bool IsComputedWith(string name) => (name.StartsWith("model.", StringComparison.Ordinal) || name == "lm_head.bias")
        && !name.EndsWith(".inv_freq", StringComparison.Ordinal);
}
