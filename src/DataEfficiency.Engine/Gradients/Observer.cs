// Labelled examples and their rows: what was observed once is not computed again while its row or its products are kept.
using System.Buffers.Binary;
using System.Security.Cryptography;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients.CpuPass;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Gradients;

/// <param name="identity">Names model files and adapter: rows of another identity are never mistaken for these.</param>
internal sealed class Observer(ModelSession session, IPrompts prompts, GradientRows rows, KeptRows kept, string identity, Halving? halving = null)
{
    // What one backward pass may take beside the rows it gives, at least one example's: bounds the memory, and is where cancellation is looked at.
    private const long PassBytes = 288L << 20;
    private const int MostPositions = 4096;

    // Rows of one side of a tile of products, at most.
    private const int LargestTile = 32;

    private readonly ModelConfig _config = session.Decoder.Config;
    private readonly (long Forward, long Backward) _bytes = HandWrittenPass.BytesPerPosition(session.Decoder.Config, rows.Rank);
    private readonly Dictionary<string, Observation> _known = [];

    private sealed record Prepared(string Key, TokenSequence Sequence, string? LeftOut);

    private long HalfBytes => KeptRow.HalfBytes(rows.Width, rows.Rank);

    /// <summary>Observations in the order given; only what is not known yet costs a backward pass.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two passes; what was finished stays known.</exception>
    public IReadOnlyList<Observation> Observe(TaskPrompt? task, IReadOnlyList<Example> examples, CancellationToken cancel = default) => Observe([.. examples.Select(e => Prepare(task, e))], cancel).Observed;

    private (IReadOnlyList<Observation> Observed, bool Projected) Observe(Prepared[] prepared, CancellationToken cancel)
    {
        foreach (var p in prepared.Where(p => p.LeftOut is not null)) _known.TryAdd(p.Key, new Observation(p.Key, null, null, p.LeftOut));
        // Whether the rows of so many examples fit nowhere, as they are. The first 32 are one case from the first on: no label among them changes what a cosine is.
        var count = Math.Max(CosLow.Size, prepared.Where(p => p.LeftOut is null).Select(p => p.Key).Distinct().Count());
        var projected = HalfBytes > RandomProjection.Bytes && count * HalfBytes > kept.Room;
        Compute(prepared.Where(p => !_known.ContainsKey(p.Key)), projected, cancel);
        return ([.. prepared.Select(p => _known[p.Key])], projected);
    }

    /// <summary>Cosines [k, k] of the examples that have a gradient, in the order given, and which these are.</summary>
    /// <returns>Error: where the rows of all are too many for memory and files, cosines are those of their random projections, and this is the standard deviation of each; else null.</returns>
    public (IReadOnlyList<int> Places, double[][] Cosines, double? Error) Cosines(TaskPrompt? task, IReadOnlyList<Example> examples, CancellationToken cancel = default)
    {
        Prepared[] prepared = [.. examples.Select(e => Prepare(task, e))];
        var (observed, projected) = Observe(prepared, cancel);
        int[] places = [.. Enumerable.Range(0, examples.Count).Where(i => observed[i].LeftOut is null)];
        var sequenceOf = new Dictionary<string, TokenSequence>();
        foreach (var i in places) sequenceOf.TryAdd(observed[i].Key, prepared[i].Sequence);
        string[] keys = [.. sequenceOf.Keys];
        KeptRow Exact(string key)
        {
            if (kept.Find(key, rows.Width, rows.Rank) is { } row) return row;
            cancel.ThrowIfCancellationRequested();
            return Rows([sequenceOf[key]], half: true)[0].Row!;
        }
        KeptRow Row(string key)
        {
            if (projected && kept.Find(NameOf(key, projected), RandomProjection.Size, RandomProjection.Run) is { } known) return known;
            var row = projected ? RandomProjection.Of(Exact(key)) : Exact(key);
            kept.Add(NameOf(key, projected), row);
            return row;
        }
        var size = (int)Math.Clamp(kept.MemoryBytes / 2 / (projected ? RandomProjection.Bytes : HalfBytes), 1, LargestTile);
        var products = kept.PlacesOf([.. keys.Select(k => NameOf(k, projected))]);
        Complete(products, size, i => Row(keys[i]), cancel);
        var indexOf = keys.Index().ToDictionary(k => k.Item, k => k.Index);
        int[] index = [.. places.Select(i => indexOf[observed[i].Key])];
        double[] norms = [.. places.Select(i => projected ? 1 : observed[i].GradientNorm!.Value)];
        var cosines = places.Select(_ => new double[places.Length]).ToArray();
        for (var i = 0; i < places.Length; i++)
        {
            cosines[i][i] = 1;
            for (var j = 0; j < i; j++)
                cosines[i][j] = cosines[j][i] = index[i] == index[j] ? 1 : kept.Product(products[index[i]], products[index[j]]) / (norms[i] * norms[j]);
        }
        return (places, cosines, projected ? RandomProjection.Error : null);
    }

