// Quantifiers in Oniguruma's way: {,n} has no lower bound, {n}? is an optional {n}, {n,m}+ a plus over {n,m}, {m,n} with m above n is
// possessive, what is no interval stands for itself, and quantifiers stand on one another.
namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal static class QuantifierReader
{
    private const int Largest = 100_000;

    private readonly record struct Quantifier(int Fewest, int? Most, bool Lazy, bool Possessive);

    public static bool IsNext(PatternText text)
    {
        var start = text.At;
        var found = Take(text) is not null;
        text.At = start;
        return found;
    }

    /// <summary>The node, with all the quantifiers that follow it.</summary>
    public static PatternNode Apply(PatternText text, PatternNode node, Action skip)
    {
        while (Take(text) is { } quantifier)
        {
            if (CannotRepeat(node)) throw text.Wrong("a quantifier on what takes no character");
            node = new RepeatNode(node, quantifier.Fewest, quantifier.Most, quantifier.Lazy);
            if (quantifier.Possessive) node = new AtomicNode(node);
            skip();
        }
        return node;
    }

    private static bool CannotRepeat(PatternNode node) =>
        node is AnchorNode or LookNode || node is ChoiceNode choice && choice.Parts.Any(CannotRepeat);

    private static Quantifier? Take(PatternText text)
    {
        if (text.Take("?")) return Greed(text, 0, 1);
        if (text.Take("*")) return Greed(text, 0, null);
        if (text.Take("+")) return Greed(text, 1, null);
        if (!text.Sees("{")) return null;
        var start = text.At++;
        var least = text.TakeDigits(int.MaxValue, char.IsAsciiDigit);
        var comma = text.Take(",");
        var most = comma ? text.TakeDigits(int.MaxValue, char.IsAsciiDigit) : least;
        if (least.Length + most.Length == 0 || !text.Take("}"))
        {
            text.At = start;
            return null;
        }
        var (fewest, end) = (Number(text, least) ?? 0, Number(text, most));
        if (fewest > end) return new Quantifier(end.Value, fewest, Lazy: false, Possessive: true);
        return new Quantifier(fewest, end, comma && text.Take("?"), Possessive: false);
    }

    private static Quantifier Greed(PatternText text, int fewest, int? most) =>
        text.Take("?") ? new(fewest, most, Lazy: true, Possessive: false) : new(fewest, most, Lazy: false, Possessive: text.Take("+"));

    private static int? Number(PatternText text, string digits) => digits.Length == 0 ? null
        : digits.TrimStart('0').Length <= 6 && int.Parse(digits) is var number and <= Largest ? number
        : throw text.Wrong($"more than {Largest:N0} repeats");
}
