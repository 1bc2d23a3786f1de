// Text and classes under (?i): each character with those that differ from it by case, and where several characters fold together to
// what one folds to (ss and a sharp s, ffi and its ligature), both ways to write them.
namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal static class FoldedText
{
    // "ssssssss": the ways to write it grow like Fibonacci's numbers.
    private const int MostWays = 200;

    /// <returns>The node, and whether some characters of it fold to several.</returns>
    public static (PatternNode Node, bool Several) Node(IReadOnlyList<int> letters)
    {
        var ways = 0;
        var several = false;
        return (From(0), several);

        PatternNode From(int at)
        {
            var single = new List<PatternNode>();
            for (; at < letters.Count && Longer(at) is { Count: 0 }; at++) single.Add(new SetNode(CaseFolds.Of(letters[at])));
            if (at == letters.Count) return Sequence(single);
            if (++ways > MostWays) throw new ArgumentException("(?i) over a text with too many ways to write it is not supported");
            several = true;
            var plain = new SetNode(CaseFolds.Of(letters[at]));
            List<PatternNode> choices = [Sequence([plain, From(at + 1)])];
            foreach (var (node, length) in Longer(at)) choices.Add(Sequence([node, From(at + length)]));
            return Sequence([.. single, new ChoiceNode(choices)]);
        }

        // Other ways to write what begins at a letter, and how many letters of the pattern they stand for.
        List<(PatternNode Node, int Length)> Longer(int at)
        {
            var found = new List<(PatternNode, int)>();
            foreach (var (folded, written) in CaseFolds.Longer)
            {
                if (written.Set.Contains(letters[at]))
                {
                    found.Add((Sequence([.. folded.Select(c => new SetNode(CaseFolds.Of(c)))]), 1));
                    found.Add((written, 1));
                }
                if (at + folded.Length <= letters.Count && folded.Index().All(f => CaseFolds.Of(f.Item).Contains(letters[at + f.Index])))
                    found.Add((written, folded.Length));
            }
            return found;
        }
    }

    /// <summary>A class written without ^, already closed over case.</summary>
    public static (PatternNode Node, bool Several) Node(CodePointSet set)
    {
        var longer = CaseFolds.Longer.Where(f => !f.Written.Set.Intersect(set).IsEmpty).Select(f => Node(f.Folded).Node).ToList();
        return longer.Count == 0 ? (new SetNode(set), false) : (new ChoiceNode([new SetNode(set), .. longer]), true);
    }

    private static PatternNode Sequence(IReadOnlyList<PatternNode> parts) => parts.Count == 1 ? parts[0] : new SequenceNode(parts);
}
