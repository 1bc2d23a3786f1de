// What the miniature's numbers are made with: the plain decoder in float64, and autograd through it. An adapter is the formula of its paper
// put into the weights; a batch is a sum over examples, each run alone.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Miniature;

/// <param name="Ids">Of prompt and answer.</param>
/// <param name="Kept">Places in the answer of the tokens that count.</param>
internal sealed record PlainExample(int[] Prompt, int[] Answer, long[] Kept)
{
    public PlainExample(int[] prompt, int[] answer, ISet<int> masked)
        : this(prompt, answer, [.. Enumerable.Range(0, answer.Length).Where(t => !masked.Contains(answer[t])).Select(t => (long)t)])
    {
    }
}

/// <summary>Weights in float64 by their names in the file.</summary>
internal sealed class PlainModel(ModelConfig config, IReadOnlyDictionary<string, Tensor> weights)
{
    private static readonly string[] OfALayer =
        ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

    /// <summary>The seven linears of every layer.</summary>
    public string[] Linears { get; } =
        [.. Enumerable.Range(0, config.Layers).SelectMany(layer => OfALayer.Select(linear => $"model.layers.{layer}.{linear}"))];

    public IReadOnlyDictionary<string, Tensor> Weights => weights;

    /// <summary>W + scale B A.</summary>
    public PlainModel WithLora(IReadOnlyDictionary<string, Tensor> a, IReadOnlyDictionary<string, Tensor> b, double scale) =>
        With(Linears.Select(linear => (linear + ".weight", weights[linear + ".weight"] + b[linear].mm(a[linear]) * scale)));

    /// <summary>l (W x + b) for k and v, W (l x) for down.</summary>
    public PlainModel WithIa3(IReadOnlyDictionary<string, Tensor> vectors) =>
        With(vectors.SelectMany(v => v.Key.EndsWith("down_proj", StringComparison.Ordinal)
        ? [(v.Key + ".weight", weights[v.Key + ".weight"] * v.Value)]
        : new[] { (v.Key + ".weight", weights[v.Key + ".weight"] * v.Value.unsqueeze(1)),
            (v.Key + ".bias", weights[v.Key + ".bias"] * v.Value) }));

    public PlainModel With(IEnumerable<(string Name, Tensor Value)> others)
    {
        var changed = new Dictionary<string, Tensor>(weights);
        foreach (var (name, value) in others) changed[name] = value;
        return new PlainModel(config, changed);
    }

    public double[] NextLogits(IEnumerable<int> ids)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        return [.. PlainDecoder.Logits(config, weights, [.. ids])[-1].data<double>()];
    }

    /// <summary>Logits [answer + 1, vocabulary] from the last token of the prompt on.</summary>
    public Tensor AnswerLogits(PlainExample example)
    {
        var logits = PlainDecoder.Logits(config, weights, [.. example.Prompt, .. example.Answer]);
        return logits.narrow(0, example.Prompt.Length - 1, example.Answer.Length + 1);
    }

    /// <summary>-ln p [answer] of every token of the answer.</summary>
    public Tensor TokenLosses(PlainExample example)
    {
        var logs = AnswerLogits(example).narrow(0, 0, example.Answer.Length).log_softmax(-1);
        return -stack([.. example.Answer.Select((id, t) => logs[t, id])]);
    }

    /// <summary>Sum over the tokens that count, of all examples, divided by their number.</summary>
    public Tensor Loss(params IReadOnlyList<PlainExample> examples)
    {
        var sums = examples.Where(e => e.Kept.Length > 0).Select(e => TokenLosses(e).index_select(0, tensor(e.Kept)).sum());
        return stack([.. sums]).sum() / examples.Sum(e => e.Kept.Length);
    }
}
