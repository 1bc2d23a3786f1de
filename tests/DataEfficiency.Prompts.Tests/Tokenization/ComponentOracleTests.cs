// Every component that tokenizer.json may name: as Hugging Face's tokenizers have it, or refused by its name.
using System.Text.Json.Nodes;
using static DataEfficiency.Prompts.Tests.Tokenization.HuggingFaceTokenizer;

namespace DataEfficiency.Prompts.Tests.Tokenization;

public class ComponentOracleTests
{
    private static readonly string[] Texts =
    [
        "Hello, World 12\u00BD3!", " two  spaces ", "\u2581x y", "a\u0301\u00E9\uFB01\u212B \uD55C\u1100\u1161", "x\U0001F600\n\ty", "a",
            " ",
        "ab--ab-", "A\u00DFSS", "\u00A0\u3000.", "e\u0301\uFFFE\u0301\uFFFF\u0301",
        "\u32FFe\u0301\uA7F2 \u0300\u1DF9\u0327 a\u0334\u1AC1\u0334 \U0001FBF3\U00011935\U00011930",
    ];

    [OracleTheory]
    [InlineData("""{"type":"Digits","individual_digits":true}""")]
    [InlineData("""{"type":"Digits","individual_digits":false}""")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""")]
    [InlineData("""{"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":false}""")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","add_prefix_space":true}""")]
    [InlineData("""{"type":"Split","pattern":{"String":"ab"},"behavior":"Removed","invert":false}""")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithPrevious","invert":false}""")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext","invert":false}""")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Contiguous","invert":true}""")]
    [InlineData("""{"type":"Split","pattern":{"String":"."},"behavior":"Isolated","invert":true}""")]
    [InlineData("""{"type":"Split","pattern":{"String":""},"behavior":"Isolated","invert":false}""")]
    [InlineData("""
        {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?=-)"},"behavior":"Isolated","invert":false},
        {"type":"Digits","individual_digits":true}]}
        """)]
    [InlineData("""{"type":"BertPreTokenizer"}""")]
    [InlineData("""{"type":"Whitespace"}""")]
    [InlineData("""{"type":"WhitespaceSplit"}""")]
    [InlineData("""{"type":"Punctuation","behavior":"Isolated"}""")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"-"}""")]
    [InlineData("""{"type":"UnicodeScripts"}""")]
    [InlineData("""{"type":"FixedLength","length":2}""")]
    public void PreTokenizer_AsTokenizersDoesOrRefused(string component)
    {
        var type = (string)JsonNode.Parse(component)!["type"]!;
        if (SameOrRefused(Json(JsonNode.Parse(component)), Texts)) Assert.Contains(type, Load(Json(JsonNode.Parse(component))).Message);
        else Assert.Contains(type, (string[])["Digits", "Metaspace", "Split", "Sequence"]);
    }

    [OracleTheory]
    [InlineData("""{"type":"NFC"}""")]
    [InlineData("""{"type":"NFD"}""")]
    [InlineData("""{"type":"NFKC"}""")]
    [InlineData("""{"type":"NFKD"}""")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""")]
    [InlineData("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}""")]
    [InlineData("""{"type":"Prepend","prepend":""}""")]
    [InlineData("""{"type":"Replace","pattern":{"String":""},"content":"x"}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"^"},"content":"x"}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":" {2,}|[[:punct:]]"},"content":"x"}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"(?=-)"},"content":"$1"}""")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"Replace","pattern":{"Regex":"\\p{Mn}"},"content":""}]}""")]
    [InlineData("""{"type":"Lowercase"}""")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""")]
    [InlineData("""{"type":"StripAccents"}""")]
    [InlineData("""{"type":"Nmt"}""")]
    [InlineData("""{"type":"ByteLevel"}""")]
    [InlineData("""{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""")]
    public void Normalizer_AsTokenizersDoesOrRefused(string component)
    {
        var type = (string)JsonNode.Parse(component)!["type"]!;
        if (SameOrRefused(Json(null, JsonNode.Parse(component)), Texts)) Assert.Contains(
            type, Load(Json(null, JsonNode.Parse(component))).Message);
        else Assert.Contains(type, (string[])["NFC", "NFD", "NFKC", "NFKD", "Prepend", "Replace", "Sequence"]);
    }

    [OracleTheory]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""")]
    [InlineData("""{"type":"ByteFallback"}""")]
    [InlineData("""{"type":"Fuse"}""")]
    [InlineData("""{"type":"Metaspace","replacement":"Ġ","prepend_scheme":"always","split":true}""")]
    [InlineData("""{"type":"Strip","content":"l","start":1,"stop":0}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"</w>$"},"content":" "}""")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"^|l"},"content":"+"}""")]
    [InlineData("""
        {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"</w>"},"content":"|"},{"type":"Fuse"},
        {"type":"Strip","content":"H","start":2,"stop":0}]}
        """)]
    [InlineData("""{"type":"BPEDecoder","suffix":"</w>"}""")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""")]
    [InlineData("""{"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true}""")]
    public void Decoder_AsTokenizersDoesOrRefused(string component)
    {
        var (ours, theirs, message) = Load(Json(Split("\\w+"), decoder: JsonNode.Parse(component)));
        using (theirs)
        {
            if (ours is null) Assert.Contains((string)JsonNode.Parse(component)!["type"]!, message);
            else
                foreach (var text in Texts)
                    Assert.Equal(
                        theirs!.Decode([.. ours.Encode(text).Select(id => (uint)id)]), ours.Decode(ours.Encode(text), skipSpecial: true));
        }
    }
}
