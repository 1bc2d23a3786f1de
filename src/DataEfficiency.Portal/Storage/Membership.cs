namespace DataEfficiency.Portal.Storage;

/// <summary>Stored as numbers: a new one comes last.</summary>
public enum ProjectRole { Lead, Annotator, Reviewer, Viewer }

public sealed class Membership
{
    public int ProjectId { get; set; }
    public string UserId { get; set; } = "";
    public ProjectRole Role { get; set; }
    /// <summary>Own claims so far: +1 in the claim's transaction; decides whose turn a queue has.</summary>
    public int Sequence { get; set; }
    public long CreatedAt { get; set; }
    /// <summary>The version of the guideline that the person opened last.</summary>
    public int GuidelineSeen { get; set; }
    /// <summary>When a lead last let the person go on: gold answers from before stop them no more.</summary>
    public long? GoldSince { get; set; }
}
