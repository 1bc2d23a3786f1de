// The slow ways: one example at a time, no cache, no shared prefix, no padding, autograd through a real adapter. What is
// batched, cached or kept must give their numbers.
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

internal static class PlainTwins
{
    /// <summary>Greedy decoding with a whole forward pass for every token; the lead is that of the best logit over the next.</summary>
    public static (Generated Answer, IReadOnlyList<double> Leads) Greedy(Decoder decoder, IReadOnlyList<int> prompt, IReadOnlySet<int> eos,
        int limit = GreedyDecoder.DefaultLimit)
    {
        using var plain = no_grad();
        var ids = prompt.ToList();
        List<int> tokens = [];
        List<double> probabilities = [], logs = [], leads = [];
        while (tokens.Count < limit && (tokens.Count == 0 || !eos.Contains(tokens[^1])))
        {
            using var scope = NewDisposeScope();
            var logits = decoder.Logits(decoder.Hidden(tensor(ids.Select(i => (long)i).ToArray()).unsqueeze(0))[0, -1].unsqueeze(0))
                .view(-1).to(float64).data<double>().ToArray();
            var best = Array.IndexOf(logits, logits.Max());
            var log = -Math.Log(logits.Sum(l => Math.Exp(l - logits[best])));
            tokens.Add(best);
            logs.Add(log);
            probabilities.Add(Math.Exp(log));
            leads.Add(logits[best] - logits.Where((_, i) => i != best).Max());
            ids.Add(best);
        }
        return (new Generated(tokens, probabilities, logs), leads);
    }

    /// <summary>-ln p of each answer token that counts, from the logits of the whole sequence.</summary>
    public static double[] TokenLosses(Decoder decoder, TokenSequence sequence)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var logits =
            decoder.Logits(decoder.Hidden(tensor(sequence.Ids.Select(i => (long)i).ToArray()).unsqueeze(0))[0]).to(float64).log_softmax(-1);
        return [.. Enumerable.Range(0, sequence.Ids.Length).Where(t => sequence.Scored[t])
            .Select(t => -logits[t - 1, sequence.Ids[t]].ToDouble())];
    }

    /// <summary>The gradient of every B at B = 0 through an adapter, in the order of a gradient
    /// row; null without a token that counts.</summary>
    public static float[]? Row(Decoder decoder, AdapterMatrices matrices, double alpha, TokenSequence sequence)
    {
        if (sequence.Counted == 0) return null;
        using var adapter = new LoraAdapter(decoder.Config, matrices, alpha, CPU);
        var gradient = AdapterGradient.Of(decoder, adapter, sequence);
        return [.. adapter.Spans.Where((_, i) => i % 2 == 1).SelectMany(p => gradient[(int)p.Offset..(int)(p.Offset + p.Size)])];
    }

    /// <summary>One product at a time, in float64.</summary>
    public static double Cosine(float[] a, float[] b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++) (ab, aa, bb) = (ab + (double)a[i] * b[i], aa + (double)a[i] * a[i], bb + (double)b[i] * b[i]);
        return ab / Math.Sqrt(aa * bb);
    }

    public static double Distance(float[] a, float[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum() / b.Sum(y => (double)y * y));
}
