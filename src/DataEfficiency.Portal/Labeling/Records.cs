using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Labeling;

/// <summary>What a browser kept in its outbox: it names its own person, so that one browser can serve two.</summary>
public interface IOutboxRecord
{
    Guid SubmissionId { get; }
    string User { get; }
    long ItemId { get; }
}

/// <summary>An answer or a skip: of a person's own on one item the newest counts, in whichever order they arrive.</summary>
public interface IAnsweredRecord : IOutboxRecord
{
    /// <summary>The submission that this one takes the place of: a rewrite has an id of its own.</summary>
    Guid? Revises { get; }

    /// <summary>When the key was pressed, Unix milliseconds by the browser's clock, and later than what it revises; null: now.</summary>
    long? AnsweredAt { get; }
}

/// <param name="Suggested">The model's answer was shown beside the item.</param>
public sealed record AnswerRecord(Guid SubmissionId, string User, long ItemId, JsonElement Answer, long StartedAt, int ActiveMs,
    bool Suggested = false, Guid? Revises = null, long? AnsweredAt = null) : IAnsweredRecord;

public sealed record SkipRecord(Guid SubmissionId, string User, long ItemId, string Reason, Guid? Revises = null,
    long? AnsweredAt = null) : IAnsweredRecord;

public sealed record RemarkRecord(Guid SubmissionId, string User, long ItemId, bool Flagged, string? Note) : IOutboxRecord;

public sealed record DraftRecord(Guid SubmissionId, string User, long ItemId, JsonElement? Answer) : IOutboxRecord;

/// <summary>How an acknowledged record was kept.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Kept>))]
public enum Kept
{
    Stored,
    Revision,
    /// <summary>The item was full by then.</summary>
    Surplus,
    /// <summary>It had come before.</summary>
    Known,
    /// <summary>A newer one of the same person had come before; an answer is kept as an earlier revision.</summary>
    Older,
    /// <summary>A reviewer had decided by then: it is a note beside the final answer.</summary>
    Noted,
}

/// <summary>An acknowledgement repeats the submission id; nothing else counts as one.</summary>
public sealed record Acknowledgement(Guid SubmissionId, Kept Kept);

/// <param name="Code">other-user records stay in the outbox until their person signs in; all others are shown as refused.</param>
/// <param name="Status">What the request answers with where nothing in it was taken.</param>
public sealed record Refusal(Guid SubmissionId, string Code, Said Reason, int Status)
{
    public IReadOnlyDictionary<string, object?> Arguments => Reason.PlainArguments;
}

/// <summary>Exactly one of the two.</summary>
public sealed record Receipt(Acknowledgement? Acknowledged, Refusal? Refused)
{
    public static Receipt Of(IOutboxRecord record, Kept kept) => new(new Acknowledgement(record.SubmissionId, kept), null);

    public static Receipt Refuse(IOutboxRecord record, string code, Said reason, int status = StatusCodes.Status400BadRequest) =>
        new(null, new Refusal(record.SubmissionId, code, reason, status));

    /// <summary>The same submission id with another content: one of the two would be lost in silence.</summary>
    public static Receipt Conflict(IOutboxRecord record) => Refuse(record, ApiCodes.DuplicateId,
        LabelingWords.SentBefore, StatusCodes.Status409Conflict);
}
