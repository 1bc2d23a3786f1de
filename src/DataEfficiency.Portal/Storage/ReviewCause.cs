namespace DataEfficiency.Portal.Storage;

/// <summary>Why an item was hard: its text has two readings, the guideline says nothing of it, somebody slipped, or the answer set does not
/// fit.</summary>
public enum ReviewCause { Ambiguous, Gap, Slip, Schema }
