// Components that no golden tokenizer has, damaged files, round trips, and the two ways of merging against each other.
using System.Text;
using CsCheck;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts.Tests.Tokenization;

public sealed class TokenizerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tokenizer").FullName;

    private const string Model = """
        {"type":"BPE","unk_token":"?","vocab":{"?":0,"a":1,"b":2,"c":3," ":4,"ab":5,"1":6,"2":7,"_":8},"merges":["a b"]}
        """;

    private Tokenizer Load(string preTokenizer = "null", string normalizer = "null", string added = "[]", string model = Model)
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), $$"""
            {"added_tokens":{{added}},"normalizer":{{normalizer}},"pre_tokenizer":{{preTokenizer}},"decoder":{"type":"Fuse"},
            "model":{{model}}}
            """);
        return Tokenizer.Load(folder);
    }

    private Tokenizer Trained()
    {
        var chat = new ChatTokens();
        string[] texts = ["the label's forecast of naïve 日本語 models ", "the labels and the model \n\n 1234"];
        TokenizerWriter.Write(folder, ByteLevelBpeTrainer.Train(texts, 300, chat.All), chat, 2048);
        return Tokenizer.Load(folder);
    }

    [Theory]
    [InlineData("Removed", "a", "b")]
    [InlineData("Isolated", "a", "_", "b")]
    [InlineData("MergedWithPrevious", "a_", "b")]
    [InlineData("MergedWithNext", "a", "_b")]
    [InlineData("Contiguous", "a", "_", "b")]
    public void Split_Behavior_CutsAsTokenizersDoes(string behavior, params string[] pieces)
    {
        var runs = new List<(int, int, bool)> { (0, 1, false), (1, 1, true), (2, 1, false) };
        Assert.Equal(
            pieces, PatternSplit.Arrange(new TextPiece("a_b", 0, 3, true), runs, Enum.Parse<SplitBehavior>(behavior))
            .Select(p => p.Span.ToString()));
    }

    [Fact]
    public void VocabularySha256_KnowsWords_NotIdsNorControlTokens()
    {
        string Of(string vocabulary, string added = "[]") => Load(added: added,
            model: $$$"""{"type":"BPE","vocab":{{{{vocabulary}}}},"merges":["a b"]}""").VocabularySha256();
        var known = Of("\"a\":0,\"b\":1,\"ab\":2,\"c\":3");
        // SHA-256 of "a", "ab", "b" and "c" with zero bytes between them
        Assert.Equal("012334f7bc20bb7236b0ef341459d7b21c486d7803939f6666239ab868e7a170", known);
        Assert.Equal(known, Of("\"ab\":3,\"c\":2,\"b\":1,\"a\":0"));
        Assert.Equal(known, Of("\"a\":0,\"b\":1,\"ab\":2,\"c\":3,\"[REFERENCE_1]\":4"));
        Assert.Equal(known, Of("\"a\":0,\"b\":1,\"ab\":2,\"c\":3,\"d\":4", """[{"id":4,"content":"d","special":true}]"""));
        Assert.NotEqual(known, Of("\"a\":0,\"b\":1,\"ab\":2,\"d\":3"));
        Assert.NotEqual(known, Of("\"a\":0,\"b\":1,\"ab\":2,\"c\":3,\"<0x0A>\":4"));
    }

    [Fact]
    public void Digits_Together_OneRun() =>
        Assert.Equal(
            ["a", "12", "b"], new DigitSplit(individually: false).Split(new TextPiece("a12b", 0, 4, true)).Select(p => p.Span.ToString()));

    [Fact]
    public void Pattern_LetterOutsideTheBasicPlane_IsALetter()
    {
        var text = "x 𝒜𝒷 👍";
        Assert.Equal(
            ["x", " 𝒜𝒷", " 👍"], new ByteLevelSplit(false, true).Split(new TextPiece(text, 0, text.Length, true))
            .Select(p => p.Span.ToString()));
    }

    [Fact]
    public void Encode_UnknownSymbols_OneTokenEachUnlessFused()
    {
        Assert.Equal([0, 0, 5], Load().Encode("xyab"));
        Assert.Equal([0, 5], Load(
            model: """{"type":"BPE","unk_token":"?","fuse_unk":true,"vocab":{"?":0,"a":1,"b":2,"ab":5},"merges":[["a","b"]]}""")
            .Encode("xyab"));
    }

    // A symbol that lacks one of its bytes becomes the unknown token, which waits for the bytes of those behind it (seen with Hugging
    // Face's library).
    [Theory]
    [InlineData("false", "é\u00D0b", new[] { 4, 5, 0, 2 })]
    [InlineData("true", "\u00D0\u00D0éb", new[] { 4, 5, 0, 2 })]
    public void Encode_BytesOfUnknownSymbols_GoBeforeTheUnknownToken(string fused, string text, int[] ids) =>
        Assert.Equal(ids, Load(model: $$$"""
            {"type":"BPE","unk_token":"?","fuse_unk":{{{fused}}},"byte_fallback":true,"merges":[],
            "vocab":{"?":0,"a":1,"b":2,"c":3,"<0xC3>":4,"<0xA9>":5}}
            """).Encode(text));

    [Fact]
    public void Encode_ByteLevelWithByteFallback_WritesTheBytesOfTheByte() =>
        Assert.Equal([1, 2, 3], Load("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""", model: """
            {"type":"BPE","byte_fallback":true,"merges":[],"vocab":{"?":0,"a":1,"<0xC4>":2,"<0x8A>":3}}
            """).Encode("a\n"));

    [Theory]
    [InlineData("\"lstrip\":true", "a  <x> b", new[] { 1, 9, 4, 2 })]
    [InlineData("\"rstrip\":true", "a  <x> b", new[] { 1, 4, 4, 9, 2 })]
    [InlineData("\"single_word\":true", "a<x>b", new[] { 1, 0, 0, 0, 2 })]
    [InlineData("\"single_word\":true", "a <x> b", new[] { 1, 4, 9, 4, 2 })]
    [InlineData("\"single_word\":true", "\u200D<x>", new[] { 0, 0, 0, 0 })]
    [InlineData("\"single_word\":true", "\u24B6<x>", new[] { 0, 0, 0, 0 })]
    public void Encode_AddedTokenFlags_AreFollowed(string flag, string text, int[] ids) =>
        Assert.Equal(ids, Load(added: $$"""[{"id":9,"content":"<x>","special":true,{{flag}}}]""").Encode(text));

    // Both as Hugging Face tokenizers does it (seen with its library on drawn texts).
    [Theory]
    [InlineData("""[{"id":9,"content":"<x>","rstrip":true},{"id":10,"content":" b"}]""", "a<x>  b", new[] { 1, 9, 10 })]
    [InlineData("""[{"id":9,"content":"ab"}]""", "cab", new[] { 3, 5 })]
    [InlineData("""[{"id":4,"content":" ","lstrip":true,"rstrip":true}]""", "a  b", new[] { 1, 4, 2 })]
    public void Encode_OverlappingOrKnownAddedToken_AsTokenizersDoes(string added, string text, int[] ids) =>
        Assert.Equal(ids, Load(added: added).Encode(text));

    [Fact]
    public void Encode_NormalizedAddedToken_IsSearchedAfterNormalising() =>
        Assert.Equal([1, 9], Load(
            normalizer: """{"type":"Replace","pattern":{"String":" "},"content":"_"}""",
            added: """[{"id":9,"content":"b c","normalized":true}]""").Encode("ab c"));

    [Fact]
    public void Encode_TwoAddedTokensOfOneNormalizedText_TheSpecialOneCounts() =>
        Assert.Equal([1, 10], Load(
            normalizer: """{"type":"Replace","pattern":{"String":" "},"content":"_"}""",
            added: """[{"id":9,"content":"b c","normalized":true},{"id":10,"content":"b_c","normalized":true,"special":true}]""")
            .Encode("ab c"));

    // Hugging Face's tokenizers count on from the vocabulary, whatever number stands in the file.
    [Theory]
    [InlineData("""[{"id":10,"content":"<x>"}]""", "id 10 of \"<x>\" would be 9")]
    [InlineData("""[{"id":9,"content":"<x>"},{"id":11,"content":"<y>"}]""", "id 11 of \"<y>\" would be 10")]
    [InlineData("""[{"id":3,"content":"<x>"}]""", "belongs to \"c\"")]
    [InlineData("""[{"id":9,"content":" _ ","normalized":true}]""", "leaves nothing")]
    public void Load_AddedTokenThatWouldNotBeFound_IsRefused(string added, string named) =>
        Assert.Contains(named, Assert.Throws<ModelException>(() => Load(
            normalizer: """{"type":"Replace","pattern":{"Regex":"[ _]"},"content":""}""", added: added)).Message);

    [Fact]
    public void Decode_Metaspace_TheFirstTokenLosesEveryBlank()
    {
        var decode = TokenDecoder.Metaspace('_', PrependScheme.First);
        Assert.Equal(["a", " b", "  c"], decode(["__a_", "_b", "__c"]));
    }

    [Fact]
    public void Decode_SkipSpecial_LeavesSpecialTokensAndUnknownIdsOut()
    {
        var tokenizer = Load(added: """[{"id":9,"content":"<x>","special":true},{"id":10,"content":"<y>","special":false}]""");
        Assert.Equal("ab<y>", tokenizer.Decode([5, 9, 10, 999, -1], skipSpecial: true));
        Assert.Equal("<x>", tokenizer.Decode([9], skipSpecial: false));
    }

    [Theory]
    [InlineData("""{"type":"WordPiece","vocab":{},"merges":[]}""", "WordPiece")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "merges[0]")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[" a"]}""", "empty")]
    [InlineData("""{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}""", "id 0")]
    [InlineData("""{"type":"BPE","vocab":{"a":2000000000},"merges":[]}""", "2000000000")]
    [InlineData("""{"type":"BPE","vocab":[],"merges":[]}""", "model.vocab")]
    [InlineData("""{"type":"BPE","vocab":{"a":0}}""", "merges")]
    [InlineData("""{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}""", "dropout")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[""", "JSON")]
    public void Load_DamagedModel_SaysWhere(string model, string named) =>
        Assert.Contains(named, Assert.Throws<ModelException>(() => Load(model: model)).Message);

    [Theory]
    [InlineData("""{"type":"BertPreTokenizer"}""", "BertPreTokenizer")]
    [InlineData("""{"type":"Metaspace","prepend_scheme":"first"}""", "behind a normalizer", """{"type":"NFKC"}""")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}""", "regular expression")]
    [InlineData("""{"type":"Split","pattern":{"String":"a"},"behavior":"Odd"}""", "Odd")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}""", "pretokenizers[1]")]
    public void Load_UnknownComponent_NamesItAndTheFile(string preTokenizer, string named, string normalizer = "null")
    {
        var message = Assert.Throws<ModelException>(() => Load(preTokenizer, normalizer)).Message;
        Assert.Contains(named, message);
        Assert.Contains("tokenizer.json", message);
    }

    [Fact]
    public void Load_NoFile_SaysWhatIsNeeded() =>
        Assert.Contains("tokenizer.json", Assert.Throws<ModelException>(() => Tokenizer.Load(folder)).Message);

    [Fact]
    public void EncodeDecode_AnyText_RoundTripsOnBytes()
    {
        var tokenizer = Trained();
        var character = Gen.OneOf(
            Gen.Int[0x20, 0x7E], Gen.Int[0, 0x1F], Gen.Int[0x300, 0x36F], Gen.Int[0x4E00, 0x9FFF], Gen.Int[0x1F300, 0x1FAFF],
            Gen.Int[0x1D400, 0x1D7FF], Gen.Int[0xE000, 0x10FFFF], Gen.Const(0x200D), Gen.Const(0xFE0F), Gen.Const(0xA0));
        character.Array[0, 300].Sample(codes =>
        {
            var text = string.Concat(codes.Select(c => new Rune(c).ToString()));
            return tokenizer.Decode(tokenizer.Encode(text), skipSpecial: false) == text;
        }, iter: 300, seed: "0N0XIzNsQ0O2");
    }

    [Fact]
    public void Encode_LoneSurrogate_CountsAsReplacementCharacter() =>
        Assert.Equal(Trained().Encode("a\uFFFDb"), Trained().Encode("a\uD800b"));

    [Fact]
    public void Merge_HeapAgainstScan_SameIds()
    {
        // Ids 0 to 3 are symbols; every merge makes a new id of two known ones.
        Gen.Int[0, 1000].Array[30].Select(Gen.Int[0, 3].Array[0, 120]).Sample((drawn, symbols) =>
        {
            var merges = new Dictionary<long, (int, int)>();
            for (var i = 0; i < drawn.Length; i++) merges.TryAdd(BpeMerger.Pair(drawn[i] % (4 + i), drawn[i] / 31 % (4 + i)), (i, 4 + i));
            var merger = new BpeMerger(merges);
            return merger.MergeByHeap([.. symbols]).SequenceEqual(merger.MergeByScan([.. symbols]));
        }, iter: 1000, seed: "0N0XIzNsQ0O2");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
