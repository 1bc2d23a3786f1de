// Labelled examples and their rows: what was observed once is not computed again while its row or its products are kept.
using System.Buffers.Binary;
using System.Security.Cryptography;
using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Gradients;

/// <param name="identity">Names model files and adapter: rows of another identity are never mistaken for these.</param>
internal sealed class Observer(Decoder decoder, IPrompts prompts, GradientRows rows, KeptRows kept, string identity, Halving? halving = null)
{
    // Activations of one backward pass, at least one example's: bounds the memory, and is where cancellation is looked at.
    private const long ActivationBytes = 288L << 20;

    private const int Tile = 32;

    private readonly long _positionsAtOnce = Math.Min(4096, ActivationBytes / HandWrittenPass.BytesPerPosition(decoder.Config, rows.Rank));
    private readonly Dictionary<string, Observation> _known = [];

    private sealed record Prepared(string Key, TokenSequence Sequence, string? LeftOut);

    /// <summary>Observations in the order given; only what is not known yet costs a backward pass.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two passes; what was finished stays known.</exception>
    public IReadOnlyList<Observation> Observe(TaskPrompt? task, IReadOnlyList<Example> examples, CancellationToken cancel = default)
    {
        var prepared = examples.Select(e => Prepare(task, e)).ToArray();
        foreach (var p in prepared.Where(p => p.LeftOut is not null)) _known.TryAdd(p.Key, new Observation(p.Key, null, null, p.LeftOut));
        Compute(prepared.Where(p => !_known.ContainsKey(p.Key)), cancel);
        return [.. prepared.Select(p => _known[p.Key])];
    }

