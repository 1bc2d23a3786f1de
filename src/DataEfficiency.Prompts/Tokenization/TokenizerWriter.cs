// Writes a trained vocabulary as Hugging Face's files, so that transformers and the engine read the same tokenizer.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataEfficiency.Prompts.Tokenization;

/// <param name="StartOfTurn">Opens a message, before its role.</param>
/// <param name="EndOfTurn">Closes a message; the model's EOS.</param>
/// <param name="Padding">Fills up batches; also ends documents.</param>
public sealed record ChatTokens(string StartOfTurn = "<|im_start|>", string EndOfTurn = "<|im_end|>", string Padding = "<|endoftext|>")
{
    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<string> All => [Padding, StartOfTurn, EndOfTurn];
}

public static class TokenizerWriter
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes tokenizer.json and tokenizer_config.json (with a ChatML template) into a folder.</summary>
    /// <exception cref="ArgumentException">One of the chat tokens is no special token of the vocabulary.</exception>
    public static void Write(string folder, TrainedVocabulary vocabulary, ChatTokens chat, int contextLength)
    {
        foreach (var token in chat.All)
            if (!vocabulary.SpecialTokens.Contains(token))
                throw new ArgumentException($"\"{token}\" is no special token of the vocabulary.", nameof(chat));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer(vocabulary).ToJsonString(Format) + "\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), Config(chat, contextLength).ToJsonString(Format) + "\n");
    }

    private static JsonObject Tokenizer(TrainedVocabulary vocabulary) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. vocabulary.SpecialTokens.Select((content, id) => new JsonObject
        {
            ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false,
            ["special"] = true,
        })]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }, ByteLevel(useExpression: true)),
        },
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(useExpression: true),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(vocabulary.Tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
            ["merges"] = new JsonArray([.. vocabulary.Merges.Select(m => new JsonArray(m.Left, m.Right))]),
        },
    };

    private static JsonObject ByteLevel(bool useExpression) => new()
    {
        ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = useExpression,
    };

    private static JsonObject Config(ChatTokens chat, int contextLength) => new()
    {
        ["bos_token"] = chat.StartOfTurn,
        ["eos_token"] = chat.EndOfTurn,
        ["unk_token"] = chat.Padding,
        ["pad_token"] = chat.Padding,
        ["clean_up_tokenization_spaces"] = false,
        ["model_max_length"] = contextLength,
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["chat_template"] = "{% for message in messages %}"
            + $"{{{{ '{chat.StartOfTurn}' + message['role'] + '\\n' + message['content'] + '{chat.EndOfTurn}\\n' }}}}"
            + "{% endfor %}{% if add_generation_prompt %}"
            + $"{{{{ '{chat.StartOfTurn}assistant\\n' }}}}{{% endif %}}",
    };
}
