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

    /// <summary>Columns filled so far.</summary>
    public long Length { get; private set; }

    public KeyValueCache(Decoder decoder, SharedPrefix prefix, long batch, long columns)
    {
        var config = decoder.Config;
        _prefix = prefix;
        Tensor New() => empty([config.KeyValueHeads, batch, columns, config.HeadDim], dtype: decoder.Dtype, device: decoder.Device).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => New())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => New())];
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
    }

    /// <summary>Stores k, v [batch, time, kv, width] in the next columns and attends from q [batch, time, heads, width] (already scaled) to prefix and columns.</summary>
    /// <returns>[batch, time, heads * width]</returns>
    internal Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, Tensor mask)
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
        own.view(kv, batch, groups, time, columns).add_(mask.unsqueeze(1), Operand.One);
        Tensor mixed;
        if (_prefix.Ids.Count == 0) mixed = own.softmax(-1).bmm(values);
        else
        {
            long prefix = _prefix.Ids.Count;
            var shared = queries.bmm(_prefix.Keys[layer].transpose(1, 2)).view(kv * batch, groups * time, prefix);
            var weights = cat([shared, own], -1).softmax(-1);
            var far = weights.narrow(-1, 0, prefix).reshape(kv, batch * groups * time, prefix).bmm(_prefix.Values[layer]).view(kv * batch, groups * time, width);
            mixed = far.add_(weights.narrow(-1, prefix, columns).bmm(values), Operand.One);
        }
        return mixed.view(kv, batch, groups, time, width).permute(1, 3, 0, 2, 4).reshape(batch, time, heads * width).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var t in _keys.Concat(_values)) t.Dispose();
    }
}
