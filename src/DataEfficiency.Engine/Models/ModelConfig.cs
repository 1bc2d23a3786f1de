// config.json of a Hugging Face folder, in both styles in use: rope_theta / rope_scaling / torch_dtype and rope_parameters / dtype.
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Models;

/// <summary>Layers whose tokens see the last ones only.</summary>
/// <param name="Size">How many they see, their own included: the token at p sees those at p - Size + 1 to p.</param>
/// <param name="FirstLayer">The window's layers are those from here on, where <paramref name="Layers"/> is null.</param>
/// <param name="Layers">One by one, as layer_types has them.</param>
public sealed record SlidingWindow(int Size, int FirstLayer = 0, IReadOnlyList<bool>? Layers = null)
{
    public bool Covers(int layer) => Layers?[layer] ?? layer >= FirstLayer;
}

/// <summary>Shape and conventions of a decoder of the Llama family.</summary>
/// <param name="ModelType">llama, mistral or qwen2.</param>
/// <param name="HeadDim">Width of one head; hidden size / heads where the file does not say.</param>
/// <param name="ContextLength">Longest prompt.</param>
/// <param name="AttentionBias">Bias on q, k and v: Qwen 2 always, Llama where the file says so.</param>
/// <param name="PadTokenId">The embedding's padding_idx: its look-up passes no gradient to this row. Null: none.</param>
/// <param name="OutputBias">Bias on o: Llama's, together with those on q, k and v.</param>
/// <param name="MlpBias">Bias on gate, up and down: Llama only.</param>
/// <param name="Window">Null: every layer sees all tokens.</param>
public sealed record ModelConfig(string ModelType, int HiddenSize, int IntermediateSize, int Layers, int Heads, int KeyValueHeads,
    int HeadDim, int VocabularySize,
    int ContextLength, double RmsNormEps, double RopeTheta, RopeScaling? Scaling, bool AttentionBias, bool TieWordEmbeddings,
        int? BosTokenId, IReadOnlyList<int> EosTokenIds, int? PadTokenId,
    bool OutputBias = false, bool MlpBias = false, SlidingWindow? Window = null)
{
    private static readonly string[] Supported = ["llama", "mistral", "qwen2"];

    // What models of other types compute beside, with the number that changes nothing. Read over, it would give another model's numbers.
    private static readonly (string Key, double Neutral)[] Foreign =
    [
        ("partial_rotary_factor", 1), ("rotary_pct", 1), ("attn_logit_softcapping", 0), ("final_logit_softcapping", 0), ("logit_scale", 1),
        ("logits_scaling", 1), ("embedding_multiplier", 1), ("residual_multiplier", 1), ("attention_multiplier", 0), ("scale_emb", 1),
        ("query_pre_attn_scalar", 0), ("clip_qkv", 0), ("alibi", 0), ("qk_norm", 0), ("use_qk_norm", 0), ("no_rope_layers", 0),
        ("no_rope_layer_interval", 0), ("num_experts", 0), ("num_local_experts", 0), ("attention_chunk_size", 0), ("is_encoder_decoder", 0),
        ("text_config", 0),
    ];

    /// <summary>Reads FOLDER/config.json.</summary>
    /// <exception cref="ModelException">Missing, malformed, or of an architecture or feature that is not supported.</exception>
    public static ModelConfig Load(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
            throw new ModelException(ModelFault.Missing,
                $"{path} is missing: a model is a Hugging Face folder with config.json, tokenizer.json and *.safetensors.");
        try
        {
            return Read(JsonNode.Parse(SmallFile.Text(path))?.AsObject() ?? throw new JsonException("it is empty"),
                path);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ModelException(ModelFault.Damaged, $"{path} cannot be read as a model's configuration: {malformed.Message}",
                malformed);
        }
    }

    private static ModelConfig Read(JsonObject json, string path)
    {
        var type = (string?)json["model_type"];
        if (!Supported.Contains(type))
            throw new ModelException(ModelFault.Unsupported,
                $"{path}: model_type is \"{type}\", expected one of {string.Join(", ", Supported)} "
                + "(Llama 3, SmolLM2, Mistral, Qwen2, Qwen2.5).");
        Expect(json, path, "hidden_act", "silu");
        // Weights that are codes, whatever their type in the files: read as numbers they would give a forecast of nothing.
        foreach (var key in (string[])["quantization_config", "compression_config"])
            if (json[key] is { } coded)
                throw new ModelException(ModelFault.Unsupported,
                    $"{path}: {key} ({(coded as JsonObject)?["quant_method"]?.ToString() ?? "no quant_method"}): "
                    + "the weights are quantized, and quantized weights are not computed with. Get the model in BF16, F16 or F32.");
        if (json["architectures"] is JsonArray { Count: > 0 } names
            && !names.Any(n => ((string?)n)?.EndsWith("ForCausalLM", StringComparison.Ordinal) == true))
            throw new ModelException(ModelFault.Unsupported,
                $"{path}: architectures is {names[0]}, expected a causal language model, as LlamaForCausalLM.");
        foreach (var (key, neutral) in Foreign)
            if (json[key] is { } other && !ChangesNothing(other, neutral))
                throw new ModelException(ModelFault.Unsupported,
                    $"{path}: {key} is {other.ToJsonString()}, which a model of type {type} does not compute with.");
        // Qwen 2 has a bias on q, k and v whatever its file says; Mistral has none at all.
        var (attentionBias, mlpBias) = (Flag(json, "attention_bias"), Flag(json, "mlp_bias"));
        if (mlpBias && type != "llama")
            throw new ModelException($"{path}: mlp_bias is true, but a model of type {type} has no such biases.");
        if (attentionBias && type == "mistral")
            throw new ModelException($"{path}: attention_bias is true, but a model of type mistral has no such biases.");
        int hidden = Int(json, path, "hidden_size"), heads = Int(json, path, "num_attention_heads");
        var kv = json["num_key_value_heads"] is { } k ? (int)k : heads;
        var headDim = json["head_dim"] is { } d ? (int)d : hidden / heads;
        if (kv <= 0 || heads % kv != 0)
            throw new ModelException($"{path}: num_attention_heads {heads} is no multiple of num_key_value_heads {kv}.");
        if (headDim <= 0)
            throw new ModelException($"{path}: head_dim is {headDim} (hidden_size {hidden}, {heads} heads), expected a positive number.");
        if (headDim % 2 != 0) throw new ModelException($"{path}: head_dim {headDim} is odd; rotary positions need an even one.");
        var context = Int(json, path, "max_position_embeddings");
        var (theta, scaling) = RopeScaling.Read(json, context, path);
        var eps = (double?)json["rms_norm_eps"] ?? 1e-6;
        if (!(eps >= 0 && double.IsFinite(eps)))
            throw new ModelException($"{path}: rms_norm_eps is {eps}, expected a number of at least 0.");
        return new ModelConfig(type!, hidden, Int(json, path, "intermediate_size"), Int(json, path, "num_hidden_layers"), heads, kv,
            headDim, Int(json, path, "vocab_size"),
            context, eps, theta, scaling, attentionBias || type == "qwen2",
            Flag(json, "tie_word_embeddings"), (int?)json["bos_token_id"], Ids(json["eos_token_id"]), (int?)json["pad_token_id"],
                attentionBias && type == "llama", mlpBias, WindowOf(json, path, type!));
    }

    // Llama has no window. Mistral's and Qwen 2's is 4,096 where the file does not say; Qwen 2 uses one only where told to, and only in the
    // layers from max_window_layers on.
    private static SlidingWindow? WindowOf(JsonObject json, string path, string type)
    {
        if (type == "llama" || type == "qwen2" && !Flag(json, "use_sliding_window")) return null;
        if ((json.ContainsKey("sliding_window") ? (int?)json["sliding_window"] : 4096) is not { } size) return null;
        if (size <= 0) throw new ModelException($"{path}: sliding_window is {size}, expected a positive number or null.");
        var layers = Int(json, path, "num_hidden_layers");
        if (json["layer_types"] is JsonArray kinds)
        {
            if (kinds.Count != layers)
                throw new ModelException($"{path}: layer_types has {kinds.Count} entries, expected num_hidden_layers, {layers}.");
            bool[] covered = [.. kinds.Select(k => (string?)k switch
            {
                "full_attention" => false,
                "sliding_attention" => true,
                var other =>
                    throw new ModelException($"{path}: layer_types has \"{other}\", expected full_attention or sliding_attention."),
            })];
            return covered.Contains(true) ? new SlidingWindow(size, Array.IndexOf(covered, true), covered) : null;
        }
        var first = type == "mistral" ? 0 : (int?)json["max_window_layers"] ?? 28;
        return first < layers ? new SlidingWindow(size, first) : null;
    }

    internal static IReadOnlyList<int> Ids(JsonNode? node) => node switch
    {
        null => [],
        JsonArray list => [.. list.Select(n => (int?)n ?? throw new JsonException("a token id is null"))],
        _ => [(int)node],
    };

    private static int Int(JsonObject json, string path, string key)
    {
        var value = (int?)json[key] ?? throw new ModelException($"{path} lacks {key}.");
        return value > 0 ? value : throw new ModelException($"{path}: {key} is {value}, expected a positive number.");
    }

    private static bool ChangesNothing(JsonNode value, double neutral) => value.GetValueKind() switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => (double)value == neutral,
        JsonValueKind.Array => value.AsArray().Count == 0,
        _ => false,
    };

    private static bool Flag(JsonObject json, string key) => json[key] is { } flag && (bool)flag;

    private static void Expect(JsonObject json, string path, string key, string expected)
    {
        if (json[key] is { } found && (string?)found != expected)
            throw new ModelException($"{path}: {key} is \"{found}\", expected \"{expected}\".");
    }

    /// <summary>How many last tokens, its own included, a token of this layer sees; without a window more than there are.</summary>
    public int Sight(int layer) => Window is { } window && window.Covers(layer) ? window.Size : int.MaxValue;

    /// <summary>The first id that the model has no row for, or null: a tokenizer may know more tokens than its model.</summary>
    public int? UnknownId(IEnumerable<int> ids) => ids.Where(id => id < 0 || id >= VocabularySize).Select(id => (int?)id).FirstOrDefault();

    /// <summary>The configuration as a config.json in the older style, which every reader knows.</summary>
    public JsonObject ToJson(string dtype)
    {
        JsonNode? eos = EosTokenIds.Count switch { 0 => null, 1 => EosTokenIds[0], _ =>
            new JsonArray([.. EosTokenIds.Select(i => (JsonNode)i)]) };
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(ModelType switch { "mistral" => "MistralForCausalLM", "qwen2" => "Qwen2ForCausalLM", _ =>
                "LlamaForCausalLM" }),
            ["model_type"] = ModelType, ["hidden_size"] = HiddenSize, ["intermediate_size"] = IntermediateSize,
                ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads, ["num_key_value_heads"] = KeyValueHeads, ["head_dim"] = HeadDim,
                ["vocab_size"] = VocabularySize,
            ["max_position_embeddings"] = ContextLength, ["rms_norm_eps"] = RmsNormEps, ["rope_theta"] = RopeTheta,
            ["rope_scaling"] = Scaling?.ToJson(),
            ["hidden_act"] = "silu", ["attention_bias"] = AttentionBias, ["mlp_bias"] = MlpBias,
                ["tie_word_embeddings"] = TieWordEmbeddings,
            ["bos_token_id"] = BosTokenId, ["eos_token_id"] = eos, ["pad_token_id"] = PadTokenId, ["torch_dtype"] = dtype,
                ["use_cache"] = true,
        };
        // A file that says nothing of a window would have Mistral's default.
        if (ModelType != "llama") json["sliding_window"] = Window?.Size;
        if (ModelType == "qwen2") (json["use_sliding_window"], json["max_window_layers"])
            = (Window is not null, Window?.FirstLayer ?? Layers);
        if (Window?.Layers is { } covered)
            json["layer_types"] = new JsonArray([.. covered.Select(c => (JsonNode)(c ? "sliding_attention" : "full_attention"))]);
        return json;
    }
}
