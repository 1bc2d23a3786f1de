namespace DataEfficiency.Portal.Storage;

/// <summary>A text draft saved on the server every 10 s.</summary>
public sealed class Draft
{
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public string AnswerJson { get; set; } = "";
    public long UpdatedAt { get; set; }
}
