using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Gradients;

/// <summary>How large a batch is.</summary>
/// <param name="Count">Sequences.</param>
/// <param name="Forward">Positions that go forward: a prefix that all share once.</param>
/// <param name="Backward">Positions that go backward: all of each sequence.</param>
/// <param name="Longest">Positions of the longest sequence.</param>
/// <param name="Scored">Tokens that count.</param>
internal readonly record struct PassSize(int Count, long Forward, long Backward, int Longest, int Scored)
{
    /// <summary>One more sequence behind a prefix of so many tokens.</summary>
    public PassSize With(TokenSequence sequence, int shared) => new(Count + 1, Forward + sequence.Ids.Length - (Count == 0 ? 0 : shared),
        Backward + sequence.Ids.Length, Math.Max(Longest, sequence.Ids.Length), Scored + sequence.Counted);

    public static PassSize Of(IReadOnlyList<TokenSequence> sequences)
    {
        var shared = TokenSequence.SharedPrefix(sequences);
        return sequences.Aggregate(default(PassSize), (size, s) => size.With(s, shared));
    }
}

/// <summary>One backward pass over a batch: the LoRA gradients at B = 0 of each example by itself.</summary>
internal interface IGradientPass : IDisposable
{
    /// <summary>Bytes that a batch takes beside the rows that it gives.</summary>
    long BytesOf(PassSize size);

    /// <summary>Bytes that there are for it now.</summary>
    long AvailableBytes { get; }

    /// <summary>Whether a batch of more than one example should be as large.</summary>
    bool Fits(PassSize size);

    /// <param name="sequences">Each with at least one token that counts, of ids that the model knows.</param>
    /// <param name="half">Rows in half precision.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two layers.</exception>
    GradientRow[] Run(IReadOnlyList<TokenSequence> sequences, bool half, GiveWay giveWay);
}
