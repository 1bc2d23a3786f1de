// Cuts a text into the pieces that BPE works on, one after another; no merge crosses the border of a piece.
using System.Text;
using DataEfficiency.Prompts.Jinja;

namespace DataEfficiency.Prompts.Tokenization;

/// <param name="First">Stands at the very start of the text that is tokenised (Metaspace "first").</param>
internal readonly record struct TextPiece(string Source, int Start, int Length, bool First)
{
    public ReadOnlySpan<char> Span => Source.AsSpan(Start, Length);

    public TextPiece Part(int start, int length) => new(Source, Start + start, length, First && start == 0);

    public TextPiece Prefixed(string prefix) => prefix + Span.ToString() is var text ? new TextPiece(text, 0, text.Length, First) : default;
}

internal interface IPreTokenizer
{
    /// <summary>The pieces of a piece, in order; none is empty.</summary>
    IEnumerable<TextPiece> Split(TextPiece piece);
}

internal sealed class NoSplit : IPreTokenizer
{
    public IEnumerable<TextPiece> Split(TextPiece piece) => piece.Length == 0 ? [] : [piece];
}

internal sealed class SequenceOfSplits(IReadOnlyList<IPreTokenizer> parts) : IPreTokenizer
{
    public IEnumerable<TextPiece> Split(TextPiece piece)
    {
        var pieces = new List<TextPiece> { piece };
        foreach (var part in parts)
        {
            var next = new List<TextPiece>(pieces.Count);
            foreach (var each in pieces) next.AddRange(part.Split(each));
            pieces = next;
        }
        return pieces;
    }
}

internal enum SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous }

internal sealed class PatternSplit(SplitPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public IEnumerable<TextPiece> Split(TextPiece piece)
    {
        var runs = new List<(int Start, int Length, bool Match)>();
        pattern.Find(piece.Span, runs);
        return Arrange(piece, runs, behavior, invert);
    }

    /// <summary>What a behaviour makes of the runs. An empty match makes no piece, but what it merges with counts as merged.</summary>
    public static List<TextPiece> Arrange(
        TextPiece piece, List<(int Start, int Length, bool Match)> runs, SplitBehavior behavior, bool invert = false)
    {
        var cuts = new List<(int Start, int End)>(runs.Count);
        var previous = false;
        var backwards = behavior == SplitBehavior.MergedWithNext;
        for (var i = 0; i < runs.Count; i++)
        {
            var (start, length, isMatch) = runs[backwards ? runs.Count - 1 - i : i];
            var match = isMatch != invert;
            var merges = cuts.Count > 0 && behavior switch
            {
                SplitBehavior.Contiguous => match == previous,
                SplitBehavior.MergedWithPrevious or SplitBehavior.MergedWithNext => match && !previous,
                _ => false,
            };
            if (merges) cuts[^1] = backwards ? cuts[^1] with { Start = start } : cuts[^1] with { End = start + length };
            else if (behavior != SplitBehavior.Removed || !match) cuts.Add((start, start + length));
            previous = match;
        }
        if (backwards) cuts.Reverse();
        var pieces = new List<TextPiece>(cuts.Count);
        foreach (var (start, end) in cuts)
            if (end > start) pieces.Add(piece.Part(start, end - start));
        return pieces;
    }
}

internal sealed class DigitSplit(bool individually) : IPreTokenizer
{
    public IEnumerable<TextPiece> Split(TextPiece piece)
    {
        var runs = new List<(int Start, int Length, bool Match)>();
        var at = 0;
        foreach (var rune in piece.Span.EnumerateRunes())
        {
            var digit = Rune.IsNumber(rune);
            if (!digit && runs.Count > 0 && !runs[^1].Match)
                runs[^1] = runs[^1] with { Length = runs[^1].Length + rune.Utf16SequenceLength };
            else runs.Add((at, rune.Utf16SequenceLength, digit));
            at += rune.Utf16SequenceLength;
        }
        return PatternSplit.Arrange(piece, runs, individually ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
    }
}

/// <summary>The splitting half of ByteLevel; the mapping of bytes is done in <see cref="BpeModel"/>.</summary>
internal sealed class ByteLevelSplit(bool addPrefixSpace, bool useExpression) : IPreTokenizer
{
    /// <summary>GPT-2's pattern.</summary>
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly PatternSplit ByExpression = new(SplitPattern.Expression(Expression), SplitBehavior.Isolated, false);

    public IEnumerable<TextPiece> Split(TextPiece piece)
    {
        if (piece.Length == 0) return [];
        if (addPrefixSpace && piece.Span[0] != ' ') piece = piece.Prefixed(" ");
        return useExpression ? ByExpression.Split(piece) : [piece];
    }
}

internal enum PrependScheme { Always, First, Never }

internal sealed class MetaspaceSplit(char replacement, PrependScheme prepend, bool split) : IPreTokenizer
{
    private readonly SplitPattern pattern = SplitPattern.Literal(replacement.ToString());

    public IEnumerable<TextPiece> Split(TextPiece piece)
    {
        if (piece.Length == 0) return [];
        var text = piece.Span.ToString().Replace(' ', replacement);
        if (text[0] != replacement && (prepend == PrependScheme.Always || prepend == PrependScheme.First && piece.First))
            text = replacement + text;
        var whole = new TextPiece(text, 0, text.Length, piece.First);
        if (!split) return [whole];
        var runs = new List<(int Start, int Length, bool Match)>();
        pattern.Find(text, runs);
        return PatternSplit.Arrange(whole, runs, SplitBehavior.MergedWithNext);
    }
}
