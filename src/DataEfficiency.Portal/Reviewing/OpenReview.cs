namespace DataEfficiency.Portal.Reviewing;

/// <summary>Why an item is to be reviewed; their order is that of the queue.</summary>
[Flags]
public enum ReviewReasons { None = 0, SentBack = 1, Disagreement = 2, Skipped = 4, Flagged = 8, Suspect = 16 }

/// <summary>An item that waits for a reviewer.</summary>
/// <param name="After">Its newest review, 0 without one: who decides says what was seen.</param>
/// <param name="Doubt">What a check's model expects instead; null: it doubts nothing.</param>
public sealed record OpenReview(long ItemId, ReviewReasons Reasons, long After, Suspect? Doubt = null);

/// <param name="Own">Items that this reviewer has answered, so that somebody else has to review them.</param>
public sealed record ReviewList(IReadOnlyList<OpenReview> Items, int Own);
