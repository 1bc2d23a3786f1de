// What a pattern means, free of the dialect that it is written in. Captures are none of it: a cut needs only where a match begins and ends.
namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal enum PatternAnchor { LineStart, LineEnd, TextStart, TextEnd, TextEndOrLastNewline, SearchStart, WordBorder, NoWordBorder }

internal abstract record PatternNode
{
    /// <summary>The least number of code points of a match.</summary>
    public abstract int Least { get; }

    /// <summary>Every set of code points that the pattern asks for.</summary>
    public abstract IEnumerable<CodePointSet> Sets { get; }
}

/// <summary>One code point of a set.</summary>
internal sealed record SetNode(CodePointSet Set) : PatternNode
{
    public override int Least => 1;

    public override IEnumerable<CodePointSet> Sets => [Set];
}

/// <summary>Letters in a row under (?i).</summary>
internal sealed record FoldedNode(IReadOnlyList<int> Letters) : PatternNode
{
    private (PatternNode Node, bool Several)? _ways;

    /// <summary>All ways to write them.</summary>
    public PatternNode Ways => (_ways ??= FoldedText.Node(Letters)).Node;

    /// <summary>Whether some of them may be written by more or fewer characters.</summary>
    public bool Several => (_ways ??= FoldedText.Node(Letters)).Several;

    public override int Least => Ways.Least;

    public override IEnumerable<CodePointSet> Sets => Ways.Sets;
}

internal sealed record SequenceNode(IReadOnlyList<PatternNode> Parts) : PatternNode
{
    public static readonly SequenceNode Nothing = new([]);

    public override int Least => Parts.Aggregate(0, (sum, part) => (int)Math.Min(int.MaxValue, (long)sum + part.Least));

    public override IEnumerable<CodePointSet> Sets => Parts.SelectMany(p => p.Sets);
}

/// <summary>The first of the parts that leads to a match.</summary>
internal sealed record ChoiceNode(IReadOnlyList<PatternNode> Parts) : PatternNode
{
    public override int Least => Parts.Min(p => p.Least);

    public override IEnumerable<CodePointSet> Sets => Parts.SelectMany(p => p.Sets);
}

/// <param name="Most">Null: without end.</param>
internal sealed record RepeatNode(PatternNode Body, int Fewest, int? Most, bool Lazy) : PatternNode
{
    public override int Least => (int)Math.Min(int.MaxValue, (long)Body.Least * Fewest);

    public override IEnumerable<CodePointSet> Sets => Body.Sets;
}

/// <summary>Keeps its first match, whatever follows: (?&gt;...) and possessive quantifiers.</summary>
internal sealed record AtomicNode(PatternNode Body) : PatternNode
{
    public override int Least => Body.Least;

    public override IEnumerable<CodePointSet> Sets => Body.Sets;
}

internal sealed record LookNode(PatternNode Body, bool Behind, bool Negative) : PatternNode
{
    public override int Least => 0;

    public override IEnumerable<CodePointSet> Sets => Body.Sets;
}

internal sealed record AnchorNode(PatternAnchor Anchor) : PatternNode
{
    public override int Least => 0;

    public override IEnumerable<CodePointSet> Sets =>
        Anchor is PatternAnchor.WordBorder or PatternAnchor.NoWordBorder ? [UnicodeSets.Word] : [];
}
