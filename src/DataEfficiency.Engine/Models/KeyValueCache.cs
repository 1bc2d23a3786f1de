// Keys and values of a batch whose sequences share one prefix: the prefix is kept once and never copied per sequence.
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>Keys and values [kv heads, prefix, head_dim] of every layer.</summary>
public sealed class SharedPrefix(IReadOnlyList<int> ids, IReadOnlyList<Tensor> keys, IReadOnlyList<Tensor> values) : IDisposable
{
    public IReadOnlyList<int> Ids { get; } = ids;

    public IReadOnlyList<Tensor> Keys { get; } = keys;

    public IReadOnlyList<Tensor> Values { get; } = values;

    public void Dispose()
    {
        foreach (var t in Keys.Concat(Values)) t.Dispose();
    }
}

/// <summary>What follows the prefix: [kv heads, batch, columns, head_dim] of every layer, filled column by column.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly SharedPrefix _prefix;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    // [batch, columns]: what stands where, under a window.
    private Tensor? _positions;

    /// <summary>Columns filled so far.</summary>
    public long Length { get; private set; }

    public KeyValueCache(Decoder decoder, SharedPrefix prefix, long batch, long columns)
    {
        var config = decoder.Config;
        _prefix = prefix;
        Tensor New() => empty([config.KeyValueHeads, batch, columns, config.HeadDim], dtype: decoder.Dtype, device: decoder.Device).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => New())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => New())];
        if (config.Window is not null) _positions = empty([batch, columns], dtype: int64, device: decoder.Device).DetachFromDisposeScope();
    }

    internal void Advance(long columns) => Length += columns;

    /// <summary>Keeps the sequences at these places of the batch: the others are finished.</summary>
    public void Keep(Tensor rows)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            (_keys[i], var oldKeys) = (_keys[i].index_select(1, rows).DetachFromDisposeScope(), _keys[i]);
            (_values[i], var oldValues) = (_values[i].index_select(1, rows).DetachFromDisposeScope(), _values[i]);
            oldKeys.Dispose();
            oldValues.Dispose();
        }
        if (_positions is null) return;
        using var oldPositions = _positions;
        _positions = oldPositions.index_select(0, rows).DetachFromDisposeScope();
    }

    /// <summary>Says which positions [batch, time] the next columns hold.</summary>
    internal void Place(Tensor positions) => _positions?.narrow(1, Length, positions.shape[1]).copy_(positions);

    /// <summary>What a mask leaves to the queries at these positions [batch, time] under a window: masks [batch, time, columns] and [batch, time, prefix], null without a prefix.</summary>
    internal (Tensor Own, Tensor? Prefix) Within(int window, Tensor positions, Tensor mask)
    {
        using var scope = NewDisposeScope();
        using Scalar size = window;
        var last = positions.add(size, Operand.MinusOne).unsqueeze(-1); // of those out of sight
        var own = mask.masked_fill(_positions!.narrow(1, 0, mask.shape[2]).unsqueeze(1).le(last), Operand.MinusInfinity).MoveToOuterDisposeScope();
        if (_prefix.Ids.Count == 0) return (own, null);
        using Scalar prefix = _prefix.Ids.Count;
        var hidden = arange(prefix, dtype: int64, device: positions.device).le(last);
        return (own, zeros(hidden.shape, device: positions.device).masked_fill_(hidden, Operand.MinusInfinity).MoveToOuterDisposeScope());
    }

    /// <summary>Stores k, v [batch, time, kv, width] in the next columns and attends from q [batch, time, heads, width] (already scaled) to prefix and columns.</summary>
    /// <param name="masks">0 where a key may be seen, -infinity elsewhere: [batch or 1, time, columns], and [batch, time, prefix], null where all of the prefix may be.</param>
    /// <returns>[batch, time, heads * width]</returns>
    internal Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, (Tensor Own, Tensor? Prefix) masks)
    {
        using var scope = NewDisposeScope();
        long batch = q.shape[0], time = q.shape[1], heads = q.shape[2], width = q.shape[3], kv = k.shape[2], groups = heads / kv, columns = Length + time;
        _keys[layer].narrow(2, Length, time).copy_(k.permute(2, 0, 1, 3));
        _values[layer].narrow(2, Length, time).copy_(v.permute(2, 0, 1, 3));
        var keys = _keys[layer].narrow(2, 0, columns).view(kv * batch, columns, width);
        var values = _values[layer].narrow(2, 0, columns).view(kv * batch, columns, width);

        // The queries of a key-value head that see the same keys form one matrix: against the prefix all of the batch, else those of one sequence.
        var queries = q.view(batch, time, kv, groups, width).permute(2, 0, 3, 1, 4).reshape(kv, batch * groups * time, width);
        var own = queries.reshape(kv * batch, groups * time, width).bmm(keys.transpose(1, 2));
        own.view(kv, batch, groups, time, columns).add_(masks.Own.unsqueeze(1), Operand.One);
        Tensor mixed;
        if (_prefix.Ids.Count == 0) mixed = own.softmax(-1).bmm(values);
        else
        {
            long prefix = _prefix.Ids.Count;
            var shared = queries.bmm(_prefix.Keys[layer].transpose(1, 2)).view(kv * batch, groups * time, prefix);
            if (masks.Prefix is { } hidden) shared.view(kv, batch, groups, time, prefix).add_(hidden.unsqueeze(1), Operand.One);
            var weights = cat([shared, own], -1).softmax(-1);
            var far = weights.narrow(-1, 0, prefix).reshape(kv, batch * groups * time, prefix).bmm(_prefix.Values[layer]).view(kv * batch, groups * time, width);
            mixed = far.add_(weights.narrow(-1, prefix, columns).bmm(values), Operand.One);
        }
        return mixed.view(kv, batch, groups, time, width).permute(1, 3, 0, 2, 4).reshape(batch, time, heads * width).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var t in _keys.Concat(_values)) t.Dispose();
        _positions?.Dispose();
    }
}
