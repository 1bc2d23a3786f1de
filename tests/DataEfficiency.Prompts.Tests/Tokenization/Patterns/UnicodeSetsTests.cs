// The sets that patterns name, against Oniguruma's own, at every border of every one of them.
using System.Text;
using DataEfficiency.Prompts.Tokenization.Patterns;
using static DataEfficiency.Prompts.Tests.Tokenization.HuggingFaceTokenizer;

namespace DataEfficiency.Prompts.Tests.Tokenization.Patterns;

public class UnicodeSetsTests
{
    private const string Names =
        "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No Z Zs Zl Zp C Cc Cf Co Cn P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So LC Letter "
        + "Combining_Mark Spacing_Mark Initial_Punctuation Alphabetic Uppercase Lowercase White_Space Alnum Alpha Blank Cntrl "
        + "Digit Graph Lower Print Punct PosixPunct Space Upper XDigit Word ASCII Any Assigned Latin Han Hiragana Katakana Hangul "
        + "Cyrillic Greek Arabic Hebrew Thai Devanagari Bengali Tamil Telugu Gujarati Gurmukhi Kannada Malayalam Sinhala Lao "
        + "Khmer Myanmar Tibetan Georgian Armenian Ethiopic Mongolian Bopomofo Oriya Thaana Syriac Cherokee Common Inherited Latn "
        + "Hani Zyyy Emoji Emoji_Presentation Extended_Pictographic Ideographic Unified_Ideograph";

    [OracleFact]
    public void Property_EveryBorderOfEverySet_HasTheMembersOfOniguruma()
    {
        var sets = Names.Split(' ').ToDictionary(n => n, n => UnicodeSets.Property(n, inClass: false)!);
        var borders = sets.Values.SelectMany(s => s.Ranges).SelectMany(r => new[] { r.First - 1, r.First, r.Last, r.Last + 1 })
            .Where(Rune.IsValid).Distinct().Order().ToArray();
        var text = string.Concat(borders.Select(c => new Rune(c)));
        Assert.True(borders.Length > 5_000);
        foreach (var (name, set) in sets)
        {
            using var theirs = Load(Json(Split($"\\p{{{name}}}", "Removed"))).Theirs!;
            var outside = string.Concat(Pieces(theirs.Encode(text).Select(id => (int)id)));
            Assert.True(outside == string.Concat(borders.Where(c => !set.Contains(c)).Select(c => new Rune(c))), name);
        }
    }

    [OracleFact]
    public void Fold_LettersWithACase_MatchAsOniguruma()
    {
        var cased =
            UnicodeSets.Property("LC", inClass: false)!.Ranges.SelectMany(r => Enumerable.Range(r.First, r.Last - r.First + 1)).ToArray();
        var text = string.Concat(cased.Select(c => new Rune(c)));
        // One pattern for many letters: which of the others it takes shows in what is left.
        // Every third of them: each alphabet has many letters in those.
        foreach (var letters in cased.Chunk(97).Where((_, i) => i % 3 == 0))
            Assert.False(SameOrRefused(Json(Split($"(?i:{string.Join('|', letters.Select(c => new Rune(c)))})", "Removed")), [text]));
    }
}
