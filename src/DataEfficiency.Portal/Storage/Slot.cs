namespace DataEfficiency.Portal.Storage;

/// <summary>The right to label one item once: rows are the capacity (workbench section 6).</summary>
public sealed class Slot
{
    /// <summary>The active rank of what a lead put before all others; a ranking leaves it.</summary>
    public const int BeforeAll = -1;

    public long Id { get; set; }
    /// <summary>Negative while the item is taken out of the project: no queue sees it, and it comes back with its rank.</summary>
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    /// <summary>As the item's: served only while ImportId &lt;= Project.VisibleImport.</summary>
    public int ImportId { get; set; }
    public int SlotNo { get; set; }
    /// <summary>As the item's. It stands here for the claim's indexes: the queues have the pool's, the test set has its own.</summary>
    public ItemSplit Split { get; set; }
    public int RandomRank { get; set; }
    /// <summary>Place by falling need (least confident first), from 0, written when a ranking comes into use; until then the random
    /// rank. It stands here for the claim's index.</summary>
    public int ActiveRank { get; set; }
    public string? UserId { get; set; }
    public long LeaseUntil { get; set; }
    /// <summary>The browser tab's deck that holds it.</summary>
    public string? Token { get; set; }
    /// <summary>Which queue gave it out; the stratum of the answer to come.</summary>
    public Stratum? Queue { get; set; }
    public long? AnswerId { get; set; }
    /// <summary>It had an answer, which the answer set has outgrown, and is served before all others: the stratum of that answer, which the
    /// new one takes over. Null: it is served in its order.</summary>
    public Stratum? Again { get; set; }
}
