// The parameters of a decoder, all of them views of one flat buffer: an optimiser step, a checkpoint or a copy is one operation on it.
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>The seven linears of a layer, in the order of the adapter recipe and of the golden numbers.</summary>
internal enum Linear { Query, Key, Value, Output, Gate, Up, Down }

/// <summary>One layer. q, k, v and gate, up are stored row below row, so that each group is one matrix product.</summary>
internal sealed record LayerParameters(Tensor QueryKeyValue, Tensor? QueryKeyValueBias, Tensor Output, Tensor? OutputBias, Tensor GateUp,
    Tensor? GateUpBias, Tensor Down, Tensor? DownBias,
    Tensor InputNorm, Tensor PostAttentionNorm);

/// <summary>Owns the flat buffer and hands out the named views.</summary>
internal sealed class DecoderParameters : IDisposable
{
    private const int Alignment = 16; // floats: every tensor starts on a cache line
    private readonly List<(string Name, long Offset, long[] Shape)> _tensors = [];
    private readonly ModelConfig _config;

    public Tensor Flat { get; }

    public Tensor Embedding { get; private set; } = null!;

    public Tensor FinalNorm { get; private set; } = null!;

    /// <summary>[vocabulary, hidden]; the embedding itself where the two are tied.</summary>
    public Tensor Head { get; private set; } = null!;

    public IReadOnlyList<LayerParameters> Layers { get; private set; } = null!;

    /// <summary>Number of trained values, without the padding between tensors.</summary>
    public long Count { get; private set; }

    /// <summary>Reserves zeroed parameters for the shape.</summary>
    public DecoderParameters(ModelConfig config, Device device, ScalarType dtype = ScalarType.Float32)
    {
        _config = config;
        long end = 0;
        void Add(string name, params long[] shape)
        {
            _tensors.Add((name, end, shape));
            var size = shape.Aggregate(1L, (a, b) => a * b);
            Count += size;
            end += (size + Alignment - 1) / Alignment * Alignment;
        }
        long dim = config.HiddenSize, rows = (long)(config.Heads + 2 * config.KeyValueHeads) * config.HeadDim;
        Add("embedding", config.VocabularySize, dim);
        for (var i = 0; i < config.Layers; i++)
        {
            Add($"{i}.qkv", rows, dim);
            if (config.AttentionBias) Add($"{i}.qkv_bias", rows);
            Add($"{i}.o", dim, (long)config.Heads * config.HeadDim);
            if (config.OutputBias) Add($"{i}.o_bias", dim);
            Add($"{i}.gate_up", 2L * config.IntermediateSize, dim);
            if (config.MlpBias) Add($"{i}.gate_up_bias", 2L * config.IntermediateSize);
            Add($"{i}.down", dim, config.IntermediateSize);
            if (config.MlpBias) Add($"{i}.down_bias", dim);
            Add($"{i}.input_norm", dim);
            Add($"{i}.post_norm", dim);
        }
        Add("norm", dim);
        if (!config.TieWordEmbeddings) Add("head", config.VocabularySize, dim);
        Flat = zeros(end, dtype: dtype, device: device).DetachFromDisposeScope();
        Bind(leaves: false);
    }

    /// <summary>Makes fresh views of the buffer; as leaves they collect gradients (full fine-tuning), else they are plain.</summary>
    public IReadOnlyList<Tensor> Bind(bool leaves)
    {
        DisposeViews();
        using var plain = no_grad();
        var views = new Dictionary<string, Tensor>();
        foreach (var (name, offset, shape) in _tensors)
        {
            using var flat = Flat.narrow(0, offset, shape.Aggregate(1L, (a, b) => a * b));
            using var view = flat.view(shape);
            views[name] = view.detach().requires_grad_(leaves).DetachFromDisposeScope();
        }
        Embedding = views["embedding"];
        FinalNorm = views["norm"];
        Head = _config.TieWordEmbeddings ? Embedding : views["head"];
        Layers = [.. Enumerable.Range(0, _config.Layers).Select(i =>
            new LayerParameters(views[$"{i}.qkv"], views.GetValueOrDefault($"{i}.qkv_bias"), views[$"{i}.o"],
            views.GetValueOrDefault($"{i}.o_bias"), views[$"{i}.gate_up"], views.GetValueOrDefault($"{i}.gate_up_bias"),
                views[$"{i}.down"], views.GetValueOrDefault($"{i}.down_bias"),
            views[$"{i}.input_norm"], views[$"{i}.post_norm"]))];
        return [.. _tensors.Select(p => views[p.Name])];
    }

    /// <summary>Offset in the buffer and number of elements of each tensor, in the order of <see cref="Bind"/>.</summary>
    public IEnumerable<(long Offset, long Size)> Spans => _tensors.Select(p => (p.Offset, p.Shape.Aggregate(1L, (a, b) => a * b)));

