// Labelled examples and their rows: what was observed once is not computed again while its row or its products are there.
using System.Runtime.InteropServices;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Datastore;

/// <param name="identity">Names model files and adapter: rows of another identity are never mistaken for these.</param>
internal sealed class Observer(ModelSession session, IPrompts prompts, IRowDatastore rows, string identity, Halving? halving = null)
{
    private readonly Dictionary<RowKey, Observation> _known = [];
    private readonly PreparedExamples _prepared = new(session.Decoder.Config, prompts, identity);

    /// <summary>Observations in the order given; only what is not known yet costs a backward pass.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two layers; what was finished stays known.</exception>
    public IReadOnlyList<Observation> Observe(TaskPrompt? task, IReadOnlyList<Example> examples, GiveWay giveWay = default) =>
        Observe(_prepared.Of(task, examples), giveWay).Observed;

    /// <summary>Cosines [k, k] of the examples that have a gradient, in the order given, and which these are.</summary>
    /// <returns>Observed: all of them, as they were for these cosines. Error: where the rows of all are too many for memory and files,
    /// cosines are those of their random projections, and this is the standard deviation of each; else null.</returns>
    public (IReadOnlyList<Observation> Observed, IReadOnlyList<int> Places, double[][] Cosines, double? Error) Cosines(TaskPrompt? task,
        IReadOnlyList<Example> examples, GiveWay giveWay = default)
    {
        var prepared = _prepared.Of(task, examples);
        var (observed, projected) = Observe(prepared, giveWay);
        int[] places = [.. Enumerable.Range(0, examples.Count).Where(i => observed[i].LeftOut is null)];
        KeyedSequence[] distinct = [.. places.Select(i => Keyed(prepared[i])).DistinctBy(e => e.Key)];
        var products = rows.Products(distinct, projected, giveWay);
        var indexOf = distinct.Index().ToDictionary(k => k.Item.Key, k => k.Index);
        int[] index = [.. places.Select(i => indexOf[KeyOf(prepared[i])])];
        double[] norms = [.. places.Select(i => projected ? 1 : observed[i].GradientNorm!.Value)];
        var cosines = places.Select(_ => new double[places.Length]).ToArray();
        for (var i = 0; i < places.Length; i++)
        {
            cosines[i][i] = 1;
            for (var j = 0; j < i; j++)
                cosines[i][j] = cosines[j][i] = index[i] == index[j] ? 1 : products[index[i]][index[j]] / (norms[i] * norms[j]);
        }
        return (observed, places, cosines, projected ? rows.ProjectionError : null);
    }

    private KeyedSequence Keyed(PreparedExample example) => new(KeyOf(example), example.Sequence);

    private RowKey KeyOf(PreparedExample example) => new(session.Version, "", "", example.Hash);

    private (IReadOnlyList<Observation> Observed, bool Projected) Observe(IReadOnlyList<PreparedExample> prepared, GiveWay giveWay)
    {
        var usable = prepared.Where(p => p.LeftOut is null).Select(Keyed).DistinctBy(e => e.Key).ToList();
        // The first 32 are one case from the first one on: no label among them changes what a cosine is, nor one that has no row.
        var coming = usable.Count(e => _known.GetValueOrDefault(e.Key)?.LeftOut is null);
        var projected = !rows.Holds(Math.Max(CosLow.Size, coming));
        rows.Use(usable);
        // What does not fit into memory now may fit another time: it is not known, only told.
        var tooLong = new Dictionary<RowKey, string>();
        Compute([.. usable.Where(e => !_known.ContainsKey(e.Key)).OrderBy(e => e.Sequence.Ids.Length)], projected, tooLong, giveWay);
        return ([.. prepared.Select(p => (p.LeftOut ?? tooLong.GetValueOrDefault(KeyOf(p))) is { } reason
            ? new Observation(KeyOf(p).Name, null, null, reason, p.LeftOut is null) : _known[KeyOf(p)])], projected);
    }

    // Like lengths together: less padding where there is any.
    private void Compute(IReadOnlyList<KeyedSequence> missing, bool projected, Dictionary<RowKey, string> tooLong, GiveWay giveWay)
    {
        var shared = TokenSequence.SharedPrefix([.. missing.Select(e => e.Sequence)]);
        for (var at = 0; at < missing.Count;)
        {
            giveWay.Point();
            var batch = new List<KeyedSequence> { missing[at] };
            var size = default(PassSize).With(missing[at].Sequence, shared);
            batch.AddRange(missing.Skip(at + 1).TakeWhile(next => rows.Fits(size = size.With(next.Sequence, shared))));
            var coming = missing.Count - at;
            at += batch.Count;
            if (rows.Refusal([.. batch.Select(e => e.Sequence)]) is { } reason)
            {
                if (batch.Count == 1) tooLong[batch[0].Key] = reason;
                else foreach (var one in batch) Compute([one], projected, tooLong, giveWay);
            }
            else if (halving is null) Store(batch, rows.Compute(batch, projected, coming, giveWay));
            else halving.Run(batch, e => e.Sequence.Ids.Length, part => Halved(part, projected, coming, tooLong, giveWay));
        }
    }

    // One alone that the device has no memory for is left out; it stops no other.
    private void Halved(IReadOnlyList<KeyedSequence> part, bool projected, int coming, Dictionary<RowKey, string> tooLong,
        GiveWay giveWay)
    {
        try
        {
            Store(part, rows.Compute(part, projected, coming, giveWay));
        }
        catch (ExternalException full) when (part.Count == 1 && Halving.IsOutOfMemory(full))
        {
            tooLong[part[0].Key] = halving!.TooLong(part[0].Sequence.Ids.Length, full);
        }
    }

    private void Store(IReadOnlyList<KeyedSequence> batch, IReadOnlyList<(double Norm, double? Loss)> computed)
    {
        foreach (var (example, (norm, loss)) in batch.Zip(computed))
        {
            // A norm that is no number comes from weights that overflow: no cosine can be made of it.
            var usable = norm > 0 && double.IsFinite(norm);
            _known[example.Key] = new Observation(example.Key.Name, usable ? loss : null, usable ? norm : null,
                usable ? null : norm == 0 ? "The gradient is zero." : "The gradient is no number.");
        }
    }
}
