// Hugging Face's own tokenizers (the package Tokenizers.DotNet) as the oracle: a tokenizer.json with no merges, whose ids show every cut,
// since the last byte of a piece has a token of its own.
using System.Text;
using System.Text.Json.Nodes;
using DataEfficiency.Prompts.Tokenization;
using Oracle = Tokenizers.DotNet.Tokenizer;

namespace DataEfficiency.Prompts.Tests.Tokenization;

internal static class HuggingFaceTokenizer
{
    private const string EndOfPiece = "</w>";

    /// <summary>Why there is no oracle on this machine; null where there is one.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>A tokenizer.json whose pieces are those of the pre-tokenizer.</summary>
    public static string Json(JsonNode? preTokenizer, JsonNode? normalizer = null, JsonNode? decoder = null)
    {
        var vocabulary = new JsonObject();
        for (var b = 0; b < 256; b++) vocabulary[ByteAlphabet.Character((byte)b).ToString()] = b;
        for (var b = 0; b < 256; b++) vocabulary[ByteAlphabet.Character((byte)b) + EndOfPiece] = 256 + b;
        JsonNode bytes = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""")!;
        return new JsonObject
        {
            ["version"] = "1.0", ["truncation"] = null, ["padding"] = null, ["added_tokens"] = new JsonArray(), ["normalizer"] = normalizer,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence", ["pretokenizers"] = preTokenizer is null ? new JsonArray(bytes) : new JsonArray(preTokenizer, bytes),
            },
            ["post_processor"] = null, ["decoder"] = decoder,
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = EndOfPiece, ["fuse_unk"] = false, ["byte_fallback"] = false, ["ignore_merges"] = false,
                ["vocab"] = vocabulary, ["merges"] = new JsonArray(),
            },
        }.ToJsonString();
    }

    public static JsonObject Split(string pattern, string behavior = "Isolated", bool invert = false) => new()
    {
        ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = behavior, ["invert"] = invert,
    };

    /// <summary>The pieces that ids of <see cref="Json"/> stand for.</summary>
    public static string[] Pieces(IEnumerable<int> ids)
    {
        List<string> pieces = [];
        List<byte> bytes = [];
        foreach (var id in ids)
        {
            bytes.Add((byte)(id & 0xFF));
            if (id < 256) continue;
            pieces.Add(Encoding.UTF8.GetString([.. bytes]));
            bytes.Clear();
        }
        return [.. pieces];
    }

    /// <summary>Both tokenizers of a file; null for one that refuses it.</summary>
    public static (Tokenizer? Ours, Oracle? Theirs, string Message) Load(string json)
    {
        var folder = Directory.CreateTempSubdirectory("oracle").FullName;
        try
        {
            var path = Path.Combine(folder, "tokenizer.json");
            File.WriteAllText(path, json);
            Oracle? theirs = null;
            try
            {
                theirs = new Oracle(vocabPath: path);
            }
            catch (Exception e) when (e is not DllNotFoundException)
            {
                // It refuses the file with an exception of no type of its own.
            }
            try
            {
                return (Tokenizer.Load(folder), theirs, "");
            }
            catch (ModelException e)
            {
                return (null, theirs, e.Message);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The same cuts in every text, or the expression is refused here; never other ones.</summary>
    /// <returns>Whether it was refused.</returns>
    public static bool SameOrRefused(string json, IEnumerable<string> texts)
    {
        var (ours, theirs, _) = Load(json);
        using (theirs)
        {
            if (ours is null) return true;
            Assert.True(theirs is not null, $"Hugging Face's tokenizers refuse {Shown(json)}");
            foreach (var text in texts)
            {
                var (expected, found) = (Pieces(theirs.Encode(text).Select(id => (int)id)), Pieces(ours.Encode(text)));
                Assert.True(expected.SequenceEqual(found),
                    $"{Shown(json)} on \"{text}\": expected {string.Join('⦙', expected)}, got {string.Join('⦙', found)}");
            }
            return false;
        }
    }

    private static string Shown(string json) =>
        JsonNode.Parse(json) is var root
            ? $"{root!["normalizer"]?.ToJsonString()} {root["pre_tokenizer"]!["pretokenizers"]![0]!.ToJsonString()}" : "";

    private static string? FindMissing()
    {
        try
        {
            using var theirs = Load(Json(null)).Theirs;
            return theirs is null ? "Hugging Face's tokenizers cannot be asked here." : null;
        }
        catch (DllNotFoundException e)
        {
            return $"The package Tokenizers.DotNet has no native library for this machine: {e.Message}";
        }
    }
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class OracleFactAttribute : FactAttribute
{
    public OracleFactAttribute() => Skip = HuggingFaceTokenizer.Missing;
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class OracleTheoryAttribute : TheoryAttribute
{
    public OracleTheoryAttribute() => Skip = HuggingFaceTokenizer.Missing;
}