    private static string NameOf(string key, bool projected) => projected ? key + "-projected" : key;

    // Inner products of all pairs of places. What is missing is computed tile by tile: no more rows than two tiles are needed at a time.
    private void Complete(int[] places, int size, Func<int, KeptRow> row, CancellationToken cancel)
    {
        foreach (var (tile, others) in from i in Enumerable.Range(0, (places.Length + size - 1) / size) from j in Enumerable.Range(0, i + 1) select (i, j))
        {
            var missing = new List<(int A, int B)>();
            for (var a = tile * size; a < Math.Min((tile + 1) * size, places.Length); a++)
                for (var b = others * size; b < Math.Min((others + 1) * size, a); b++)
                    if (double.IsNaN(kept.Product(places[a], places[b]))) missing.Add((a, b));
            if (missing.Count == 0) continue;
            cancel.ThrowIfCancellationRequested();
            int[] needed = [.. missing.SelectMany(p => new[] { p.A, p.B }).Distinct()];
            var rowOf = needed.Index().ToDictionary(k => k.Item, k => k.Index);
            var products = GramMatrix.Products([.. needed.Select(row)], [.. missing.Select(p => (rowOf[p.A], rowOf[p.B]))]);
            foreach (var ((a, b), product) in missing.Zip(products)) kept.SetProduct(places[a], places[b], product);
        }
    }

    private void Compute(IEnumerable<Prepared> missing, bool projected, CancellationToken cancel)
    {
        // Like lengths together: less padding where there is any (on a GPU). Equal examples have one key and are computed once.
        var order = missing.DistinctBy(p => p.Key).OrderBy(p => p.Sequence.Ids.Length).ToList();
        var shared = TokenSequence.SharedPrefix([.. order.Select(p => p.Sequence)]);
        // Rows that will not all fit in float32 are never in it.
        var half = projected || kept.Bytes + order.Count * KeptRow.FloatBytes(rows.Width) > kept.MemoryBytes;
        for (var at = 0; at < order.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            int count = 1, backward = order[at].Sequence.Ids.Length, forward = backward;
            while (at + count < order.Count)
            {
                var length = order[at + count].Sequence.Ids.Length;
                (forward, backward) = (forward + length - shared, backward + length);
                if (Math.Max(forward, backward) > MostPositions || forward * _bytes.Forward + backward * _bytes.Backward > PassBytes) break;
                count++;
            }
            var batch = order.GetRange(at, count);
            var computed = Rows([.. batch.Select(p => p.Sequence)], half);
            for (var i = 0; i < count; i++)
            {
                var (row, norm, loss) = computed[i];
                // A norm that is no number comes from weights that overflow: no cosine can be made of it.
                var usable = norm > 0 && double.IsFinite(norm);
                if (usable) kept.Add(NameOf(batch[i].Key, projected), projected ? RandomProjection.Of(row!) : row!);
                _known[batch[i].Key] = new Observation(batch[i].Key, usable ? loss : null, usable ? norm : null, usable ? null : norm == 0 ? "The gradient is zero." : "The gradient is no number.");
            }
            at += count;
        }
    }

    private List<GradientRow> Rows(TokenSequence[] sequences, bool half)
    {
        var computed = new List<GradientRow>();
        if (halving is null) computed.AddRange(rows.Compute(sequences, half));
        else halving.Run(sequences, s => s.Ids.Length, part => computed.AddRange(rows.Compute(part, half)));
        return computed;
    }

    private Prepared Prepare(TaskPrompt? task, Example example)
    {
        int[] prompt = prompts.Prompt(task, example.Text), answer = prompts.Answer(example.Answer);
        var sequence = TokenSequence.Answer(prompt, answer, prompts.Masked);
        var reason = answer.Length == 0 ? "The answer is empty."
            : prompt.Length == 0 ? "The prompt is empty."
            : sequence.Ids.Length > _config.ContextLength ? $"Prompt and answer have {sequence.Ids.Length} tokens, the model takes {_config.ContextLength}."
            : _config.UnknownId(sequence.Ids) is { } id ? $"Prompt and answer have token {id}, but the model's vocabulary has {_config.VocabularySize}."
            : sequence.Kept == 0 ? "Every token of the answer is masked." : null;
        return new Prepared(KeyOf(prompt, answer), sequence, reason);
    }

    private string KeyOf(int[] prompt, int[] answer)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(identity + session.Version);
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
