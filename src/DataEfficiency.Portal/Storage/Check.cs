using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Storage;

/// <summary>
/// A fine-tune on a project's own labels: planned, offered to the lead, run by its job, and what it measured. Whatever became of it, the
/// row stays: a step of the plan is taken once.
/// </summary>
public sealed class Check
{
    public int Id { get; set; }
    public int ProjectId { get; set; }
    /// <summary>Null: it is offered to the lead, was skipped, or could not even begin.</summary>
    public int? JobId { get; set; }
    public Job? Job { get; set; }
    public CheckKind Kind { get; set; }
    /// <summary>Why there is one.</summary>
    public CheckReason Reason { get; set; }
    /// <summary>Random labels, or training labels of a placed check, whose number made it due; 0: a lead asked.</summary>
    public int Step { get; set; }
    /// <summary>Training labels of a set-aside check; null: all.</summary>
    public int? Size { get; set; }
    /// <summary>Whoever ran it by hand; null: it came by itself.</summary>
    public string? AskedBy { get; set; }
    public long? SkippedAt { get; set; }

    /// <summary>What it was measured to take before it began; null: not measured yet.</summary>
    public double? ExpectedSeconds { get; set; }
    public long? ExpectedMemory { get; set; }

    /// <summary>The data: version, and all final answers that were paid for it, those of the test set among them.</summary>
    public long LabelVersion { get; set; }
    public int LabelsSpent { get; set; }

    public string Model { get; set; } = "";
    public string ModelSha256 { get; set; } = "";
    public int Recipe { get; set; }
    public long Seed { get; set; }

    /// <summary>Labels it trained on: x of its point. Null until it is done, as all that follows.</summary>
    public int? Examples { get; set; }
    public double? Score { get; set; }
    public double? ZeroShot { get; set; }
    public double? Ceiling { get; set; }
    /// <summary>Share of the way from zero-shot score to ceiling; null where the gap is too small to say.</summary>
    public double? Share { get; set; }
    public double? StandardError { get; set; }
    public int? Tested { get; set; }
    public double? LabelRanking { get; set; }
    /// <summary>Mean F1 of the answers' parts, trained and untrained; null for kinds whose answers have none.</summary>
    public double? F1 { get; set; }
    public double? ZeroShotF1 { get; set; }
    public double? Rate { get; set; }
    public int? Steps { get; set; }
    public double? Seconds { get; set; }
    /// <summary>Name of the kept model's folder under that of the check.</summary>
    public string? KeptFolder { get; set; }
    /// <summary>Loss by step, as JSON.</summary>
    public string? Curve { get; set; }

    /// <summary>Why there was none, for programs and for people (as <see cref="Sentences.StoredSaid"/> keeps it).</summary>
    public string? FailureCode { get; set; }
    public string? Failure { get; set; }
    public long CreatedAt { get; set; }

    /// <summary>It waits for a lead to run or skip it.</summary>
    public bool IsOffered => JobId is null && SkippedAt is null && Failure is null;

    public bool IsUnderWay => Job?.State.IsOpen() == true;
}
