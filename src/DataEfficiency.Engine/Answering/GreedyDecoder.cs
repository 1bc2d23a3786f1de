// Greedy decoding in batches behind a shared prompt prefix, with the probabilities that the confidence is made of (method section 2).
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Answering;

/// <param name="Tokens">Generated ids, the EOS included.</param>
/// <param name="Probabilities">Largest softmax probability at each of them, from decoding's own logits.</param>
/// <param name="LogProbabilities">ln of the same.</param>
public sealed record Generated(IReadOnlyList<int> Tokens, IReadOnlyList<double> Probabilities, IReadOnlyList<double> LogProbabilities);

/// <summary>Plain argmax until an EOS or the limit; finished sequences leave the batch.</summary>
/// <param name="eos">Any of these ids ends a sequence.</param>
/// <param name="halving">What happens where a batch does not fit into memory; null: the error passes.</param>
internal sealed class GreedyDecoder(ModelSession session, IReadOnlySet<int> eos, int limit = GreedyDecoder.DefaultLimit,
    Halving? halving = null)
{
    private readonly Decoder _decoder = session.Decoder;

    /// <summary>At most 30 new tokens, as the paper has it.</summary>
    public const int DefaultLimit = 30;

    /// <summary>The greedy answers to prompts, each given without the shared prefix and at least one token long, in the order
    /// given.</summary>
    /// <param name="done">Told the number of finished prompts after each batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two layers.</exception>
    public IReadOnlyList<Generated> Run(SharedPrefix prefix, IReadOnlyList<IReadOnlyList<int>> prompts, IProgress<int>? done = null,
        GiveWay giveWay = default)
    {
        var results = new Generated[prompts.Count];
        var finished = 0;
        foreach (var batch in Batches(prefix, prompts))
        {
            if (halving is null) RunBatch(prefix, prompts, batch, results, giveWay);
            else halving.Run(batch, i => prefix.Ids.Count + prompts[i].Count, part =>
                RunBatch(prefix, prompts, [.. part], results, giveWay));
            done?.Report(finished += batch.Length);
        }
        return results;
    }

    // Prompts of like length together, so that little is padded; the sort is stable, so that the plan depends on the input alone.
    private IEnumerable<int[]> Batches(SharedPrefix prefix, IReadOnlyList<IReadOnlyList<int>> prompts)
    {
        var batch = new List<int>();
        foreach (var i in Enumerable.Range(0, prompts.Count).OrderByDescending(i => prompts[i].Count))
        {
            long time = prompts[batch.Count > 0 ? batch[0] : i].Count;
            if (!KeyValueCache.Takes(_decoder, prefix, batch.Count + 1, time, limit - 1))
            {
                yield return [.. batch];
                batch.Clear();
            }
            batch.Add(i);
        }
        if (batch.Count > 0) yield return [.. batch];
    }

    private void RunBatch(SharedPrefix prefix, IReadOnlyList<IReadOnlyList<int>> prompts, int[] batch, Generated[] results, GiveWay giveWay)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var device = _decoder.Device;
        long count = batch.Length, time = batch.Max(i => prompts[i].Count), start = prefix.Ids.Count;
        using var cache = new KeyValueCache(_decoder, prefix, count, time + limit - 1);

        // Prompts stand left-aligned; behind a shorter one come pad columns, which causal attention hides now and the mask hides later.
        var ids = new long[count * time];
        var lengths = batch.Select(i => (long)prompts[i].Count).ToArray();
        for (var b = 0; b < count; b++)
            for (var t = 0; t < lengths[b]; t++) ids[b * time + t] = prompts[batch[b]][t];
        var hidden = _decoder.Prefill(tensor(ids, device: device).view(count, time), cache, session.Adapter, giveWay);
        var last = hidden.view(-1, _decoder.Config.HiddenSize).index_select(0,
            tensor(lengths.Select((n, b) => b * time + n - 1).ToArray(), device: device));
        hidden.Dispose();

        var columns = arange(time + limit - 1, dtype: int64, device: device).unsqueeze(0);
        var length = tensor(lengths, device: device).unsqueeze(1);
        var padding = columns.ge(length).logical_and(columns.lt(tensor(time, device: device)));
        var mask = zeros([count, time + limit - 1], device: device).masked_fill_(padding, Operand.MinusInfinity).unsqueeze(1);
        var next = tensor(lengths.Select(n => n + start).ToArray(), device: device).unsqueeze(1);
        Decode(last, batch, mask, next, start + time, cache, results, giveWay);
    }

    // mask [active, 1, all columns]; next [active, 1]: the position of the next token; largest: an upper bound of it.
    private void Decode(Tensor last, int[] batch, Tensor mask, Tensor next, long largest, KeyValueCache cache, Generated[] results,
        GiveWay giveWay)
    {
        var active = batch.ToArray();
        var tokens = batch.ToDictionary(i => i, _ => new Generated(new List<int>(), new List<double>(), new List<double>()));
        for (var step = 0; ; step++)
        {
            using var scope = NewDisposeScope();
            giveWay.Point();
            var (picked, logProbabilities) = LargestLogit.Of(_decoder, last);
            last.Dispose();
            var going = new List<long>();
            for (var b = 0; b < active.Length; b++)
            {
                var (ids, probabilities, logs) = tokens[active[b]];
                ((List<int>)ids).Add((int)picked[b]);
                ((List<double>)probabilities).Add(Math.Exp(logProbabilities[b]));
                ((List<double>)logs).Add(logProbabilities[b]);
                if (step + 1 < limit && !eos.Contains((int)picked[b])) going.Add(b);
            }
            if (going.Count == 0) break;
            if (going.Count < active.Length)
            {
                cache.Select([.. going]);
                var rows = tensor(going.ToArray(), device: _decoder.Device);
                (mask, next) = (mask.index_select(0, rows), next.index_select(0, rows));
                active = [.. going.Select(b => active[b])];
            }
            var chosen = tensor(going.Select(b => picked[b]).ToArray(), device: _decoder.Device);
            var hidden = _decoder.Extend(chosen.unsqueeze(1), next, largest + step, mask.narrow(2, 0, cache.Length + 1), cache,
                session.Adapter, giveWay);
            last = hidden.view(active.Length, -1).MoveToOuterDisposeScope();
            (mask, next) = (mask.alias().MoveToOuterDisposeScope(), next.add(Operand.One, Operand.One).MoveToOuterDisposeScope());
        }
        foreach (var i in batch) results[i] = tokens[i];
    }
}
