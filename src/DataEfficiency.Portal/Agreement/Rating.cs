namespace DataEfficiency.Portal.Agreement;

/// <summary>A piece of an answer that is the same as another or not: a label, or a span with its label.</summary>
/// <param name="Start">Null: the whole text.</param>
public readonly record struct Piece(int Label, int? Start = null, int? End = null);

/// <summary>One person's current answer to an item, as far as it is compared.</summary>
/// <param name="Value">A number for each answer that the kind of task takes for the same (<see cref="Tasks.ITaskKind.Sameness"/>).</param>
/// <param name="Pieces">Each once.</param>
public sealed record Rating(string UserId, int SchemaVersion, int Value, IReadOnlyList<Piece> Pieces);

/// <summary>An item that at least two people answered.</summary>
public sealed record RatedItem(long ItemId, IReadOnlyList<Rating> Ratings)
{
    public IEnumerable<(Rating A, Rating B)> Pairs()
    {
        for (var a = 0; a < Ratings.Count; a++)
            for (var b = a + 1; b < Ratings.Count; b++) yield return (Ratings[a], Ratings[b]);
    }
}
