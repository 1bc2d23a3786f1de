// Rows that stay on the device: of a label its products with the 31 others come down, where a row of a model of 8 billion parameters would
// be 350 MB.
using System.Numerics.Tensors;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using TorchSharp;

namespace DataEfficiency.Engine.Datastore;

/// <summary>The first 32 rows in a slab of the device; where there are more, their foldings in the host's memory.</summary>
internal sealed class DeviceRows : IRowDatastore, IDisposable
{
    /// <summary>Values of a folded row that share a unit in half precision.</summary>
    private const int Run = 64;

    private const int Rows = CosLow.Size;

    private readonly GradientRows _rows;
    private readonly RowStore _store;
    private readonly RowSlab _slab;
    private readonly RowProducts _products = new();

    // Whose row is in each slot of the slab, and when it was last used.
    private readonly RowKey?[] _keys = new RowKey?[Rows];
    private readonly long[] _used = new long[Rows];
    private long _now;
    private SignedFolding? _folding;

    /// <param name="store">Takes the foldings.</param>
    public DeviceRows(GradientRows rows, RowStore store)
    {
        (_rows, _store) = (rows, store);
        _slab = new RowSlab(Rows, rows.Layout, rows.Config, rows.Device);
    }

    /// <summary>On a GPU whose free memory holds the slab twice; else null, and rows are the host's. What is left of the memory is the
    /// passes', by half: their need is an estimate.</summary>
    public static DeviceRows? For(GradientRows rows, RowStore store)
    {
        if (rows.Device.type == DeviceType.CPU || AvailableMemory.OfTheDevice(rows.Device) is not { } free) return null;
        var slab = RowSlab.BytesOf(Rows, rows.Layout);
        rows.OnDevice.Room = Math.Max(SinkPass.DefaultRoom, (2 * slab <= free ? free - slab : free) / 2);
        return 2 * slab <= free ? new DeviceRows(rows, store) : null;
    }

    public bool Holds(int count) => count <= Rows;

    // The same as a count sketch's: every column meets as many others.
    public double ProjectionError => RandomProjection.Error;

    public bool Fits(PassSize size) => size.Count <= Rows && _rows.OnDevice.Fits(size);

    public string? Refusal(IReadOnlyList<TokenSequence> batch) => null;

    public void Use(IReadOnlyList<KeyedSequence> examples)
    {
        _now++;
        foreach (var example in examples)
            if (Array.IndexOf(_keys, example.Key) is var slot and >= 0) _used[slot] = _now;
    }

    public IReadOnlyList<(double Norm, double? Loss)> Compute(IReadOnlyList<KeyedSequence> batch, bool projected, int coming,
        GiveWay giveWay) => projected ? Fold(batch, giveWay) : Compute(batch, giveWay);

    private IReadOnlyList<(double Norm, double? Loss)> Compute(IReadOnlyList<KeyedSequence> batch, GiveWay giveWay)
    {
        var slots = Slots(batch);
        TokenSequence[] sequences = [.. batch.Select(b => b.Sequence)];
        using var writing = _slab.Write(slots);
        var losses = _rows.Run(sequences, writing, giveWay);
        var (products, squares) = writing.Finish();
        for (var b = 0; b < slots.Length; b++)
            if (IsUsable(squares[b])) _keys[slots[b]] = batch[b].Key;
        for (var b = 0; b < slots.Length; b++)
            if (IsUsable(squares[b])) Learn(batch[b].Key, products[b]);
        return [.. squares.Zip(losses, (square, loss) => (Math.Sqrt(square), (double?)loss))];
    }

    private static bool IsUsable(double square) => square > 0 && double.IsFinite(square);

    // Their own, free ones, or those of the rows longest unused; nobody's until the pass is through.
    private int[] Slots(IReadOnlyList<KeyedSequence> batch)
    {
        var slots = new List<int>();
        foreach (var example in batch)
        {
            var own = Array.IndexOf(_keys, example.Key);
            slots.Add(own >= 0 ? own : Enumerable.Range(0, Rows).Except(slots).MinBy(s => _keys[s] is null ? -1 : _used[s]));
            _keys[slots[^1]] = null;
        }
        _now++;
        foreach (var slot in slots) _used[slot] = _now;
        return [.. slots];
    }

    private void Learn(RowKey key, double[] products)
    {
        int[] slots = [.. Enumerable.Range(0, Rows).Where(s => _keys[s] is not null)];
        var indices = _products.IndicesOf([key, .. slots.Select(s => _keys[s]!.Value)]);
        for (var i = 0; i < slots.Length; i++)
            if (indices[0] != indices[i + 1]) _products[indices[0], indices[i + 1]] = products[slots[i]];
    }

    private IReadOnlyList<(double Norm, double? Loss)> Fold(IReadOnlyList<KeyedSequence> batch, GiveWay giveWay)
    {
        _folding ??= new SignedFolding(_rows.Layout, _rows.Config, _rows.Device);
        using var writing = _folding.Write(batch.Count);
        var losses = _rows.Run([.. batch.Select(b => b.Sequence)], writing, giveWay);
        var (folded, squares) = writing.Finish();
        for (var b = 0; b < folded.Length; b++)
        {
            if (!IsUsable(squares[b])) continue;
            TensorPrimitives.Divide(folded[b], (float)GramMatrix.Norm(folded[b]), folded[b]);
            _store.Add(NameOf(batch[b].Key), new RowValues(folded[b], Run).ToHalf());
        }
        return [.. squares.Zip(losses, (square, loss) => (Math.Sqrt(square), (double?)loss))];
    }

    public double[][] Products(IReadOnlyList<KeyedSequence> examples, bool projected, GiveWay giveWay)
    {
        var indices = _products.IndicesOf([.. examples.Select(e => projected ? NameOf(e.Key) : e.Key)]);
        var bytes = RowValues.HalfBytes(SignedFolding.Size, Run);
        if (projected) _products.Complete(indices, _store.MemoryBytes, bytes, i => Folded(examples[i], giveWay), giveWay);
        else
        {
            Use(examples);
            for (var i = 0; i < examples.Count; i++)
            {
                if (indices.All(other => other == indices[i] || !double.IsNaN(_products[indices[i], other]))) continue;
                giveWay.Point();
                if (Array.IndexOf(_keys, examples[i].Key) is var slot and >= 0) Learn(examples[i].Key, _slab.Products(slot));
                else Compute([examples[i]], giveWay);
            }
        }
        return [.. indices.Select(a => indices.Select(b => a == b ? double.NaN : _products[a, b]).ToArray())];
    }

    private RowValues Folded(KeyedSequence example, GiveWay giveWay)
    {
        var name = NameOf(example.Key);
        if (_store.Find(name, SignedFolding.Size, Run) is { } known) return known;
        Fold([example], giveWay);
        return _store.Find(name, SignedFolding.Size, Run)!;
    }

    private static RowKey NameOf(RowKey key) => key with { Projection = SignedFolding.Name };

    public void Dispose()
    {
        _slab.Dispose();
        _folding?.Dispose();
    }
}
