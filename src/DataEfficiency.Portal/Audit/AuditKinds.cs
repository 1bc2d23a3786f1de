using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Audit;

/// <summary>What audit rows can tell: their words for people, and the kinds that a reader filters by (what stands before the
/// dot).</summary>
internal static class AuditKinds
{
    private static readonly Dictionary<string, Func<Said>> Words = new()
    {
        ["project.created"] = () => AuditWords.ProjectCreated, ["project.settings"] = () => AuditWords.ProjectSettings,
        ["project.guideline"] = () => AuditWords.GuidelineSaved,
        ["project.deleted"] = () => AuditWords.ProjectDeleted, ["project.begin"] = () => AuditWords.ProjectBegin,
        ["project.pause"] = () => AuditWords.ProjectPause, ["project.resume"] = () => AuditWords.ProjectResume,
        ["project.stop"] = () => AuditWords.ProjectStop, ["project.reopen"] = () => AuditWords.ProjectReopen,
        ["project.archive"] = () => AuditWords.ProjectArchive, ["project.bringBack"] = () => AuditWords.ProjectBringBack,
        ["decision.goOn"] = () => AuditWords.DecisionGoOn, ["decision.raiseTarget"] = () => AuditWords.DecisionRaiseTarget,
        ["decision.reopen"] = () => AuditWords.DecisionReopen,
        ["decision.review"] = () => AuditWords.DecisionReview, ["decision.waive"] = () => AuditWords.DecisionWaive,
        ["member.set"] = () => AuditWords.MemberSet, ["member.goesOn"] = () => AuditWords.MemberGoesOn,
        ["member.removed"] = () => AuditWords.MemberRemoved,
        ["schema.changed"] = () => AuditWords.SchemaChanged,
        ["review"] = () => AuditWords.Review, ["import.done"] = () => AuditWords.ImportDone,
        ["webhook.made"] = () => AuditWords.WebhookMade, ["webhook.set"] = () => AuditWords.WebhookSet,
        ["webhook.paused"] = () => AuditWords.WebhookPaused, ["webhook.resumed"] = () => AuditWords.WebhookResumed,
        ["webhook.removed"] = () => AuditWords.WebhookRemoved,
        ["link.made"] = () => AuditWords.LinkMade, ["link.accepted"] = () => AuditWords.LinkAccepted,
        ["link.withdrawn"] = () => AuditWords.LinkWithdrawn, ["role.set"] = () => AuditWords.RoleSet,
        ["person.deactivated"] = () => AuditWords.PersonDeactivated, ["person.reactivated"] = () => AuditWords.PersonReactivated,
        ["person.joined"] = () => AuditWords.PersonJoined, ["person.parted"] = () => AuditWords.PersonParted,
        ["person.admitted"] = () => AuditWords.PersonAdmitted,
        ["password.changed"] = () => AuditWords.PasswordChanged,
        ["password.reset"] = () => AuditWords.PasswordReset, ["token.made"] = () => AuditWords.TokenMade,
        ["token.revoked"] = () => AuditWords.TokenRevoked, ["passkey.added"] = () => AuditWords.PasskeyAdded,
        ["passkey.removed"] = () => AuditWords.PasskeyRemoved, ["backup"] = () => AuditWords.Backup,
        ["calibration.start"] = () => AuditWords.CalibrationStart, ["calibration.cancel"] = () => AuditWords.CalibrationCancel,
    };

    /// <summary>Of a project's rows, and those of the installation beside them.</summary>
    public static IReadOnlyList<string> OfProject { get; } = ["project", "decision", "schema", "items", "member", "review", "import",
        "export", "webhook", "link"];

    public static IReadOnlyList<string> All { get; } =
        [.. OfProject, "role", "person", "password", "passkey", "token", "calibration", "backup"];

    public static Said Of(string kind) => kind switch
    {
        "project" => AuditWords.KindProject, "schema" => AuditWords.KindSchema, "items" => AuditWords.KindItems,
        "decision" => AuditWords.KindDecision, "member" => AuditWords.KindMember, "review" => AuditWords.KindReview,
        "import" => AuditWords.KindImport, "export" => AuditWords.KindExport, "webhook" => AuditWords.KindWebhook,
        "link" => AuditWords.KindLink, "role" => AuditWords.KindRole, "person" => AuditWords.KindPerson,
        "password" => AuditWords.KindPassword, "token" => AuditWords.KindToken, "passkey" => AuditWords.KindPasskey,
        "calibration" => AuditWords.KindCalibration,
        _ => AuditWords.KindBackup,
    };

    /// <summary>What happened, for people; a row of another portal's keeps its own word.</summary>
    public static string Happened(string what) => Words.TryGetValue(what, out var said) ? said()
        : what.StartsWith("export", StringComparison.Ordinal) ? AuditWords.Exported(what["export".Length..].TrimStart('.'))
        : what.StartsWith("items.", StringComparison.Ordinal) ? AuditWords.ManyItems(what["items.".Length..]) : what;
}
