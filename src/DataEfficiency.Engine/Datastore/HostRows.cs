using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Datastore;

/// <summary>Rows in the host's memory and its files; where these do not suffice, their count sketches.</summary>
internal sealed class HostRows(GradientRows rows, RowStore store) : IRowDatastore
{
    private readonly RowProducts _products = new();

    private long HalfBytes => RowValues.HalfBytes(rows.Width, rows.Rank);

    public bool Holds(int count) => HalfBytes <= RandomProjection.Bytes || count * HalfBytes <= store.Room;

    public double ProjectionError => RandomProjection.Error;

    public bool Fits(PassSize size) => rows.Pass.Fits(size);

    public string? Refusal(IReadOnlyList<TokenSequence> batch) => rows.Refusal(batch);

    public void Use(IReadOnlyList<KeyedSequence> examples)
    {
    }

    public IReadOnlyList<(double Norm, double? Loss)> Compute(IReadOnlyList<KeyedSequence> batch, bool projected, int coming,
        GiveWay giveWay)
    {
        // Rows that will not all fit in float32 are never in it.
        var half = projected || store.Bytes + coming * RowValues.FloatBytes(rows.Width) > store.MemoryBytes;
        var computed = rows.Compute([.. batch.Select(b => b.Sequence)], half, giveWay);
        foreach (var (example, row) in batch.Zip(computed))
            if (row.Norm > 0 && double.IsFinite(row.Norm))
                store.Add(NameOf(example.Key, projected), projected ? RandomProjection.Of(row.Row!) : row.Row!);
        return [.. computed.Select(r => (r.Norm, r.Loss))];
    }

    public double[][] Products(IReadOnlyList<KeyedSequence> examples, bool projected, GiveWay giveWay)
    {
        RowValues Exact(KeyedSequence example)
        {
            if (store.Find(example.Key, rows.Width, rows.Rank) is { } row) return row;
            giveWay.Point();
            return rows.Compute([example.Sequence], half: true, giveWay)[0].Row!;
        }
        RowValues Row(KeyedSequence example)
        {
            var name = NameOf(example.Key, projected);
            if (projected && store.Find(name, RandomProjection.Size, RandomProjection.Run) is { } known) return known;
            var row = projected ? RandomProjection.Of(Exact(example)) : Exact(example);
            store.Add(name, row);
            return row;
        }
        var indices = _products.IndicesOf([.. examples.Select(e => NameOf(e.Key, projected))]);
        _products.Complete(indices, store.MemoryBytes, projected ? RandomProjection.Bytes : HalfBytes, i => Row(examples[i]), giveWay);
        return [.. indices.Select(a => indices.Select(b => a == b ? double.NaN : _products[a, b]).ToArray())];
    }

    private static RowKey NameOf(RowKey key, bool projected) => projected ? key with { Projection = RandomProjection.Name } : key;
}