    /// <summary>Weight [out, in] of one linear: a view that the caller disposes.</summary>
    public Tensor Weight(int layer, Linear linear)
    {
        var (group, _, first, rows) = RowsOf(layer, linear);
        return group.narrow(0, first, rows);
    }

    /// <summary>Bias [out] of one linear, a view that the caller disposes; or null.</summary>
    public Tensor? Bias(int layer, Linear linear)
    {
        var (_, bias, first, rows) = RowsOf(layer, linear);
        return bias?.narrow(0, first, rows);
    }

    private (Tensor Group, Tensor? Bias, long First, long Rows) RowsOf(int layer, Linear linear)
    {
        long q = (long)_config.Heads * _config.HeadDim, kv = (long)_config.KeyValueHeads * _config.HeadDim, wide = _config.IntermediateSize;
        var p = Layers[layer];
        return linear switch
        {
            Linear.Query => (p.QueryKeyValue, p.QueryKeyValueBias, 0, q),
            Linear.Key => (p.QueryKeyValue, p.QueryKeyValueBias, q, kv),
            Linear.Value => (p.QueryKeyValue, p.QueryKeyValueBias, q + kv, kv),
            Linear.Output => (p.Output, p.OutputBias, 0, _config.HiddenSize),
            Linear.Gate => (p.GateUp, p.GateUpBias, 0, wide),
            Linear.Up => (p.GateUp, p.GateUpBias, wide, wide),
            _ => (p.Down, p.DownBias, 0, _config.HiddenSize),
        };
    }

    /// <summary>Every tensor under its Hugging Face name, as views the caller disposes.</summary>
    public IEnumerable<(string Name, Tensor Value)> Named()
    {
        yield return ("model.embed_tokens.weight", Embedding.alias());
        for (var i = 0; i < _config.Layers; i++)
        {
            foreach (var linear in Enum.GetValues<Linear>())
            {
                yield return ($"model.layers.{i}.{NameOf(linear)}.weight", Weight(i, linear));
                if (Bias(i, linear) is { } bias) yield return ($"model.layers.{i}.{NameOf(linear)}.bias", bias);
            }
            yield return ($"model.layers.{i}.input_layernorm.weight", Layers[i].InputNorm.alias());
            yield return ($"model.layers.{i}.post_attention_layernorm.weight", Layers[i].PostAttentionNorm.alias());
        }
        yield return ("model.norm.weight", FinalNorm.alias());
        if (!_config.TieWordEmbeddings) yield return ("lm_head.weight", Head.alias());
    }

    /// <summary>Normal with deviation 0.02, the projections back into the residual stream divided by sqrt(2 layers) (GPT-2), norms
    /// 1.</summary>
    /// <param name="seed">Gives the same values again on the same device in the same type only.</param>
    internal void FillRandom(long seed)
    {
        using var plain = no_grad();
        // TorchSharp's generators are all the CPU's, whatever device they were made for: a GPU draws from its own.
        using var random = Flat.device.type == DeviceType.CPU ? new Generator((ulong)seed) : null;
        if (random is null) cuda.manual_seed_all(seed);
        foreach (var (name, value) in Named())
            using (value)
            {
                if (name.EndsWith("norm.weight", StringComparison.Ordinal)) value.fill_(Operand.One);
                else if (!name.EndsWith(".bias", StringComparison.Ordinal))
                    value.normal_(0, name.Contains("o_proj") || name.Contains("down_proj") ? .02 / Math.Sqrt(2 * _config.Layers) : .02,
                        random);
            }
    }

    /// <summary>The linear's name inside a layer, e.g. self_attn.q_proj.</summary>
    public static string NameOf(Linear linear) => linear switch
    {
        Linear.Query => "self_attn.q_proj",
        Linear.Key => "self_attn.k_proj",
        Linear.Value => "self_attn.v_proj",
        Linear.Output => "self_attn.o_proj",
        Linear.Gate => "mlp.gate_proj",
        Linear.Up => "mlp.up_proj",
        _ => "mlp.down_proj",
    };

    private void DisposeViews()
    {
        if (Layers is null) return;
        if (!ReferenceEquals(Head, Embedding)) Head.Dispose();
        Embedding.Dispose();
        FinalNorm.Dispose();
        foreach (var p in Layers)
            foreach (var t in new[] { p.QueryKeyValue, p.QueryKeyValueBias, p.Output, p.OutputBias, p.GateUp, p.GateUpBias, p.Down,
                p.DownBias, p.InputNorm, p.PostAttentionNorm }) t?.Dispose();
    }

    public void Dispose()
    {
        DisposeViews();
        Flat.Dispose();
    }
}
