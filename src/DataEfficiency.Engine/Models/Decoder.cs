// The decoder of the Llama family in one file: Llama 3.x, Mistral, Qwen 2 / 2.5, SmolLM2. RMSNorm, rotary positions, grouped-query
// attention, SwiGLU (Touvron et al., arXiv 2302.13971; Ainslie et al., arXiv 2305.13245). Functional on purpose: parameters in, tensors
// out, no module tree, so that gradients, adapters and training each see exactly the linears they want through ILinearHook.
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Models.Kernels;
using DataEfficiency.Engine.Models.Native;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DataEfficiency.Engine.Models;

/// <summary>One loaded model. All tensors of one type on one device, norms, softmax and losses in float32; a call runs on the calling
/// thread.</summary>
internal sealed class Decoder : IDisposable
{
    private readonly RotaryPositions _rotary;
    private readonly int _groups;
    private readonly Scalar _scale;
    private readonly Scalar _epsilon;

    public ModelConfig Config { get; }

    public DecoderParameters Parameters { get; }

    public Device Device { get; }

    /// <summary>Float32, or BFloat16 on a GPU.</summary>
    public ScalarType Dtype { get; }

    /// <summary>Bytes of the caches of batches that are under way: what they hold while other work goes between.</summary>
    internal long CacheBytes { get; set; }

    private Decoder(ModelConfig config, Device device, ScalarType dtype)
    {
        (Config, Device, Dtype) = (config, device, dtype);
        _groups = config.Heads / config.KeyValueHeads;
        _scale = 1 / Math.Sqrt(config.HeadDim);
        _epsilon = config.RmsNormEps;
        Parameters = new DecoderParameters(config, device, dtype);
        _rotary = new RotaryPositions(config, device, dtype);
    }

