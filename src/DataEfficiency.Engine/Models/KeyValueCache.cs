// Keys and values of a batch whose sequences share one prefix: the prefix is kept once and never copied per sequence.
using DataEfficiency.Engine.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DataEfficiency.Engine.Models;

/// <summary>Keys and values [kv heads, prefix, head_dim] of every layer.</summary>
internal sealed class SharedPrefix(IReadOnlyList<int> ids, IReadOnlyList<Tensor> keys, IReadOnlyList<Tensor> values) : IDisposable
{
    /// <summary>Of sequences that share nothing.</summary>
    public static SharedPrefix None { get; } = new([], [], []);

    public IReadOnlyList<int> Ids { get; } = ids;

    public IReadOnlyList<Tensor> Keys { get; } = keys;

    public IReadOnlyList<Tensor> Values { get; } = values;

    /// <summary>The keys [kv heads * width, columns and some room], laid out for products by hand; made when first asked for.</summary>
    public IReadOnlyList<Tensor> KeysAcross => _across ??= [.. Keys.Select(Across)];

    private IReadOnlyList<Tensor>? _across;

    private static Tensor Across(Tensor keys)
    {
        using var scope = NewDisposeScope();
        long kv = keys.shape[0], count = keys.shape[1], width = keys.shape[2];
        var across = zeros([kv * width, StripProduct.Padded((int)count)], device: keys.device);
        across.narrow(1, 0, count).copy_(keys.transpose(1, 2).reshape(kv * width, count));
        return across.DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var t in Keys.Concat(Values).Concat(_across ?? [])) t.Dispose();
    }
}

/// <summary>What follows the prefix: [kv heads, batch, columns, head_dim] of every layer, filled column by column.</summary>
internal sealed class KeyValueCache : IDisposable
{
    // Tokens of long prompts that go through the model together: as many as fill its products.
    private const long BlockRows = 1024;

    // Sequences of a batch. A GPU reads all weights of the model for every token of a batch, however small that is; more gain little.
    private const int LargestBatch = 256;

    // What a batch's keys and values take at most by hand, where scores do not bound it.
    private const long MostBytes = 512L << 20;

    private readonly Decoder _decoder;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly int _groups;
    private readonly long _budget;

    // In float32 on the CPU, attention is by hand but for long prompts, and sequences stay where they stand; else null.
    private readonly CachedAttention? _byHand;

    // Where the sequences of the batch, or of the part of it that is under way, stand.
    private int[] _places;

    // [batch, columns]: what stands where, under a window.
    private Tensor? _positions;
    private long _bytes;

    public SharedPrefix Prefix { get; }

    /// <summary>Columns filled so far.</summary>
    public long Length { get; private set; }

