namespace DataEfficiency.Portal.Api;

/// <summary>Every code that a reply of /api/v1 can have where something is refused, is wrong or has ended. Programs decide by them: they
/// stay, whatever the sentence beside them says and in whichever language.</summary>
public static class ApiCodes
{
    // problems of any route
    public const string BadRequest = "bad-request", SignedOut = "signed-out", Role = "role", NotFound = "not-found",
        MethodNotAllowed = "method-not-allowed", TooLarge = "too-large", MediaType = "media-type", TooOften = "too-often",
        Failed = "failed", Antiforgery = "antiforgery", ForeignOrigin = "foreign-origin";

    // problems of one route
    public const string BadFile = "bad-file", BadFormat = "bad-format", BadJson = "bad-json",
        BadImport = "bad-import", BadKeys = "bad-keys", BadWebhook = "bad-webhook", BadMember = "bad-member",
        BadDecision = "bad-decision", Missing = "missing",
        TooMany = "too-many", TooLong = "too-long", BadFilter = "bad-filter", OtherKey = "other-key", UnderWay = "under-way",
        TagNeeded = "tag-needed", Outdated = "outdated", BadSettings = "bad-settings", AskFirst = "ask-first";

    // records that were not taken
    public const string BadAnswer = "bad-answer", BadReason = "bad-reason", DuplicateId = "duplicate-id", OtherUser = "other-user",
        UnknownItem = "unknown-item", Removed = "removed", NotServed = "not-served";

    // reviews that were not taken
    public const string OwnAnswer = "own-answer", Reviewed = "reviewed";

    // why there is no card
    public const string Done = "done", Held = "held", Skipped = "skipped", Others = "others", Paused = "paused", Stopped = "stopped",
        Archived = "archived", Setup = "setup", Empty = "empty", Gold = "gold", Reviewing = "reviewing";

    // rows of a file
    public const string BadRow = "bad-row", BadBytes = "bad-bytes", TooManyColumns = "too-many-columns", EmptyText = "empty-text",
        Duplicate = "duplicate", UnknownAnswer = "unknown-answer", SeveralAnswers = "several-answers",
        NoResult = "no-result", CellError = "cell-error";

    public static IReadOnlyList<string> All { get; } = [.. typeof(ApiCodes).GetFields().Where(f => f.IsLiteral)
        .Select(f => (string)f.GetRawConstantValue()!).Distinct()];
}
