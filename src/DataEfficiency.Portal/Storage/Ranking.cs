namespace DataEfficiency.Portal.Storage;

/// <summary>
/// The scores that one model with one prompt gives a project's items. It is computed by one job after another: an import brings items that
/// it has not seen yet. Nothing of it is seen before <see cref="Project.RankingId"/> names it, and an earlier one is there to come back to.
/// </summary>
public sealed class Ranking
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    public string Model { get; set; } = "";
    public string ModelSha256 { get; set; } = "";
    /// <summary>The check whose kept model ranked; null: the project's own.</summary>
    public int? CheckId { get; set; }
    /// <summary>Hash of model and prompt.</summary>
    public string InputHash { get; set; } = "";
    /// <summary>Items are ranked in the order of their ids; this one was the last whose score is stored.</summary>
    public long LastItemId { get; set; }
}