    /// <summary>Loads a Hugging Face folder. Peak memory: the float32 parameters and one piece of a tensor.</summary>
    /// <exception cref="ModelException">A file is missing, truncated, or of another architecture or shape.</exception>
    public static Decoder Load(string folder, Device? device = null, ScalarType dtype = ScalarType.Float32)
    {
        NativeStartup.Ensure();
        var config = ModelConfig.Load(folder);
        using var weights = WeightFiles.Open(folder);
        DecoderWeights.Require(config, weights); // before memory is reserved: an absurd configuration fails here
        var decoder = new Decoder(config, device ?? CPU, dtype);
        try
        {
            foreach (var (name, value) in decoder.Parameters.Named())
                using (value) weights.CopyTo(name, value);
            return decoder;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>A model with random weights: <see cref="DecoderParameters.FillRandom"/> says which.</summary>
    public static Decoder Initialise(ModelConfig config, long seed, Device? device = null, ScalarType dtype = ScalarType.Float32)
    {
        NativeStartup.Ensure();
        var decoder = new Decoder(config, device ?? CPU, dtype);
        decoder.Parameters.FillRandom(seed);
        return decoder;
    }

    /// <summary>The same model in memory of its own.</summary>
    internal Decoder Copy()
    {
        var copy = new Decoder(Config, Device, Dtype);
        using var plain = no_grad();
        copy.Parameters.Flat.copy_(Parameters.Flat);
        return copy;
    }

    /// <summary>Writes config.json and model.safetensors (BF16 by default); the tokenizer's files are the caller's.</summary>
    public void Save(string folder, ScalarType dtype = ScalarType.BFloat16)
    {
        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(Path.Combine(folder, "model.safetensors"), [.. Parameters.Named()], dtype);
        var spelled = dtype switch { ScalarType.BFloat16 => "bfloat16", ScalarType.Float16 => "float16", _ => "float32" };
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJson(spelled).ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    /// <summary>Hidden states [batch, time, hidden] behind the last norm of ids [batch, time] (int64), each row starting at position 0.
    /// Shorter rows are padded on the right with any id: causal attention keeps the padding out of every real position.</summary>
    public Tensor Hidden(Tensor ids, ILinearHook? hook = null, GiveWay giveWay = default,
        Func<int, Tensor, Tensor>? between = null)
    {
        using var scope = NewDisposeScope();
        var x = Behind(Config.Layers, ids, hook, giveWay, between);
        if (between is not null) x = between(Config.Layers, x);
        return RmsNorm(x, Parameters.FinalNorm).MoveToOuterDisposeScope();
    }

    /// <summary>Hidden states [batch, time, hidden] behind so many layers and before the next norm, of the ids of <see cref="Hidden"/>; 0:
    /// the embedding's.</summary>
    /// <param name="between">Gives what goes into a layer in the place of what came out of the one before.</param>
    internal Tensor Behind(int layers, Tensor ids, ILinearHook? hook = null, GiveWay giveWay = default, Func<int, Tensor,
        Tensor>? between = null)
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = _rotary.First(ids.shape[1]);
        var window = WindowMask(0, ids.shape[1]);
        var x = Embed(ids);
        for (var i = 0; i < layers; i++)
        {
            giveWay.Point();
            if (between is not null) x = between(i, x);
            x = Block(i, x, cos, sin, (layer, q, k, v) => Causal(layer, q, k, v, window), hook);
        }
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The same for sequences that share their first tokens: the prefix goes through the model once, gradients flow through it,
    /// and the numbers are those of <see cref="Hidden"/> up to rounding.</summary>
    /// <param name="prefix">[1, prefix] int64.</param>
    /// <param name="ids">[batch, time] int64: what follows the prefix.</param>
    /// <returns>Hidden states [batch, time, hidden] of what follows.</returns>
    public Tensor HiddenBehind(Tensor prefix, Tensor ids, ILinearHook? hook = null, GiveWay giveWay = default,
        Func<int, Tensor, Tensor>? between = null)
    {
        using var scope = NewDisposeScope();
        long before = prefix.shape[1], time = ids.shape[1];
        var (cos, sin) = _rotary.First(before + time);
        Tensor Near(Tensor t) => t.narrow(0, 0, before);
        Tensor Far(Tensor t) => t.narrow(0, before, time);
        Tensor mask = Mask(before, time, before + time), within = WindowMask(before, time) ?? mask;
        var window = WindowMask(0, before);
        var shared = Embed(prefix);
        var x = Embed(ids);
        for (var i = 0; i < Config.Layers; i++)
        {
            giveWay.Point();
            if (between is not null) (shared, x) = (between(i, shared), between(i, x));
            Tensor keys = null!, values = null!;
            shared = Block(i, shared, Near(cos), Near(sin), (layer, q, k, v) =>
            {
                (keys, values) = (k.alias().DetachFromDisposeScope(), v.alias().DetachFromDisposeScope());
                return Causal(layer, q, k, v, window);
            }, hook);
            x = Block(i, x, Far(cos), Far(sin), (layer, q, k, v) => BehindPrefix(q, keys, values, k, v, IsWindowed(layer) ? within : mask),
                hook);
            keys.Dispose();
            values.Dispose();
        }
        if (between is not null) x = between(Config.Layers, x);
        return RmsNorm(x, Parameters.FinalNorm).MoveToOuterDisposeScope();
    }

    /// <summary>Logits [rows, vocabulary] in float32 of hidden states [rows, hidden].</summary>
    public Tensor Logits(Tensor rows) => Logits(rows, 0, Config.VocabularySize);

    /// <summary>The same of so many ids of the vocabulary from the first on.</summary>
    public Tensor Logits(Tensor rows, int first, int count)
    {
        using var head = Parameters.Head.narrow(0, first, count);
        var logits = F.linear(rows, head);
        if (Dtype == ScalarType.Float32) return logits;
        using (logits) return logits.to(ScalarType.Float32);
    }

    /// <summary>cos and signed sin [n, head_dim] of the positions 0 to n - 1, owned by the caller.</summary>
    internal (Tensor Cos, Tensor Sin) Rotary(long n)
    {
        var (cos, sin) = _rotary.First(n);
        using (cos) using (sin) return (cos.squeeze(1), sin.squeeze(1));
    }

    /// <summary>Keys and values of a prefix that many sequences share; the caller disposes them.</summary>
    public SharedPrefix Prefix(IReadOnlyList<int> ids, ILinearHook? hook = null, GiveWay giveWay = default)
    {
        if (ids.Count == 0) return SharedPrefix.None;
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache(this, SharedPrefix.None, 1, ids.Count);
        Prefill(tensor(ids.Select(i => (long)i).ToArray(), device: Device).unsqueeze(0), cache, hook, giveWay);
        return cache.ToPrefix(ids);
    }

    /// <summary>Runs the first tokens of a batch through the model, behind the prefix of an empty cache, and fills it. The prompt goes in
    /// blocks: memory beside the cache does not grow with its length.</summary>
    /// <param name="ids">[batch, time] int64; shorter rows are padded on the right with any id.</param>
    /// <returns>Hidden states [batch, time, hidden] behind the last norm.</returns>
    public Tensor Prefill(Tensor ids, KeyValueCache cache, ILinearHook? hook = null, GiveWay giveWay = default)
    {
        using var scope = NewDisposeScope();
        long batch = ids.shape[0], time = ids.shape[1], prefix = cache.Prefix.Ids.Count;
        var hidden = empty([batch, time, Config.HiddenSize], dtype: Dtype, device: Device);
        foreach (var (part, count) in cache.Parts(time))
            while (cache.Length < time)
            {
                using var inner = NewDisposeScope();
                long first = cache.Length, length = Math.Min(time - first, cache.BlockLength(time)), end = first + length;
                var positions = arange(prefix + first, prefix + end, dtype: int64, device: Device).expand(count, length);
                var later = ones([1, length, end], dtype: ScalarType.Bool, device: Device).triu_(first + 1);
                var mask = zeros([1, length, end], device: Device).masked_fill_(later, Operand.MinusInfinity);
                var block = ids.narrow(0, part, count).narrow(1, first, length);
                hidden.narrow(0, part, count).narrow(1, first, length)
                    .copy_(Extend(block, positions, prefix + end - 1, mask, cache, hook, giveWay));
            }
        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Runs the next tokens of a batch through the model and appends their keys and values to the cache.</summary>
    /// <param name="ids">[batch, time] int64.</param>
    /// <param name="positions">[batch, time] int64, counted from the beginning of the prefix.</param>
    /// <param name="largest">No position is above it.</param>
    /// <param name="mask">[batch or 1, time, columns after this call] float32: 0 where a key behind the prefix may be seen, -infinity
    /// elsewhere.</param>
    /// <returns>Hidden states [batch, time, hidden] behind the last norm.</returns>
    public Tensor Extend(Tensor ids, Tensor positions, long largest, Tensor mask, KeyValueCache cache, ILinearHook? hook = null,
        GiveWay giveWay = default)
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = _rotary.At(positions, largest);
        cache.Record(positions);
        var all = cache.Sight(mask, null);
        var near = Config.Window is { } window && window.Size <= largest ? cache.Sight(mask, (window.Size, positions)) : all;
        var x = Embed(ids);
        for (var i = 0; i < Config.Layers; i++)
        {
            giveWay.Point();
            x = Block(i, x, cos, sin, (layer, q, k, v) => cache.Attend(layer, q, k, v, IsWindowed(layer) ? near : all, _scale), hook);
        }
        cache.Advance(ids.shape[1]);
        return RmsNorm(x, Parameters.FinalNorm).MoveToOuterDisposeScope();
    }

    private Tensor Embed(Tensor ids)
    {
        var table = Parameters.Embedding;
        using var flat = ids.reshape(-1);
        var x = table.index_select(0, flat);
        if (table.requires_grad && is_grad_enabled() && Config.PadTokenId is { } pad)
        {
            // padding_idx of the reference's embedding: the look-up passes no gradient to the pad token's row
            using Scalar id = pad;
            using var isPad = flat.eq(id).unsqueeze(-1);
            using var constant = x.detach();
            using var traced = x;
            x = where(isPad, constant, traced);
        }
        using (x) return x.view(ids.shape[0], ids.shape[1], Config.HiddenSize);
    }

    private delegate Tensor Attention(int layer, Tensor q, Tensor k, Tensor v);

    private Tensor Block(int layer, Tensor x, Tensor cos, Tensor sin, Attention attend, ILinearHook? hook)
    {
        using var scope = NewDisposeScope();
        var p = Parameters.Layers[layer];
        long batch = x.shape[0], time = x.shape[1];
        int heads = Config.Heads, kv = Config.KeyValueHeads, width = Config.HeadDim;

        var h = RmsNorm(x, p.InputNorm);
        var qkv = hook is null ? F.linear(h, p.QueryKeyValue, p.QueryKeyValueBias)
            : cat([Hooked(hook, layer, Linear.Query, h), Hooked(hook, layer, Linear.Key, h), Hooked(hook, layer, Linear.Value, h)], -1);
        qkv = qkv.view(batch, time, heads + 2 * kv, width);
        var rotated = RotaryPositions.Rotate(qkv.narrow(2, 0, heads + kv), cos, sin);
        var mixed = attend(layer, rotated.narrow(2, 0, heads), rotated.narrow(2, heads, kv), qkv.narrow(2, heads + kv, kv));
        x = x.add(hook is null ? F.linear(mixed, p.Output, p.OutputBias) : Hooked(hook, layer, Linear.Output, mixed), Operand.One);

        h = RmsNorm(x, p.PostAttentionNorm);
        Tensor inner;
        if (hook is not null) inner = F.silu(Hooked(hook, layer, Linear.Gate, h)) * Hooked(hook, layer, Linear.Up, h);
        else
        {
            var both = F.linear(h, p.GateUp, p.GateUpBias);
            if (ByRows) RowKernels.SwiGlu(both, inner = empty([batch, time, Config.IntermediateSize]));
            else
            {
                var halves = both.chunk(2, -1);
                inner = F.silu(halves[0]) * halves[1];
            }
        }
        x = x.add(hook is null ? F.linear(inner, p.Down, p.DownBias) : Hooked(hook, layer, Linear.Down, inner), Operand.One);
        return x.MoveToOuterDisposeScope();
    }

    private Tensor Hooked(ILinearHook hook, int layer, Linear linear, Tensor x) =>
        hook.Apply(layer, linear, x, Parameters.Weight(layer, linear), Parameters.Bias(layer, linear));

    private bool IsWindowed(int layer) => Config.Window is { } window && window.Covers(layer);

    // [time, before + time]: 0 at the last "sight" keys that a query behind so many keys sees, -infinity elsewhere.
    private Tensor Mask(long before, long time, long sight)
    {
        using var scope = NewDisposeScope();
        var all = ones([time, before + time], dtype: ScalarType.Bool, device: Device);
        return zeros([time, before + time], dtype: Dtype,
            device: Device).masked_fill_(all.triu(before + 1).logical_or(all.tril(before - sight)),
                Operand.MinusInfinity).MoveToOuterDisposeScope();
    }

    // Null where no window is shorter than the sequence: causal attention sees the same.
    internal Tensor? WindowMask(long before, long time) => Config.Window is { } window && window.Size < before + time
        ? Mask(before, time, window.Size) : null;

    // q [batch, time, heads, width], k and v [batch, time, kv, width] -> [batch, time, heads * width]
    internal Tensor Causal(int layer, Tensor q, Tensor k, Tensor v, Tensor? window)
    {
        using var scope = NewDisposeScope();
        var mask = IsWindowed(layer) ? window : null;
        var mixed = F.scaled_dot_product_attention(q.transpose(1, 2), PerHead(k), PerHead(v), attn_mask: mask, is_casual: mask is null);
        return mixed.transpose(1, 2).reshape(q.shape[0], q.shape[1], -1).MoveToOuterDisposeScope();
    }

    // As Causal, with the keys and values [1, prefix, kv, width] of a shared prefix in front; mask [time, prefix + time].
    private Tensor BehindPrefix(Tensor q, Tensor prefixKeys, Tensor prefixValues, Tensor k, Tensor v, Tensor mask)
    {
        using var scope = NewDisposeScope();
        Tensor Joined(Tensor prefix, Tensor own) => PerHead(cat([prefix.expand(own.shape[0], -1, -1, -1), own], 1));
        var mixed = F.scaled_dot_product_attention(q.transpose(1, 2), Joined(prefixKeys, k), Joined(prefixValues, v), attn_mask: mask);
        return mixed.transpose(1, 2).reshape(q.shape[0], q.shape[1], -1).MoveToOuterDisposeScope();
    }

    private Tensor PerHead(Tensor x)
    {
        if (_groups == 1) return x.transpose(1, 2);
        long batch = x.shape[0], time = x.shape[1], kv = x.shape[2], width = x.shape[3];
        return x.transpose(1, 2).unsqueeze(2).expand(batch, kv, _groups, time, width).reshape(batch, kv * _groups, time, width);
    }

    /// <summary>The last norm of what comes out of the last layer.</summary>
    internal Tensor Normed(Tensor x) => RmsNorm(x, Parameters.FinalNorm);

    // One pass over each row in the place of one for each operation, where nothing is to be differentiated.
    private bool ByRows => Dtype == ScalarType.Float32 && Device.type == DeviceType.CPU && !is_grad_enabled();

    private Tensor RmsNorm(Tensor x, Tensor weight)
    {
        if (ByRows && x.is_contiguous())
        {
            var normed = empty_like(x);
            RowKernels.Norm(x, weight, Config.RmsNormEps, normed);
            return normed;
        }
        using var scope = NewDisposeScope();
        return Norm(x, weight).Normed.MoveToOuterDisposeScope();
    }

    /// <summary>The norm, and the inverse [.., 1] of the root mean square that it divides by, in float32.</summary>
    internal (Tensor Normed, Tensor Inverse) Norm(Tensor x, Tensor weight)
    {
        // not square(): it is pow(2) with a number of its own (see Operand)
        var wide = Dtype == ScalarType.Float32 ? x : x.to(ScalarType.Float32);
        var inverse = wide.mul(wide).mean([-1], true).add(_epsilon, Operand.One).rsqrt();
        var normed = wide * inverse;
        return ((Dtype == ScalarType.Float32 ? normed : normed.to(Dtype)) * weight, inverse);
    }

    public void Dispose()
    {
        Parameters.Dispose();
        _rotary.Dispose();
        _scale.Dispose();
        _epsilon.Dispose();
    }
}
