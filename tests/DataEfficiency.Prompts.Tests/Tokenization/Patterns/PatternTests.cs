// Patterns without an oracle: what they cut, and the list of what is refused when the folder is checked, each by its name.
using System.Text.Json.Nodes;
using DataEfficiency.Prompts.Tokenization;
using static DataEfficiency.Prompts.Tests.Tokenization.HuggingFaceTokenizer;

namespace DataEfficiency.Prompts.Tests.Tokenization.Patterns;

public class PatternTests
{
    private static string[] Cut(string pattern, string text)
    {
        var runs = new List<(int Start, int Length, bool Match)>();
        SplitPattern.Expression(pattern).Find(text, runs);
        return [.. runs.Where(r => r.Match).Select(r => text.Substring(r.Start, r.Length))];
    }

    [Theory]
    [InlineData("[[:alpha:]]+", "ab1Äß", "ab", "Äß")]
    [InlineData("[a-z&&[^aeiou]]+", "abcde", "bcd")]
    [InlineData("[d-f[q-t]]+", "stem", "ste")]
    [InlineData("\\p{Latin}+", "abÄя", "abÄ")]
    [InlineData("\\p{^Latin}+", "abÄя", "я")]
    [InlineData("a{2}{3}", "aaaaaaa", "aaaaaa")]
    [InlineData("a{,2}b", "aaab", "aab")]
    [InlineData("a++a|b", "aaab", "b")]
    [InlineData("^a", "a\na\n", "a", "a")]
    [InlineData("a$", "a\naa", "a", "a")]
    [InlineData("^", "a\n", "")]
    [InlineData("(?m:a.)", "a\nab", "a\n", "ab")]
    [InlineData("(?i:ss)", "ssßẞx", "ss", "ß", "ẞ")]
    [InlineData("(?i:s)", "Sſ", "S", "ſ")]
    [InlineData("[😀-😂]|.", "😁a", "😁", "a")]
    [InlineData("[^\U0001D400]", "\U0001D400\U0001D401", "\U0001D401")]
    [InlineData("\\h+", "xyzAF09", "AF09")]
    [InlineData("\\R", "a\r\nb\u2028", "\r\n", "\u2028")]
    [InlineData("a(?i)b|c", "aCcab", "aC", "ab")]
    public void Find_DialectOfOniguruma_MatchesAsItDoes(string pattern, string text, params string[] matches) =>
        Assert.Equal(matches, Cut(pattern, text));

    // What Oniguruma has and this translation has not. All else is right or an error there too.
    [Theory]
    [InlineData(@"(a)\1", @"\1 (a back reference)")]
    [InlineData(@"(?<n>a)\k<n>", @"\k (a back reference)")]
    [InlineData(@"(?<n>a)\g<n>", @"\g (the call of a group)")]
    [InlineData(@"a\Kb", @"\K (the match begins here)")]
    [InlineData(@"\X", @"\X (a grapheme)")]
    [InlineData(@"\y", @"\y (the border of a grapheme)")]
    [InlineData(@"(?~ab)", "(?~...) (an absent operator)")]
    [InlineData(@"(?(?=a)a|b)", "(?(...)...) (a conditional)")]
    [InlineData(@"(?{x})a", "(?{...}) (a callout)")]
    [InlineData(@"(*FAIL)", "(*...) (a callout)")]
    [InlineData(@"(?W:\w)", "the option W")]
    [InlineData(@"(?P:[[:alpha:]])", "the option P")]
    [InlineData(@"(?y{g}:a)", "the option y")]
    [InlineData(@"\p{In_Basic_Latin}", @"the property \p{In_Basic_Latin}")]
    [InlineData(@"\p{Linear_A}", @"the property \p{Linear_A}")]
    [InlineData(@"\p{Age=6.0}", @"the property \p{Age=6.0}")]
    [InlineData(@"(?<=(?>a))b", "an atomic group in a look-behind")]
    [InlineData(@"(?<=a*+)b", "a possessive quantifier in a look-behind")]
    [InlineData(@"(?<=(a))b", "a capturing group in a look-behind")]
    [InlineData(@"(?<=\Ra)b", @"\R in a look-behind")]
    [InlineData(@"(?i:(?<=ss)b)", "(?i) in a look-behind, of a character that folds to several")]
    [InlineData(@"[a-[b]]", "a range that ends with a nested class")]
    [InlineData(@"\x{61 62}", "an escape of other than hexadecimal digits")]
    [InlineData(@"\xC3\xA9", @"a byte of a longer character (\xHH)")]
    [InlineData(@"\M-a", @"\M")]
    // wrong there too
    [InlineData(@"[[:foo:]]", "there is no class [:foo:]")]
    [InlineData(@"[z-a]", "a range that ends before it begins")]
    [InlineData(@"[\d-a]", "a range that begins with a class of characters")]
    [InlineData(@"(?s:.)", "the option s")]
    [InlineData(@"^*", "a quantifier on what takes no character")]
    [InlineData(@"*a", "a quantifier with nothing to repeat")]
    [InlineData(@"(a", "a parenthesis is not closed")]
    public void Load_PatternThatIsNotTranslated_IsRefusedByName(string pattern, string named)
    {
        foreach (var json in (string[])[Json(Split(pattern)), Json(null, Replace(pattern)), Json(null, decoder: Replace(pattern))])
        {
            var folder = Directory.CreateTempSubdirectory("pattern").FullName;
            File.WriteAllText(Path.Combine(folder, "tokenizer.json"), json);
            var message = Assert.Throws<ModelException>(() => Tokenizer.Load(folder)).Message;
            Assert.Contains(named, message);
            Assert.Contains("tokenizer.json", message);
            Directory.Delete(folder, recursive: true);
        }
    }

    [GoldenTheory]
    [InlineData("class-intersection")]
    [InlineData("dot-with-newline")]
    [InlineData("line-anchor")]
    [InlineData("nested-class")]
    [InlineData("posix-class")]
    public void ReportedTokenizer_EveryText_HasTheRightIds(string name)
    {
        var (reported, folder) = (Fixtures.At("cases", "reported"), Directory.CreateTempSubdirectory("pattern").FullName);
        File.Copy(Path.Combine(reported, "F25-pattern-tokenizers", name + ".tokenizer.json"), Path.Combine(folder, "tokenizer.json"));
        var tokenizer = Tokenizer.Load(folder);
        Directory.Delete(folder, recursive: true);
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(reported, "F25-expected.json")))![name]!.AsArray();
        var texts = JsonNode.Parse(File.ReadAllText(Path.Combine(reported, "F25-pattern-tokenizers", "texts.json")))!.AsArray();
        Assert.Equal(expected.Select(ids => ids!.ToJsonString()), texts.Select(t => $"[{string.Join(',', tokenizer.Encode((string)t!))}]"));
    }

    private static JsonObject Replace(string pattern) => new()
    {
        ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["content"] = "",
    };
}
