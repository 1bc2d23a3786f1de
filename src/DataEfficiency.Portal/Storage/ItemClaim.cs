namespace DataEfficiency.Portal.Storage;

/// <summary>An item was served to a person: only then is an answer of that person taken. Append-only; a lease is forgotten, this is
/// not.</summary>
public sealed class ItemClaim
{
    public long Id { get; set; }
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public Stratum Queue { get; set; }
    public long At { get; set; }
}
