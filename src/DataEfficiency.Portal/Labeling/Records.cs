using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataEfficiency.Portal.Labeling;

/// <summary>What a browser kept in its outbox: it names its own person, so that one browser can serve two.</summary>
public interface IOutboxRecord
{
    Guid SubmissionId { get; }
    string User { get; }
    long ItemId { get; }
}

/// <param name="Suggested">The model's answer was shown beside the item.</param>
public sealed record AnswerRecord(Guid SubmissionId, string User, long ItemId, JsonElement Answer, long StartedAt, int ActiveMs, bool Suggested = false) : IOutboxRecord;

public sealed record SkipRecord(Guid SubmissionId, string User, long ItemId, string Reason) : IOutboxRecord;

public sealed record RemarkRecord(Guid SubmissionId, string User, long ItemId, bool Flagged, string? Note) : IOutboxRecord;

public sealed record DraftRecord(Guid SubmissionId, string User, long ItemId, JsonElement? Answer) : IOutboxRecord;

/// <summary>How an acknowledged record was kept.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Kept>))]
public enum Kept { Stored, Revision, Surplus, Known }

/// <summary>An acknowledgement repeats the submission id; nothing else counts as one.</summary>
public sealed record Acknowledgement(Guid SubmissionId, Kept Kept);

/// <param name="Code">other-user records stay in the outbox until their person signs in; all others are shown as refused.</param>
public sealed record Refusal(Guid SubmissionId, string Code, string Reason);

/// <summary>Exactly one of the two.</summary>
public sealed record Receipt(Acknowledgement? Acknowledged, Refusal? Refused)
{
    public static Receipt Of(IOutboxRecord record, Kept kept) => new(new Acknowledgement(record.SubmissionId, kept), null);

    public static Receipt Refuse(IOutboxRecord record, string code, string reason) => new(null, new Refusal(record.SubmissionId, code, reason));
}
