// What tokenizer.json does to a text before it is cut.
using System.Text;
using DataEfficiency.Prompts.Tokenization.Patterns;

namespace DataEfficiency.Prompts.Tokenization;

internal delegate string Normalizer(string text);

internal static class Normalizers
{
    public static readonly Normalizer None = text => text;

    // Hugging Face's tokenizers normalize by Unicode 9: what decomposes, composes or moves only since then (up to Unicode 17) stands still
    // there. So does U+FFFE, which .NET refuses.
    private static readonly CodePointSet Still = CodePointSet.Parse("""
        7FD 897-89F 8CA-8D3 9FE C3C D3B-D3C EBA 1715 1ABF-1ADD 1AE0-1AEB 1DF6-1DFA 32FF A7F1-A7F4 A82C AB69 FFFE 105C9 105D2 105DA
        105E4 10781-10785 10787-107B0 107B2-107BA 10D24-10D27 10D69-10D6D 10EAB-10EAC 10EFA-10EFB 10EFD-10EFF 10F46-10F50
        10F82-10F85 11070 1133B 11382-11385 1138B 1138E 11390-11391 113B8 113BB 113C2 113C5 113C7-113C9 113CE-113D0 1145E
        11839-1183A 11930 11935 11938 1193D-1193E 11943 119E0 11A34 11A47 11A99 11D42 11D44-11D45 11D97 11F41-11F42 1611E-16129
        1612F 16D63 16D67-16D6A 16FF0-16FF1 1CCD6-1CCF9 1E030-1E06D 1E08F 1E130-1E136 1E2AE 1E2EC-1E2EF 1E4EC-1E4EF 1E5EE-1E5EF
        1E6E3 1E6E6 1E6EE-1E6EF 1E6F5 1F16C 1FBF0-1FBF9
        """);

    public static Normalizer Form(NormalizationForm form) => text =>
    {
        if (Ascii.IsValid(text)) return text;
        var made = new StringBuilder(text.Length);
        int begin = 0, at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var next = at + rune.Utf16SequenceLength;
            if (Still.Contains(rune.Value))
            {
                made.Append(text[begin..at].Normalize(form)).Append(text, at, next - at);
                begin = next;
            }
            at = next;
        }
        return made.Append(text[begin..].Normalize(form)).ToString();
    };

    public static Normalizer Prepend(string prefix) => text => text.Length == 0 ? text : prefix + text;

    public static Normalizer Replace(SplitPattern pattern, string content) => text =>
    {
        var runs = new List<(int Start, int Length, bool Match)>();
        pattern.Find(text, runs);
        var result = new StringBuilder(text.Length);
        foreach (var (start, length, match) in runs)
        {
            if (match) result.Append(content);
            else result.Append(text, start, length);
        }
        return result.ToString();
    };

    public static Normalizer Sequence(IReadOnlyList<Normalizer> parts) => text => parts.Aggregate(text, (current, part) => part(current));
}
