// Where the rows of a hand-written pass stand.

using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <summary>Rows [First, First + Count) of a matrix.</summary>
internal readonly record struct RowRange(int First, int Count);

/// <summary>Forward: the shared prefix, then what follows it of each sequence. Backward: the whole of each sequence.</summary>
internal sealed class PassPlan
{
    public int[] Ids { get; }

    public int Prefix { get; }

    /// <summary>So many first rows stand there from the call before.</summary>
    public int Reused { get; }

    public RowRange[] Own { get; }

    public RowRange[] Whole { get; }

    /// <summary>The forward row of each backward row.</summary>
    public int[] ForwardRowOf { get; }

    public RowRange[] Scored { get; }

    /// <summary>Forward and backward row of each position that predicts an answer token.</summary>
    public int[] ScoredForward { get; }

    public int[] ScoredBackward { get; }

    public int Longest => Whole.Max(r => r.Count);

    public int ForwardRows => Ids.Length;

    public int BackwardRows => ForwardRowOf.Length;

    public PassPlan(IReadOnlyList<TokenSequence> sequences, int[] standing)
    {
        var before = new TokenSequence(standing, []);
        Reused = TokenSequence.SharedPrefix([before, .. sequences]);
        Prefix = sequences.Count == 1 ? Reused : TokenSequence.SharedPrefix(sequences);
        // An input ends before the last token, whose prediction needs no input of its own.
        Ids = [.. sequences[0].Ids.Take(Prefix), .. sequences.SelectMany(s => s.Ids[Prefix..^1])];
        Own = Ranges(Prefix, sequences.Select(s => s.Ids.Length - 1 - Prefix));
        Whole = Ranges(0, sequences.Select(s => s.Ids.Length - 1));
        ForwardRowOf = [.. Own.SelectMany(own => Enumerable.Range(0, Prefix).Concat(Enumerable.Range(own.First, own.Count)))];
        Scored = Ranges(0, sequences.Select(s => s.Counted));
        ScoredBackward = [.. sequences.SelectMany((s, e) =>
            Enumerable.Range(1, s.Ids.Length - 1).Where(t => s.Scored[t]).Select(t => Whole[e].First + t - 1))];
        ScoredForward = [.. ScoredBackward.Select(row => ForwardRowOf[row])];
    }

    private static RowRange[] Ranges(int first, IEnumerable<int> counts) => [.. counts.Select(n => new RowRange((first += n) - n, n))];
}
