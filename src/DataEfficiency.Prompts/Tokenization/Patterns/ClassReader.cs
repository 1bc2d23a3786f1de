// Bracket classes: ranges, nested classes, [:posix:] and && (which binds least), as Oniguruma reads them.
namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal static class ClassReader
{
    private enum Last { Nothing, CodePoint, Range, Set, Class }

    private const int DeepestNesting = 50;

    /// <summary>Reads after the opening bracket.</summary>
    /// <param name="ignoreCase">Of the outermost class: members take those along that differ by case, before a ^ turns it round.</param>
    /// <returns>The set, and whether it was written with ^ (no member of such a class folds to several code points).</returns>
    public static (CodePointSet Set, bool Negated) Read(PatternText text, bool ignoreCase, int depth = 0)
    {
        if (depth > DeepestNesting) throw text.Refused("a class nested this deep");
        var negated = text.Take("^");
        var (all, part) = ((CodePointSet?)null, CodePointSet.Empty);
        var (last, pending) = (Last.Nothing, 0);
        if (text.Sees("]"))
        {
            text.At++;
            if (!text.HoldsLater(']')) throw text.Wrong("an empty class");
            text.At--;
            Add(text.TakeCodePoint());
        }
        while (true)
        {
            if (text.AtEnd) throw text.Wrong("a class has no ]");
            if (text.Take("]")) break;
            if (text.Take("&&"))
            {
                all = all?.Intersect(part) ?? part;
                (part, last) = (CodePointSet.Empty, Last.Nothing);
            }
            else if (text.Sees("-")) ReadHyphen();
            else if (Item() is var (codePoint, set) && set is null) Add(codePoint);
        }
        var whole = all?.Intersect(part) ?? part;
        if (ignoreCase) whole = CaseFolds.Close(whole);
        return (negated ? whole.Complement() : whole, negated);

        void Add(int codePoint)
        {
            part = part.Union(CodePointSet.Of(codePoint));
            (last, pending) = (Last.CodePoint, codePoint);
        }

        // Stands for itself at the start, at the end, after a range and after a nested class.
        void ReadHyphen()
        {
            text.At++;
            var closes = text.Sees("]") || text.Sees("&&");
            if (last is Last.Set && !closes) throw text.Wrong("a range that begins with a class of characters");
            if (last is not Last.CodePoint || closes)
            {
                Add('-');
                return;
            }
            var (to, set) = Item(endOfRange: true);
            if (set is not null) throw text.Wrong("a range that ends with a class of characters");
            if (to < pending) throw text.Wrong("a range that ends before it begins");
            part = part.Union(CodePointSet.Of(pending, to));
            last = Last.Range;
        }

        // A set is added at once; a code point is given back, since it may begin a range.
        (int CodePoint, CodePointSet? Set) Item(bool endOfRange = false)
        {
            if (text.Sees("["))
            {
                if (Posix(text) is { } posix) return AddSet(posix, Last.Set);
                if (endOfRange) throw text.Refused("a range that ends with a nested class");
                text.At++;
                return AddSet(Read(text, ignoreCase: false, depth + 1).Set, Last.Class);
            }
            if (!text.Take("\\")) return (text.TakeCodePoint(), null);
            var (codePoint, set) = EscapeReader.Read(text, inClass: true);
            return set is null ? (codePoint, null) : AddSet(set, Last.Set);
        }

        (int, CodePointSet?) AddSet(CodePointSet set, Last kind)
        {
            part = part.Union(set);
            last = kind;
            return (0, set);
        }
    }

    // [:name:] or [:^name:]; null where the bracket opens a nested class.
    private static CodePointSet? Posix(PatternText text)
    {
        var start = text.At;
        if (!text.Take("[:")) return null;
        var negated = text.Take("^");
        var name = text.TakeDigits(20, char.IsAsciiLetter);
        if (!text.Take(":]"))
        {
            text.At = start;
            return null;
        }
        var set = UnicodeSets.Posix(name) ?? throw text.Wrong($"there is no class [:{name}:]");
        return negated ? set.Complement() : set;
    }
}
