// The method's published algorithm as it stands, ported plainly: one example at a time, decoding without a shared prefix and a second
// forward pass for the probabilities, logits of every position wherever the model is called with a whole text, A and B both with gradients,
// clones of all of them, cosines by loops over pairs and tensors. It exists to be measured against; nothing else may use it.
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Benchmarks;

internal sealed class ReferenceWay(Decoder decoder, AdapterMatrices matrices, double alpha, IReadOnlySet<int> eos,
    IReadOnlySet<int> masked) : IDisposable
{
    private const long Ignored = -100;
    private readonly LoraAdapter _adapter = new(decoder.Config, matrices, alpha, CPU);

    /// <summary>Mean probability of the greedy answer's kept tokens.</summary>
    public double Confidence(int[] prompt, out int generated)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        using var nothing = decoder.Prefix([]);
        var tokens = new List<int>(prompt);
        using (var cache = new KeyValueCache(decoder, nothing, 1, prompt.Length + GreedyDecoder.DefaultLimit))
            for (int[] next = prompt; tokens.Count < prompt.Length + GreedyDecoder.DefaultLimit;)
            {
                using var step = NewDisposeScope();
                var mask = next.Length == 1 ? zeros(1, 1, tokens.Count) : zeros(1, next.Length, next.Length)
                    .masked_fill_(ones([next.Length, next.Length], dtype: ScalarType.Bool).triu(1), Operand.MinusInfinity);
                var positions = arange(tokens.Count - next.Length, tokens.Count, dtype: int64).unsqueeze(0);
                var hidden = decoder.Extend(tensor(next.Select(i => (long)i).ToArray()).unsqueeze(0), positions, tokens.Count - 1, mask,
                    cache);
                var chosen = (int)decoder.Logits(hidden[0, -1].unsqueeze(0)).argmax(1).ToInt64();
                tokens.Add(chosen);
                if (eos.Contains(chosen)) break;
                next = [chosen];
            }
        generated = tokens.Count - prompt.Length;
        var all = tensor(tokens.SkipLast(1).Select(i => (long)i).ToArray()).unsqueeze(0);
        var probabilities = decoder.Logits(decoder.Hidden(all)[0]).narrow(0, prompt.Length - 1, generated).softmax(-1)
            .max(1).values.data<float>().ToArray();
        var kept = probabilities.Where((_, i) => !masked.Contains(tokens[prompt.Length + i])).ToArray();
        return kept.Length > 0 ? kept.Average() : probabilities[0];
    }

    /// <summary>Clones of the gradients of all A and B.</summary>
    public Tensor[] Gradients(TokenSequence example)
    {
        using var scope = NewDisposeScope();
        using var tracing = set_grad_enabled(true);
        using var leaves = _adapter.Collect();
        var logits = decoder.Logits(decoder.Hidden(tensor(example.Ids.SkipLast(1).Select(i => (long)i).ToArray()).unsqueeze(0),
            _adapter)[0]);
        var targets = tensor(example.Ids.Skip(1).Select((id, t) => example.Scored[t + 1] ? id : Ignored).ToArray());
        var loss = nn.functional.cross_entropy(logits, targets, ignore_index: Ignored);
        return [.. autograd.grad([loss], [.. leaves.Tensors]).Select(g => g.clone().DetachFromDisposeScope())];
    }

    /// <summary>Cosines of all pairs.</summary>
    public static double[] Cosines(IReadOnlyList<Tensor[]> examples)
    {
        using var plain = no_grad();
        var cosines = new List<double>();
        for (var i = 0; i < examples.Count; i++)
            for (var j = 0; j < i; j++)
            {
                double dot = 0, first = 0, second = 0;
                for (var t = 0; t < examples[i].Length; t++)
                {
                    using var scope = NewDisposeScope();
                    Tensor a = examples[i][t].view(-1), b = examples[j][t].view(-1);
                    dot += a.dot(b).ToDouble();
                    first += a.dot(a).ToDouble();
                    second += b.dot(b).ToDouble();
                }
                cosines.Add(dot / Math.Sqrt(first * second));
            }
        return [.. cosines];
    }

    public void Dispose() => _adapter.Dispose();
}