    /// <summary>Cosines [k, k] of the examples that have a gradient, in the order given, and which these are.</summary>
    public (IReadOnlyList<int> Places, double[][] Cosines) Cosines(TaskPrompt? task, IReadOnlyList<Example> examples, CancellationToken cancel = default)
    {
        var observed = Observe(task, examples, cancel);
        int[] places = [.. Enumerable.Range(0, examples.Count).Where(i => observed[i].LeftOut is null)];
        var sequenceOf = new Dictionary<string, TokenSequence>();
        foreach (var i in places) sequenceOf.TryAdd(observed[i].Key, Prepare(task, examples[i]).Sequence);
        KeptRow Row(string key)
        {
            if (kept.Find(key, rows.Width) is { } row) return row;
            cancel.ThrowIfCancellationRequested();
            var again = new KeptRow(Rows([sequenceOf[key]])[0].Values!);
            kept.Add(key, again);
            return again;
        }
        var products = Products([.. sequenceOf.Keys], Row, cancel);
        var cosines = places.Select(_ => new double[places.Length]).ToArray();
        for (var i = 0; i < places.Length; i++)
        {
            cosines[i][i] = 1;
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (observed[places[i]], observed[places[j]]);
                cosines[i][j] = cosines[j][i] = a.Key == b.Key ? 1 : products(a.Key, b.Key) / (a.GradientNorm!.Value * b.GradientNorm!.Value);
            }
        }
        return (places, cosines);
    }

    // Inner products of all pairs of keys. What is missing is computed tile by tile: no more rows than two tiles are needed at a time.
    private Func<string, string, double> Products(string[] keys, Func<string, KeptRow> row, CancellationToken cancel)
    {
        var computed = new Dictionary<(string, string), double>();
        foreach (var (tile, others) in from i in Enumerable.Range(0, (keys.Length + Tile - 1) / Tile) from j in Enumerable.Range(0, i + 1) select (i, j))
        {
            string[] own = [.. keys.Skip(tile * Tile).Take(Tile)], far = tile == others ? own : [.. keys.Skip(others * Tile).Take(Tile)];
            var missing = new List<(string A, string B)>();
            for (var a = 0; a < own.Length; a++)
                foreach (var b in far.Take(tile == others ? a : far.Length))
                    if (kept.Product(own[a], b) is { } known) computed[(own[a], b)] = known;
                    else missing.Add((own[a], b));
            if (missing.Count == 0) continue;
            cancel.ThrowIfCancellationRequested();
            string[] needed = [.. missing.SelectMany(p => new[] { p.A, p.B }).Distinct()];
            var places = needed.Index().ToDictionary(k => k.Item, k => k.Index);
            var products = GramMatrix.Products([.. needed.Select(row)], [.. missing.Select(p => (places[p.A], places[p.B]))]);
            foreach (var (pair, product) in missing.Zip(products))
            {
                kept.SetProduct(pair.A, pair.B, product);
                computed[pair] = product;
            }
        }
        return (a, b) => computed.TryGetValue((a, b), out var product) ? product : computed[(b, a)];
    }

    private void Compute(IEnumerable<Prepared> missing, CancellationToken cancel)
    {
        // Like lengths together: less padding where there is any (on a GPU). Equal examples have one key and are computed once.
        var order = missing.DistinctBy(p => p.Key).OrderBy(p => p.Sequence.Ids.Length).ToList();
        var shared = TokenSequence.SharedPrefix([.. order.Select(p => p.Sequence)]);
        for (var at = 0; at < order.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            var count = 1;
            var positions = order[at].Sequence.Ids.Length;
            while (at + count < order.Count && (positions += order[at + count].Sequence.Ids.Length - shared) <= _positionsAtOnce) count++;
            var batch = order.GetRange(at, count);
            var computed = Rows([.. batch.Select(p => p.Sequence)]);
            for (var i = 0; i < count; i++)
            {
                var (values, loss) = computed[i];
                var norm = values is null ? 0 : GramMatrix.Norm(values);
                // A norm that is no number comes from weights that overflow: no cosine can be made of it.
                var usable = norm > 0 && double.IsFinite(norm);
                if (usable) kept.Add(batch[i].Key, new KeptRow(values!));
                _known[batch[i].Key] = new Observation(batch[i].Key, usable ? loss : null, usable ? norm : null, usable ? null : norm == 0 ? "The gradient is zero." : "The gradient is no number.");
            }
            at += count;
        }
    }

    private List<GradientRow> Rows(TokenSequence[] sequences)
    {
        var computed = new List<GradientRow>();
        if (halving is null) computed.AddRange(rows.Compute(sequences));
        else halving.Run(sequences, s => s.Ids.Length, part => computed.AddRange(rows.Compute(part)));
        return computed;
    }

    private Prepared Prepare(TaskPrompt? task, Example example)
    {
        int[] prompt = prompts.Prompt(task, example.Text), answer = prompts.Answer(example.Answer);
        var sequence = TokenSequence.Answer(prompt, answer, prompts.Masked);
        var reason = answer.Length == 0 ? "The answer is empty."
            : prompt.Length == 0 ? "The prompt is empty."
            : sequence.Ids.Length > decoder.Config.ContextLength ? $"Prompt and answer have {sequence.Ids.Length} tokens, the model takes {decoder.Config.ContextLength}."
            : decoder.Config.UnknownId(sequence.Ids) is { } id ? $"Prompt and answer have token {id}, but the model's vocabulary has {decoder.Config.VocabularySize}."
            : sequence.Kept == 0 ? "Every token of the answer is masked." : null;
        return new Prepared(KeyOf(prompt, answer), sequence, reason);
    }

    private string KeyOf(int[] prompt, int[] answer)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(identity);
        var bytes = new byte[name.Length + 4 * (prompt.Length + answer.Length + 1)];
        name.CopyTo(bytes, 0);
        var at = name.Length;
        // A masked token counts as another one: a row depends on which tokens its loss left out.
        foreach (var id in (int[])[.. prompt, -1, .. answer.Select(id => prompts.Masked.Contains(id) ? -2 - id : id)])
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), id);
            at += 4;
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
