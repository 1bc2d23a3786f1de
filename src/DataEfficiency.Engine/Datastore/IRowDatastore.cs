using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Datastore;

/// <summary>A labelled example as the datastore knows it.</summary>
/// <param name="Key">Of the row itself, not of a projection.</param>
internal readonly record struct KeyedSequence(RowKey Key, TokenSequence Sequence);

/// <summary>Where rows are: they are computed into it, and leave it as inner products only.</summary>
internal interface IRowDatastore
{
    /// <summary>Whether rows of so many examples can all be had again as they are; else they are seen through a projection.</summary>
    bool Holds(int count);

    /// <summary>Standard deviation of a cosine of two projected rows.</summary>
    double ProjectionError { get; }

    /// <summary>Whether a batch of more than one example should be as large.</summary>
    bool Fits(PassSize size);

    /// <summary>Why there is not enough memory for a batch, in words; null where there is.</summary>
    string? Refusal(IReadOnlyList<TokenSequence> batch);

    /// <summary>These rows are needed together: others leave before them.</summary>
    void Use(IReadOnlyList<KeyedSequence> examples);

    /// <summary>One backward pass, its rows stored.</summary>
    /// <param name="coming">Rows that this call and the next ones will bring, these included.</param>
    /// <returns>Norm of the row itself and loss of each. A row whose norm is zero or no number is not stored.</returns>
    IReadOnlyList<(double Norm, double? Loss)> Compute(IReadOnlyList<KeyedSequence> batch, bool projected, int coming,
        GiveWay giveWay);

    /// <summary>The inner product of each pair; rows that left are computed again. Projected rows have length 1.</summary>

    double[][] Products(IReadOnlyList<KeyedSequence> examples, bool projected, GiveWay giveWay);
}
