// Text to token ids and back, from a Hugging Face tokenizer.json (BPE). No special token is added: the chat template has them.
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace DataEfficiency.Prompts.Tokenization;

/// <summary>A BPE tokenizer: byte level (Llama 3, Qwen 2, SmolLM2, GPT-2) or byte fallback (Mistral). Ids equal those of Hugging Face
/// tokenizers. One instance may be used by several threads.</summary>
public sealed partial class Tokenizer
{
    private readonly TokenizerParts parts;
    private readonly AddedTokenMatcher untouched, normalized;
    private readonly Dictionary<string, int> addedIds;
    private readonly string[] texts;
    private readonly HashSet<int> special;

    internal Tokenizer(TokenizerParts parts)
    {
        this.parts = parts;
        untouched = new AddedTokenMatcher(parts.Added.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        // of two that the normalizer makes one text a special one counts
        normalized = new AddedTokenMatcher(parts.Added.Where(t => t.Normalized).OrderBy(t => !t.Special)
            .Select(t => (parts.Normalize(t.Content), t)));
        addedIds = parts.Added.ToDictionary(t => t.Content, t => t.Id);
        special = [.. parts.Added.Where(t => t.Special).Select(t => t.Id)];
        var all = parts.Model.Vocabulary.Select(p => (p.Key, p.Value)).Concat(parts.Added.Select(t => (t.Content, t.Id))).ToList();
        texts = new string[all.Count == 0 ? 0 : all.Max(p => p.Item2) + 1];
        foreach (var (text, id) in all) texts[id] = text;
        VocabularySize = texts.Count(t => t is not null);
    }

    /// <summary>Loads tokenizer.json of a model folder.</summary>
    /// <exception cref="ModelException">The file is missing, damaged, too large or names a component that is not supported; the message
    /// says which.</exception>
    public static Tokenizer Load(string folder) => new(TokenizerFile.Read(Path.Combine(folder, "tokenizer.json")));

    /// <summary>Number of tokens, added tokens included. The model's own vocabulary may be larger (padding rows).</summary>
    public int VocabularySize { get; }

    /// <summary>
    /// SHA-256, in lower-case hex, of the vocabulary's words: single characters, bytes and whatever merges make of them, in the order of
    /// their UTF-16 code units, as UTF-8 with a zero byte between two. Control tokens are left out: packages of one and the same tokenizer
    /// name them differently.
    /// </summary>
    public string VocabularySha256()
    {
        bool IsWord(string token, int id) => parts.Model.Made.Contains(id) || IsOneCharacter(token) || ByteToken().IsMatch(token);
        string[] words = [.. parts.Model.Vocabulary.Where(t => !addedIds.ContainsKey(t.Key) && IsWord(t.Key, t.Value)).Select(t => t.Key)];
        Array.Sort(words, StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', words))));
    }

    private static bool IsOneCharacter(string token) =>
        Rune.DecodeFromUtf16(token, out _, out var length) == System.Buffers.OperationStatus.Done && length == token.Length;

    [GeneratedRegex(@"^<0x[0-9A-F]{2}>\z")]
    private static partial Regex ByteToken();

    /// <summary>Id of a token by its exact text in the file (e.g. "&lt;|im_end|&gt;"), or null.</summary>
    public int? TokenId(string token) =>
        addedIds.TryGetValue(token, out var added) ? added : parts.Model.Vocabulary.TryGetValue(token, out var id) ? id : null;

    /// <summary>A token as the file writes it (byte-level tokens in their printable alphabet); empty for an id that the tokenizer
    /// lacks.</summary>
    public string TokenText(int id) => id >= 0 && id < texts.Length ? texts[id] ?? "" : "";

    /// <summary>Tokens from this id on, by id; an added one is no part of the vocabulary that merges and texts are made of.</summary>
    internal IEnumerable<(string Text, int Id, bool IsAdded)> TokensFrom(int id)
    {
        for (; id < texts.Length; id++)
            if (texts[id] is { } text) yield return (text, id, addedIds.ContainsKey(text));
    }

    /// <summary>Whether the id is an added token flagged special: such ids are left out by <see cref="Decode"/> with skipSpecial.</summary>
    public bool IsSpecial(int id) => special.Contains(id);

    /// <summary>Token ids of a text. Added tokens are recognised wherever they stand in the text, none is added. Lone surrogates count as
    /// U+FFFD.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = WellFormed(text);
        var ids = new List<int>(text.Length / 3 + 4);
        foreach (var (start, length, token) in untouched.Split(text))
        {
            if (token is not null) ids.Add(token.Id);
            else EncodeNormalized(parts.Normalize(text.Substring(start, length)), start == 0, ids);
        }
        return [.. ids];
    }

    /// <summary>The raw decoder output: no clean-up of spaces. Ids that the tokenizer lacks are passed over.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecial)
    {
        var tokens = new List<string>();
        foreach (var id in ids)
            if (TokenText(id) is { Length: > 0 } token && !(skipSpecial && special.Contains(id))) tokens.Add(token);
        return parts.Decoder.Decode(tokens);
    }

    private void EncodeNormalized(string text, bool atStart, List<int> ids)
    {
        foreach (var (start, length, token) in normalized.Split(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }
            foreach (var piece in parts.PreTokenizer.Split(new TextPiece(text, start, length, atStart && start == 0)))
                parts.Model.Encode(piece.Span, ids);
        }
    }

    private static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else return string.Concat(text.EnumerateRunes().Select(r => r.ToString()));
        }
        return text;
    }
}
