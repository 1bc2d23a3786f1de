using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Everything the label page's script gets: acknowledgements, the next cards, or why there are none.</summary>
/// <param name="FirstHeld">Who has the last of the first 32 on a screen, where this deck goes on without them.</param>
/// <param name="User">Who the server thinks is signed in: the page notices when it is somebody else.</param>
public sealed record DeckReply(string User, IReadOnlyList<Acknowledgement> Acknowledged, IReadOnlyList<Refusal> Refused,
    IReadOnlyList<Card> Cards, DeckEnd? End, Progress Progress, TaskSchema? Schema, IReadOnlyList<Holder>? FirstHeld = null);

/// <param name="Code">done, held, skipped, others, paused, stopped, archived, setup, empty, removed, gold.</param>
/// <param name="FreeAt">When the first reserved item comes back, Unix milliseconds.</param>
/// <param name="Held">Who holds what until then.</param>
public sealed record DeckEnd(string Code, Said Reason, long? FreeAt = null, IReadOnlyList<Holder>? Held = null)
{
    public IReadOnlyDictionary<string, object?> Arguments => Reason.PlainArguments;
}

/// <param name="First">Answered ones of the first 32.</param>
/// <param name="FirstSize">32, or fewer where the pool has fewer candidates; 0 until ranked.</param>
/// <param name="PerHour">This person's <see cref="Estimating.Pace"/>; null before it is one.</param>
/// <param name="Schema">Newest version of the answer set: a page that has an older one asks for it.</param>
/// <param name="Version">The label version that these figures show: of two that overtake each other the higher one is newer.</param>
public sealed record Progress(int First, int FirstSize, int Labels, int Items, int Own, bool Ranked, double? PerHour, int Schema,
    long Version);

/// <summary>The task as the editor needs it.</summary>
/// <param name="Version">Of the answer set.</param>
/// <param name="Least">Labels of an answer of several, at least.</param>
/// <param name="Most">And at most; null: all.</param>
public sealed record TaskSchema(int Version, string Project, string Instruction, string TaskType, int AnswerLimit, string? AnswerPattern,
    int Least, int? Most, bool Overlap, IReadOnlyList<string> Completions, IReadOnlyList<Choice> Choices,
    IReadOnlyList<string> SkipReasons);

public sealed record Choice(int Id, string Name, string? Key, string? Group, string? Description, string? Colour);