    public KeyValueCache(Decoder decoder, SharedPrefix prefix, long batch, long columns)
    {
        var config = decoder.Config;
        (_decoder, Prefix, _groups, _budget) = (decoder, prefix, config.Heads / config.KeyValueHeads, ScoreBudget(decoder));
        _byHand = IsByHand(decoder) ? new CachedAttention(config.Heads, config.KeyValueHeads, config.HeadDim, new Scratch()) : null;
        _places = [.. Enumerable.Range(0, (int)batch)];
        // Where memory ends half-way, the scope frees what there is: nobody has this cache then.
        using var scope = NewDisposeScope();
        long[] shape = [config.KeyValueHeads, batch, columns, config.HeadDim];
        var room = _byHand is null ? 0 : StripProduct.Piece;
        Tensor New() => empty([shape.Aggregate((a, b) => checked(a * b)) + room], dtype: decoder.Dtype, device: decoder.Device)
            .narrow(0, 0, shape.Aggregate((a, b) => a * b)).view(shape);
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => New())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => New())];
        if (config.Window is not null) _positions = empty([batch, columns], dtype: int64, device: decoder.Device);
        foreach (var tensor in (Tensor?[])[.. _keys, .. _values, _positions]) tensor?.DetachFromDisposeScope();
        Count();
    }

    private static bool IsByHand(Decoder decoder) => decoder.Dtype == ScalarType.Float32 && decoder.Device.type == DeviceType.CPU;

    // Scores of one layer (numbers) that one batch holds at most, on the CPU few enough to stay near its caches. A batch that needs more
    // never holds them. A GPU has room for the 200 sequences that fill its products.
    private static long ScoreBudget(Decoder decoder) => decoder.Device.type == DeviceType.CPU ? 4L << 20 : 512L << 20;

    /// <summary>Whether so many sequences, of so many tokens each and more to come, make a good batch behind the prefix.</summary>
    internal static bool Takes(Decoder decoder, SharedPrefix prefix, long batch, long time, long more)
    {
        var config = decoder.Config;
        if (batch == 1) return true;
        return batch <= LargestBatch && (IsByHand(decoder)
            ? batch * (time + more) * config.Layers * config.KeyValueHeads * config.HeadDim * 2 * sizeof(float) <= MostBytes
            : batch * config.Heads * time * (prefix.Ids.Count + time) <= ScoreBudget(decoder));
    }

    /// <summary>Parts of a batch that go through its first tokens one after the other: by hand as few tokens as stay near the caches,
    /// else all of them.</summary>
    internal IEnumerable<(int First, int Count)> Parts(long time)
    {
        var whole = _places;
        var most = _byHand is null ? whole.Length : (int)Math.Clamp(BlockRows / time, 1, whole.Length);
        for (var first = 0; first < whole.Length; first += most)
        {
            _places = whole[first..Math.Min(whole.Length, first + most)];
            Length = 0;
            yield return (first, _places.Length);
        }
        _places = whole;
    }

    /// <summary>Columns of a prompt of so many that go through the model next: all of them where their scores may be held, else so many
    /// that no mask is larger than twice what scores may take.</summary>
    internal long BlockLength(long time)
    {
        var seen = Prefix.Ids.Count + time;
        if (!IsLarge(time, seen)) return time;
        return Math.Max(1, Math.Min(BlockRows / _places.Length, 2 * _budget / (_groups * seen)));
    }

    // By hand scores are held for one sequence at most.
    private bool IsLarge(long time, long seen) =>
        (_byHand is null ? _places.Length : 1) * _decoder.Config.Heads * time * seen > _budget;

    // Where scores are few, products behind the shared prefix are faster: the library's attention needs a copy of it for each sequence.
    // Beyond float32 the library's keeps scores in float32, which a product of its own rounds to eight bits.
    private bool IsFused(long time, long seen) => time > 1 && (_decoder.Dtype != ScalarType.Float32 || IsLarge(time, seen));

    internal void Advance(long columns) => Length += columns;

    /// <summary>Keeps these sequences of the batch: the others are finished.</summary>
    public void Select(long[] sequences)
    {
        _places = _byHand is null ? [.. Enumerable.Range(0, sequences.Length)] : [.. sequences.Select(i => _places[i])];
        if (_byHand is not null) return;
        using var scope = NewDisposeScope();
        var rows = tensor(sequences, device: _decoder.Device);
        for (var i = 0; i < _keys.Length; i++)
        {
            (_keys[i], var oldKeys) = (_keys[i].index_select(1, rows).DetachFromDisposeScope(), _keys[i]);
            (_values[i], var oldValues) = (_values[i].index_select(1, rows).DetachFromDisposeScope(), _values[i]);
            oldKeys.Dispose();
            oldValues.Dispose();
        }
        Count();
        if (_positions is null) return;
        using var oldPositions = _positions;
        _positions = oldPositions.index_select(0, rows).DetachFromDisposeScope();
    }

    /// <summary>The filled columns of a batch of one as the prefix of others; the cache gives them away.</summary>
    internal SharedPrefix ToPrefix(IReadOnlyList<int> ids) =>
        new([.. ids], [.. _keys.Select(k => k.select(1, 0).DetachFromDisposeScope())],
            [.. _values.Select(v => v.select(1, 0).DetachFromDisposeScope())]);

    /// <summary>Says which positions [batch, time] the next columns hold.</summary>
    internal void Record(Tensor positions)
    {
        if (_positions is null) return;
        using var scope = NewDisposeScope();
        _positions.narrow(1, Length, positions.shape[1]).index_copy_(0, Places(), positions.contiguous());
    }

    private Tensor Places() => tensor(_places.Select(i => (long)i).ToArray(), device: _decoder.Device);

    /// <summary>What the next queries see, as masks of 0 and -infinity: of the columns [batch or 1, time, columns] and of the prefix
    /// [batch, time, prefix], null where all of it is seen; or both in one [batch or 1, 1, groups * time, prefix + columns], for the
    /// library's attention.</summary>
    internal readonly record struct Seen(Tensor Own, Tensor? Prefix, Tensor? Whole);

    /// <param name="mask">[batch or 1, time, columns].</param>
    /// <param name="window">A query's last keys that it sees, and the positions [batch, time] of the queries; null: all.</param>
    internal Seen Sight(Tensor mask, (int Size, Tensor Positions)? window)
    {
        using var scope = NewDisposeScope();
        long prefix = Prefix.Ids.Count, time = mask.shape[1];
        Tensor own = mask, before = zeros([1, time, prefix], device: mask.device);
        if (window is { } near)
        {
            using Scalar size = near.Size;
            var last = near.Positions.add(size, Operand.MinusOne).unsqueeze(-1); // of those out of sight
            var positions = _positions!.narrow(1, 0, mask.shape[2]).index_select(0, Places()).unsqueeze(1);
            own = mask.masked_fill(positions.le(last), Operand.MinusInfinity);
            var hidden = arange(prefix, dtype: int64, device: mask.device).le(last);
            before = zeros(hidden.shape, device: mask.device).masked_fill_(hidden, Operand.MinusInfinity);
        }
        if (!IsFused(time, prefix + mask.shape[2]))
            return new(own.contiguous().alias().MoveToOuterDisposeScope(),
                window is null || prefix == 0 ? null : before.contiguous().alias().MoveToOuterDisposeScope(), null);
        var whole = cat([before.expand(own.shape[0], -1, -1), own], 2).to(_decoder.Dtype).unsqueeze(1).expand(-1, _groups, -1, -1);
        return new(own.alias().MoveToOuterDisposeScope(), null,
            whole.reshape(own.shape[0], 1, _groups * time, -1).MoveToOuterDisposeScope());
    }

    /// <summary>Stores k, v [batch, time, kv, width] in the next columns and attends from q [batch, time, heads, width] to prefix and
    /// columns.</summary>
    /// <returns>[batch, time, heads * width]</returns>
    internal Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, Seen seen, Scalar scale)
    {
        using var scope = NewDisposeScope();
        if (_byHand is not null) return ByHand(layer, q, k, v, seen).MoveToOuterDisposeScope();
        _keys[layer].narrow(2, Length, q.shape[1]).copy_(k.permute(2, 0, 1, 3));
        _values[layer].narrow(2, Length, q.shape[1]).copy_(v.permute(2, 0, 1, 3));
        Tensor keys = _keys[layer].narrow(2, 0, Length + q.shape[1]), values = _values[layer].narrow(2, 0, Length + q.shape[1]);
        var mixed = seen.Whole is { } mask ? Fused(layer, q, keys, values, mask) : ByProducts(layer, q.mul(scale), keys, values, seen);
        return mixed.MoveToOuterDisposeScope();
    }

    private Tensor ByHand(int layer, Tensor q, Tensor k, Tensor v, Seen seen)
    {
        int time = (int)q.shape[1], columns = (int)Length + time, prefix = Prefix.Ids.Count;
        CachedColumns Of(Tensor t) => new(new FloatMatrix(t), (int)t.shape[1], (int)t.shape[2]);
        _byHand!.Store(FloatMatrix.OfHeads(k), FloatMatrix.OfHeads(v), time, _places, Of(_keys[layer]), Of(_values[layer]), (int)Length);
        if (seen.Whole is { } mask)
        {
            // long prompts: their parts stand one behind the other
            Tensor Own(Tensor t) => t.narrow(1, _places[0], _places.Length).narrow(2, 0, columns);
            return Fused(layer, q, Own(_keys[layer]), Own(_values[layer]), mask);
        }
        var mixed = empty([q.shape[0], time, q.shape[2] * q.shape[3]]);
        _byHand!.Run(FloatMatrix.OfHeads(q), time, _places, Of(_keys[layer]), Of(_values[layer]), columns, new FloatMatrix(seen.Own),
            prefix == 0 ? default : new(new FloatMatrix(Prefix.KeysAcross[layer]), new FloatMatrix(Prefix.Values[layer]), prefix,
                seen.Prefix is { } hidden ? new FloatMatrix(hidden) : null), new FloatMatrix(mixed));
        return mixed;
    }

    // The library's attention, which holds no scores: a key-value head's queries stand one below the other.
    private Tensor Fused(int layer, Tensor q, Tensor keys, Tensor values, Tensor mask)
    {
        long batch = q.shape[0], time = q.shape[1], width = q.shape[3], kv = keys.shape[0];
        Tensor Whole(IReadOnlyList<Tensor> prefix, Tensor own) =>
            prefix.Count == 0 ? own.transpose(0, 1) : cat([prefix[layer].unsqueeze(0).expand(batch, -1, -1, -1), own.transpose(0, 1)], 2);
        var queries = q.view(batch, time, kv, _groups, width).permute(0, 2, 3, 1, 4).reshape(batch, kv, _groups * time, width);
        var mixed = F.scaled_dot_product_attention(queries, Whole(Prefix.Keys, keys), Whole(Prefix.Values, values), attn_mask: mask);
        return mixed.view(batch, kv, _groups, time, width).permute(0, 3, 1, 2, 4).reshape(batch, time, -1);
    }

    // The queries of a key-value head that see the same keys form one matrix: against the prefix all of the batch, else those of one
    // sequence.
    private Tensor ByProducts(int layer, Tensor q, Tensor keys, Tensor values, Seen seen)
    {
        long batch = q.shape[0], time = q.shape[1], width = q.shape[3], kv = keys.shape[0], columns = keys.shape[2],
            prefix = Prefix.Ids.Count;
        (keys, values) = (keys.view(kv * batch, columns, width), values.view(kv * batch, columns, width));
        var queries = q.view(batch, time, kv, _groups, width).permute(2, 0, 3, 1, 4).reshape(kv, batch * _groups * time, width);
        var own = queries.reshape(kv * batch, _groups * time, width).bmm(keys.transpose(1, 2));
        own.view(kv, batch, _groups, time, columns).add_(seen.Own.unsqueeze(1), Operand.One);
        Tensor mixed;
        if (prefix == 0) mixed = Softmax(own).bmm(values);
        else
        {
            var shared = queries.bmm(Prefix.Keys[layer].transpose(1, 2)).view(kv * batch, _groups * time, prefix);
            if (seen.Prefix is { } hidden) shared.view(kv, batch, _groups, time, prefix).add_(hidden.unsqueeze(1), Operand.One);
            var weights = Softmax(cat([shared, own], -1));
            var far = weights.narrow(-1, 0, prefix).reshape(kv, batch * _groups * time, prefix).bmm(Prefix.Values[layer]);
            mixed = far.view(kv * batch, _groups * time, width).add_(weights.narrow(-1, prefix, columns).bmm(values), Operand.One);
        }
        return mixed.view(kv, batch, _groups, time, width).permute(1, 3, 0, 2, 4).reshape(batch, time, -1);
    }

    // In float32 whatever the model's type.
    private static Tensor Softmax(Tensor scores) => scores.dtype == ScalarType.Float32 ? scores.softmax(-1)
        : scores.softmax(-1, ScalarType.Float32).to(scores.dtype);

    // The decoder knows what waits in memory while other work goes between.
    private void Count(bool disposed = false)
    {
        var bytes = disposed ? 0 : _keys.Concat(_values).Sum(t => t.numel() * t.element_size());
        _decoder.CacheBytes += bytes - _bytes;
        _bytes = bytes;
    }

    public void Dispose()
    {
        foreach (var t in _keys.Concat(_values)) t.Dispose();
        _positions?.Dispose();
        Count(disposed: true);
    }
}
