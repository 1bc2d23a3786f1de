namespace DataEfficiency.Portal.Storage;

/// <summary>What a lead decided where the forecast says stop. Stored as numbers: a new one comes last.</summary>
public enum DecisionKind { Stop, StopByItself, GoOn, RaiseTarget, Review, Reopen, Waive }

/// <summary>What is looked at before a stop. Stored as numbers: a new one comes last.</summary>
public enum StopPoint { TestSet, Agreement, Reviews, AskedAgain, Early }

/// <summary>One decision about the end of labeling; append-only.</summary>
public sealed class Decision
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    /// <summary>Null: the portal by itself, as the settings ask.</summary>
    public string? UserId { get; set; }
    public DecisionKind Kind { get; set; }
    /// <summary>Of a waiver: what was waived, and why.</summary>
    public StopPoint? Point { get; set; }
    public string? Reason { get; set; }
    /// <summary>Labels to go on to, the raised target, or items that get a second answer.</summary>
    public double? Value { get; set; }
    /// <summary>What was known then, as JSON (<see cref="Stopping.StopNumbers"/>).</summary>
    public string Numbers { get; set; } = "";
    public long CreatedAt { get; set; }
}
