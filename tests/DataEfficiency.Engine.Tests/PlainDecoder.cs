// The decoder once more, as the papers write it: one sequence, one linear at a time by its name in the file, attention as an explicit
// masked matrix, float64. Nothing of it is shared with the engine's decoder but the parameters.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

internal static class PlainDecoder
{
    /// <summary>Logits [time, vocabulary].</summary>
    /// <param name="windows">How many last tokens, its own included, a position sees in each layer; null: all.</param>
    /// <param name="rope">Frequencies, and what cos and sin are multiplied by; null: those of the configuration's theta, and 1.</param>
    public static Tensor Logits(Decoder decoder, int[] ids, int?[]? windows = null, (double[] Frequencies, double Factor)? rope = null)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var weights = decoder.Parameters.Named().ToDictionary(n => n.Name, n => n.Value.to(float64));
        return Logits(decoder.Config, weights, ids, windows, rope).MoveToOuterDisposeScope();
    }

    /// <summary>The same of weights [in float64, by their names in the file], with a graph where they have one.</summary>
    public static Tensor Logits(ModelConfig config, IReadOnlyDictionary<string, Tensor> weights, int[] ids, int?[]? windows = null,
        (double[] Frequencies, double Factor)? rope = null)
    {
        using var scope = NewDisposeScope();
        Tensor Linear(string name, Tensor y) =>
            y.mm(weights[name + ".weight"].t()) + weights.GetValueOrDefault(name + ".bias", zeros(1, dtype: float64));
        Tensor Norm(string name, Tensor y) => y / (y.pow(2).mean([-1], true) + config.RmsNormEps).sqrt() * weights[name + ".weight"];
        Assert.True(config.Scaling is null || rope is not null);
        var frequencies = Enumerable.Range(0, config.HeadDim / 2).Select(i => Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim));
        var (cos, sin) = Rotary(ids.Length, rope ?? ([.. frequencies], 1));
        Tensor Turned(Tensor y)
        {
            var (first, second) = (y.narrow(1, 0, config.HeadDim / 2), y.narrow(1, config.HeadDim / 2, config.HeadDim / 2));
            return cat([first * cos - second * sin, second * cos + first * sin], 1);
        }

        var x = stack([.. ids.Select(id => weights["model.embed_tokens.weight"][id])]);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var at = $"model.layers.{layer}.";
            var h = Norm(at + "input_layernorm", x);
            Tensor q = Linear(at + "self_attn.q_proj", h), k = Linear(at + "self_attn.k_proj", h), v = Linear(at + "self_attn.v_proj", h);
            var hidden = Hidden(ids.Length, windows?[layer]);
            var mixed = Enumerable.Range(0, config.Heads).Select(head =>
            {
                var kv = head / (config.Heads / config.KeyValueHeads);
                Tensor Of(Tensor y, int place) => y.narrow(1, place * config.HeadDim, config.HeadDim);
                var scores = Turned(Of(q, head)).mm(Turned(Of(k, kv)).t()) / Math.Sqrt(config.HeadDim);
                return scores.masked_fill(hidden, double.NegativeInfinity).softmax(-1).mm(Of(v, kv));
            });
            x = x + Linear(at + "self_attn.o_proj", cat([.. mixed], 1));
            h = Norm(at + "post_attention_layernorm", x);
            var gate = Linear(at + "mlp.gate_proj", h);
            x = x + Linear(at + "mlp.down_proj", gate * gate.sigmoid() * Linear(at + "mlp.up_proj", h));
        }
        var head = weights.GetValueOrDefault("lm_head.weight", weights["model.embed_tokens.weight"]);
        return Norm("model.norm", x).mm(head.t()).MoveToOuterDisposeScope();
    }

    // [query, key]: true where the key is behind the query, or not among its last tokens.
    private static Tensor Hidden(int time, int? window)
    {
        var hidden = new bool[time, time];
        for (var query = 0; query < time; query++)
            for (var key = 0; key < time; key++) hidden[query, key] = key > query || key <= query - (window ?? time);
        return tensor(hidden);
    }

    private static (Tensor Cos, Tensor Sin) Rotary(int time, (double[] Frequencies, double Factor) rope)
    {
        var angles = new double[time, rope.Frequencies.Length];
        for (var t = 0; t < time; t++)
            for (var i = 0; i < rope.Frequencies.Length; i++) angles[t, i] = t * rope.Frequencies[i];
        using var all = tensor(angles);
        return (all.cos() * rope.Factor, all.sin() * rope.Factor);
    }
}
