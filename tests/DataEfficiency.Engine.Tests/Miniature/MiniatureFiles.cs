// The miniature's model: a random decoder of Qwen 2's form (biases on q, k and v, tied head) with a byte-level vocabulary of 300 tokens.
// Everything comes from one seed, so that the same files come out on every machine.
using System.Text;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Prompts.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Miniature;

internal static class MiniatureFiles
{
    public const int Hidden = 32, Wide = 48, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadDim = 8, Vocabulary = 300, Rank = 8, Alpha = 4;

    private const ulong Seed = 20;

    public static void Write(string folder)
    {
        var chat = new ChatTokens();
        var texts = MiniatureItems.All.SelectMany(i => new[] { i.Text, i.Answer }).Append(MiniatureItems.Instruction);
        TokenizerWriter.Write(folder, ByteLevelBpeTrainer.Train(texts, Vocabulary, chat.All), chat, 512);
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": [2, 0], "pad_token_id": 0}""" + "\n");
        File.WriteAllText(Path.Combine(folder, "config.json"), new JsonObject
        {
            ["architectures"] = new JsonArray("Qwen2ForCausalLM"), ["model_type"] = "qwen2", ["hidden_act"] = "silu",
                ["hidden_size"] = Hidden,
            ["intermediate_size"] = Wide, ["num_hidden_layers"] = Layers, ["num_attention_heads"] = Heads,
                ["num_key_value_heads"] = KeyValueHeads,
            ["head_dim"] = HeadDim, ["vocab_size"] = Vocabulary, ["max_position_embeddings"] = 512, ["rms_norm_eps"] = 1e-6,
                ["rope_theta"] = 10000.0,
            ["tie_word_embeddings"] = true, ["use_sliding_window"] = false, ["bos_token_id"] = 1, ["eos_token_id"] = 2,
                ["pad_token_id"] = 0,
            ["torch_dtype"] = "bfloat16",
        }.ToJsonString() + "\n");
        using var scope = NewDisposeScope();
        var stream = new SplitMix64(Seed);
        SafetensorsFile.Write(Path.Combine(folder, "model.safetensors"), [.. Shapes().Select(s => (s.Name, Draw(stream, s)))],
            ScalarType.BFloat16);
        // Kaiming uniform with a = sqrt 5.
        SafetensorsFile.Write(
            Path.Combine(folder, "adapter_A.safetensors"), [.. Shapes().Where(s => s.Shape.Length == 2 && s.Name.Contains("proj"))
            .Select(
                s => (AdapterName(s.Name.Replace(".weight", ""), 'A'),
                Draw(stream, ("", [Rank, s.Shape[1]], 0, 1 / Math.Sqrt(s.Shape[1])))))], ScalarType.Float32);
    }

    /// <summary>PEFT's name of a matrix of a linear, "model.layers.0.self_attn.q_proj" for example.</summary>
    public static string AdapterName(string linear, char matrix) => $"base_model.model.{linear}.lora_{matrix}.weight";

    private static IEnumerable<(string Name, long[] Shape, double Middle, double Bound)> Shapes()
    {
        yield return ("model.embed_tokens.weight", [Vocabulary, Hidden], 0, .6);
        for (var i = 0; i < Layers; i++)
        {
            var at = $"model.layers.{i}.";
            foreach (var (name, to) in new[] { ("q", Heads * HeadDim), ("k", KeyValueHeads * HeadDim), ("v", KeyValueHeads * HeadDim) })
            {
                yield return ($"{at}self_attn.{name}_proj.weight", [to, Hidden], 0, .4);
                yield return ($"{at}self_attn.{name}_proj.bias", [to], 0, .3);
            }
            yield return ($"{at}self_attn.o_proj.weight", [Hidden, Heads * HeadDim], 0, .4);
            foreach (var name in new[] { "gate", "up" }) yield return ($"{at}mlp.{name}_proj.weight", [Wide, Hidden], 0, .4);
            yield return ($"{at}mlp.down_proj.weight", [Hidden, Wide], 0, .4);
            foreach (var name in new[] { "input", "post_attention" }) yield return ($"{at}{name}_layernorm.weight", [Hidden], 1, .3);
        }
        yield return ("model.norm.weight", [Hidden], 1, .3);
    }

    // Uniform around the middle.
    private static Tensor Draw(SplitMix64 stream, (string, long[] Shape, double Middle, double Bound) of)
    {
        var values = new float[of.Shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(of.Middle + (2 * stream.NextUnit24() - 1) * of.Bound);
        return tensor(values).view(of.Shape);
    }

    /// <summary>Tensors of types of their own in one file: numbers to compare with, each as exact as it has to be.</summary>
    public static void WriteMixed(string path, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var header = new JsonObject();
        long at = 0;
        foreach (var (name, value) in tensors)
        {
            var end = at + value.numel() * value.element_size();
            header[name] = new JsonObject
            {
                ["dtype"] = value.dtype == float64 ? "F64" : "F32",
                ["shape"] = new JsonArray([.. value.shape.Select(s => (JsonNode)s)]), ["data_offsets"] = new JsonArray(at, end),
            };
            at = end;
        }
        var json = header.ToJsonString();
        using var stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)(json.Length + 7) / 8 * 8));
        stream.Write(Encoding.ASCII.GetBytes(json.PadRight((json.Length + 7) / 8 * 8)));
        foreach (var (_, value) in tensors) stream.Write(value.contiguous().view(-1).bytes);
    }
}
