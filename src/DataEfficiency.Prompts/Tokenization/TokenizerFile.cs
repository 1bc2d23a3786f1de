// Reads tokenizer.json (Hugging Face tokenizers, version 1.0). Nothing is guessed: a component that is not known here is an error.
using System.Text;
using System.Text.Json;
using DataEfficiency.Prompts.Jinja;

namespace DataEfficiency.Prompts.Tokenization;

internal static class TokenizerFile
{
    /// <summary>The largest known tokenizer.json (vocabulary of 256,000, long lists of merges) has some 35 MB.</summary>
    public const long LargestFile = 64L << 20;

    /// <summary>That file has some 3 million JSON values; a reader keeps a row for each.</summary>
    private const int MostValues = 12_000_000;

    private const int LargestId = 10_000_000;
    private const int Depth = 64;

    public static TokenizerParts Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new ModelException(ModelFault.Missing,
                $"There is no '{path}'. A model folder needs the tokenizer.json that transformers writes "
                + "(a sentencepiece tokenizer.model alone is not read).");
        if (file.Length > LargestFile)
            throw new ModelException($"{path}: {file.Length:N0} bytes; a tokenizer.json of more than {LargestFile:N0} bytes is not read.");
        try
        {
            var json = File.ReadAllBytes(path);
            if (json.AsSpan().StartsWith(Encoding.UTF8.Preamble)) json = json[Encoding.UTF8.Preamble.Length..];
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Depth });
            for (var values = 0; reader.Read();)
                if (++values > MostValues)
                    throw new ModelException($"{path}: more than {MostValues:N0} JSON values; such a tokenizer.json is not read.");
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Depth });
            return Read(new JsonPart(path, "", document.RootElement));
        }
        catch (JsonException e)
        {
            throw new ModelException(ModelFault.Damaged, $"{path} is no valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // A string that is no valid UTF-16 (an escaped lone surrogate) shows only when it is read.
            throw new ModelException($"{path} holds a string that is no valid Unicode: {e.Message}", e);
        }
    }

    private static TokenizerParts Read(JsonPart root)
    {
        root.RequireObject();
        var isNormalized = root.Optional("normalizer") is not null;
        var preTokenizer = root.Optional("pre_tokenizer") is { } pre
            ? TokenizerComponents.PreTokenizer(pre, isNormalized, out var byteLevel) : Default(out byteLevel);
        var model = Model(root.Required("model"), byteLevel);
        var normalizer = root.Optional("normalizer") is { } normal ? TokenizerComponents.Normalizer(normal) : Normalizers.None;
        var decoder = new TokenDecoder(root.Optional("decoder") is { } decode ? TokenizerComponents.Decoder(decode) : null);
        return new TokenizerParts(Added(root, model, normalizer), normalizer, preTokenizer, model, decoder);
    }

    private static NoSplit Default(out bool byteLevel)
    {
        byteLevel = false;
        return new NoSplit();
    }

    private static BpeModel Model(JsonPart model, bool byteLevel)
    {
        // Files of before 2020 leave the type out.
        if (model.Text("type") is { } type && type != "BPE") throw model.NotSupported(type, "BPE");
        if (model.Optional("dropout") is { } dropout && dropout.Element.ValueKind == JsonValueKind.Number
            && dropout.Element.GetDouble() != 0)
            throw dropout.Error("merges are dropped at random (dropout), so that ids are not determined; only null or 0 is supported");
        var vocabulary = Vocabulary(model.Required("vocab"));
        var prefix = model.Text("continuing_subword_prefix") ?? "";
        int? unknown = null;
        if (model.Text("unk_token") is { } token)
            unknown = vocabulary.TryGetValue(token, out var id) ? id : throw model.Error($"unk_token \"{token}\" is not in the vocabulary");
        var options = new BpeOptions(byteLevel, model.Flag("byte_fallback"), model.Flag("ignore_merges"), unknown, model.Flag("fuse_unk"),
            prefix, model.Text("end_of_word_suffix") ?? "");
        return new BpeModel(vocabulary, Merges(model.Required("merges"), vocabulary, prefix), options);
    }

    private static Dictionary<string, int> Vocabulary(JsonPart part)
    {
        part.RequireObject();
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var entry in part.Element.EnumerateObject())
        {
            var id = Id(part, entry.Name, entry.Value);
            if (!vocabulary.TryAdd(entry.Name, id)) throw part.Error($"the token \"{entry.Name}\" stands there twice");
            if (!ids.Add(id)) throw part.Error($"id {id} of \"{entry.Name}\" belongs to another token too");
        }
        return vocabulary;
    }

    private static int Id(JsonPart part, string token, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < LargestId ? id
            : throw part.Error($"the id of \"{token}\" is {value.GetRawText()}; it must be a whole number of 0 to {LargestId - 1:N0}");

    private static Dictionary<long, (int Rank, int Id)> Merges(JsonPart part, Dictionary<string, int> vocabulary, string prefix)
    {
        var merges = new Dictionary<long, (int, int)>();
        var rank = 0;
        foreach (var merge in part.Items())
        {
            var (left, right) = MergePair(merge);
            // A merge makes one symbol of two, so that a row of symbols only gets shorter; empty halves would break that.
            if (left.Length == 0 || right.Length == 0) throw merge.Error("half of the merge is empty");
            var whole = left + (prefix.Length > 0 && right.StartsWith(prefix, StringComparison.Ordinal) ? right[prefix.Length..] : right);
            if (!vocabulary.TryGetValue(left, out var a) || !vocabulary.TryGetValue(right, out var b)
                || !vocabulary.TryGetValue(whole, out var made))
                throw merge.Error($"\"{left}\", \"{right}\" or \"{whole}\" is not in the vocabulary");
            merges[BpeMerger.Pair(a, b)] = (rank++, made);
        }
        return merges;
    }

    /// <summary>Older files write a merge as "a b", newer ones as ["a", "b"] (a token may hold a space there).</summary>
    private static (string Left, string Right) MergePair(JsonPart merge)
    {
        if (merge.Element.ValueKind == JsonValueKind.String && merge.Element.GetString()!.Split(' ') is [var left, var right])
            return (left, right);
        if (merge.Element.ValueKind == JsonValueKind.Array && merge.Element.GetArrayLength() == 2
            && merge.Element.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String))
            return (merge.Element[0].GetString()!, merge.Element[1].GetString()!);
        throw merge.Error("a merge must be \"a b\" or [\"a\", \"b\"]");
    }

    private static List<AddedToken> Added(JsonPart root, BpeModel model, Normalizer normalize)
    {
        var added = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        if (root.Optional("added_tokens") is not { } list) return [];
        var modelTexts = model.Vocabulary.ToDictionary(p => p.Value, p => p.Key);
        var last = -1;
        foreach (var part in list.Items())
        {
            var content = part.Text("content") ?? throw part.Error("an added token has no \"content\"");
            if (content.Length == 0) continue;
            // Where the vocabulary has the text too, its id counts, as in Hugging Face tokenizers; all others these number themselves.
            if (!model.Vocabulary.TryGetValue(content, out var id))
            {
                id = Id(part, content, part.Required("id").Element);
                if (modelTexts.TryGetValue(id, out var other))
                    throw part.Error($"id {id} of \"{content}\" belongs to \"{other}\" in the vocabulary");
                if (Math.Max(last + 1, model.Vocabulary.Count) is var next && id != next)
                    throw part.Error($"id {id} of \"{content}\" would be {next} in Hugging Face's tokenizers, which count on from the "
                        + "vocabulary and ignore the number in the file");
            }
            last = Math.Max(last, id);
            var token = new AddedToken(id, content, part.Flag("single_word"), part.Flag("lstrip"), part.Flag("rstrip"),
                part.Flag("normalized"), part.Flag("special"));
            if (token.Normalized && normalize(content).Length == 0) throw part.Error($"the normalizer leaves nothing of \"{content}\"");
            if (!added.TryAdd(content, token))
                throw part.Error($"\"{content}\" is added twice");
        }
        return [.. added.Values];
    }
}
