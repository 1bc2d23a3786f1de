using DataEfficiency.Engine.Answering;

namespace DataEfficiency.Portal.Storage;

public sealed class Item
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    /// <summary>Visible to everyone else only while ImportId &lt;= Project.VisibleImport.</summary>
    public int ImportId { get; set; }
    /// <summary>Line or row number in the uploaded file.</summary>
    public int Line { get; set; }
    public string? ExternalId { get; set; }
    public string Text { get; set; } = "";
    /// <summary>JSON list of {"name", "text"}, where several columns make the text; null: it is one.</summary>
    public string? Parts { get; set; }
    /// <summary>SHA-256 of the text, for duplicates.</summary>
    public byte[] TextHash { get; set; } = [];
    /// <summary>JSON object of the other mapped columns, or null.</summary>
    public string? Metadata { get; set; }
    /// <summary>Hidden gold answer (answer text) for evaluation, never shown to annotators.</summary>
    public string? Gold { get; set; }
    /// <summary>JSON list of all gold answers, any of which is right, where there are several; <see cref="Gold"/> is the first.</summary>
    public string? RightAnswers { get; set; }
    /// <summary>A seeded random number; the project's random order is the rising one, into which later imports mix.</summary>
    public int RandomRank { get; set; }
    /// <summary>Place by falling need (least confident first), from 0; until ranked, the random rank.</summary>
    public int ActiveRank { get; set; }
    /// <summary>Place in the drawn order of the candidates (lowest tenth by confidence); null outside.</summary>
    public int? DrawRank { get; set; }
    public double? Confidence { get; set; }
    public double? Perplexity { get; set; }
    /// <summary>The model's greedy answer in the rank job.</summary>
    public string? ModelAnswer { get; set; }
    public bool NoKeptToken { get; set; }
    /// <summary>Why the model cannot take this item (prompt too long), or why it gives no gradient; null: usable.</summary>
    public string? Unusable { get; set; }
}

/// <summary>The right to label one item once: rows are the capacity (workbench section 6).</summary>
public sealed class Slot
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    /// <summary>As the item's: served only while ImportId &lt;= Project.VisibleImport.</summary>
    public int ImportId { get; set; }
    public int SlotNo { get; set; }
    public int RandomRank { get; set; }
    public int ActiveRank { get; set; }
    public int? DrawRank { get; set; }
    public string? UserId { get; set; }
    public long LeaseUntil { get; set; }
    /// <summary>The browser tab's deck that holds it.</summary>
    public string? Token { get; set; }
    /// <summary>Which queue gave it out; the stratum of the label to come.</summary>
    public Stratum? Queue { get; set; }
    public long? LabelId { get; set; }
}

public enum Stratum { First32, Random, Active, Imported }

public sealed class Label
{
    public long Id { get; set; }
    /// <summary>Made in the browser; unique, so that a resent answer is acknowledged and not stored twice.</summary>
    public Guid SubmissionId { get; set; }
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    /// <summary>{"label":id} or {"text":".."}</summary>
    public string AnswerJson { get; set; } = "";
    public int? LabelDefinitionId { get; set; }
    /// <summary>The answer text at the time of labeling (what the model would learn).</summary>
    public string AnswerText { get; set; } = "";
    public Stratum Stratum { get; set; }
    /// <summary>The model's answer stood beside the item.</summary>
    public bool SuggestionShown { get; set; }
    public int Revision { get; set; } = 1;
    /// <summary>The label that this one revises.</summary>
    public long? RevisesId { get; set; }
    /// <summary>False once a newer revision (or an undo) replaced it.</summary>
    public bool Current { get; set; } = true;
    /// <summary>Came when the item was full: in agreement and export, not in progress or training.</summary>
    public bool Surplus { get; set; }
    public long StartedAt { get; set; }
    public long CreatedAt { get; set; }
    public int ActiveMilliseconds { get; set; }
    /// <summary>The project's label version that this label made.</summary>
    public long LabelVersion { get; set; }
}

public sealed class Skip
{
    public long Id { get; set; }
    public int ProjectId { get; set; }
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public string Reason { get; set; } = "";
    public long CreatedAt { get; set; }
}

/// <summary>One person's flag and note on an item.</summary>
public sealed class Remark
{
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public int ProjectId { get; set; }
    public bool Flagged { get; set; }
    public string? Note { get; set; }
    public long UpdatedAt { get; set; }
}

/// <summary>A text draft saved on the server every 10 s.</summary>
public sealed class Draft
{
    public long ItemId { get; set; }
    public string UserId { get; set; } = "";
    public string AnswerJson { get; set; } = "";
    public long UpdatedAt { get; set; }
}
