// What tokenizer.json does to a text before it is cut.
using System.Text;

namespace DataEfficiency.Prompts.Tokenization;

internal delegate string Normalizer(string text);

internal static class Normalizers
{
    public static readonly Normalizer None = text => text;

    // .NET refuses a text with U+FFFE, which changes with nothing around it.
    public static Normalizer Form(NormalizationForm form) => text => Ascii.IsValid(text) ? text
        : string.Join('\uFFFE', text.Split('\uFFFE').Select(part => part.Normalize(form)));

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
