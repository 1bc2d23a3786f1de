namespace DataEfficiency.Portal.Storage;

/// <summary>
/// A draw of the first 32. It holds for one model and one instruction: once an answer of it exists, neither later imports nor other
/// answer texts change it. A project's current one is <see cref="Project.DrawId"/>; earlier ones stay for the record.
/// </summary>
public sealed class Draw
{
    /// <summary>Places that are kept: the 32, and more than enough to take the turn of those that are passed over.</summary>
    public const int Kept = 1000;

    public int Id { get; set; }
    public int ProjectId { get; set; }
    public string ModelSha256 { get; set; } = "";
    public string Instruction { get; set; } = "";
    public long Seed { get; set; }
    public long CreatedAt { get; set; }
}
