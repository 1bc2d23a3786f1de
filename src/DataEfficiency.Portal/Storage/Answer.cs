namespace DataEfficiency.Portal.Storage;

public sealed class Answer
{
    public long Id { get; set; }
    /// <summary>Made in the browser; unique, so that a resent answer is acknowledged and not stored twice.</summary>
    public Guid SubmissionId { get; set; }
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    /// <summary>{"label":id}, {"labels":[ids]}, {"spans":[{"start","end","label"}]} or {"text":".."}</summary>
    public string AnswerJson { get; set; } = "";
    public int? LabelId { get; set; }
    /// <summary>The answer text at the time of labeling (what the model would learn).</summary>
    public string AnswerText { get; set; } = "";
    /// <summary>The pieces of it that can be counted and filtered; written with it.</summary>
    public ICollection<AnswerPart> Parts { get; } = [];
    public AnswerRole Role { get; set; }
    /// <summary>Version of the project's answer set that its person saw.</summary>
    public int SchemaVersion { get; set; } = 1;
    public Stratum Stratum { get; set; }
    /// <summary>The model's answer stood beside the item.</summary>
    public bool SuggestionShown { get; set; }
    public int Revision { get; set; } = 1;
    /// <summary>The answer that this one revises.</summary>
    public long? RevisesId { get; set; }
    /// <summary>False once a newer revision (or an undo) replaced it.</summary>
    public bool Current { get; set; } = true;
    /// <summary>Was taken back because the answer set changed; asked anew. Brought back with its label.</summary>
    public bool Outgrown { get; set; }
    /// <summary>Came when the item was full: in agreement and export, not in progress or training.</summary>
    public bool Surplus { get; set; }
    public long StartedAt { get; set; }
    public long CreatedAt { get; set; }
    /// <summary>Which of a person's own answers to an item is the newest: the browser's time, later than what it revises.</summary>
    public long AnsweredAt { get; set; }
    public int ActiveMilliseconds { get; set; }
    /// <summary>The project's label version that this answer made.</summary>
    public long LabelVersion { get; set; }
}
