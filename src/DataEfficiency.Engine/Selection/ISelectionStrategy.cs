// What orders a pool for the people who label it. Each of the related systems becomes one file here, named after its paper's noun: what it
// needs beside the pool (rows, losses, answers) comes through its constructor.
namespace DataEfficiency.Engine.Selection;

/// <summary>An item of a pool as a ranking leaves it.</summary>
/// <param name="Confidence">The model's in its own greedy answer, in (0, 1]; null: the model cannot take the item.</param>
public readonly record struct RankedItem(long Id, double? Confidence);

/// <param name="ActiveRank">Index in the order of work, from 0.</param>
/// <param name="DrawRank">Index in the drawn order of the candidates for the first labels; null for every other item.</param>
public readonly record struct ItemOrder(long Id, int ActiveRank, int? DrawRank);

public interface ISelectionStrategy
{
    /// <summary>The whole pool in the order of work: every item once. Same pool and seed, same order, on every machine.</summary>
    /// <param name="pool">In pool order, so that ties stay in it.</param>
    IReadOnlyList<ItemOrder> Order(IReadOnlyList<RankedItem> pool, long seed);
}
