namespace DataEfficiency.Portal.Labeling;

/// <summary>Settings of serving and answering, section "Labeling".</summary>
public sealed class LabelingOptions
{
    public const string Section = "Labeling";

    /// <summary>How long a card is reserved for the tab that holds it. Default: 10 minutes.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Cards a browser tab holds at most, the one on screen included. Default: 3.</summary>
    public int DeckSize { get; set; } = 3;

    /// <summary>Tabs and devices in which one person may hold cards of a project at a time. Default: 3.</summary>
    public int DecksOfAPerson { get; set; } = 3;

    /// <summary>Records that one request may bring. Default: 100.</summary>
    public int BatchLimit { get; set; } = 100;

    /// <summary>Longest short answer, in UTF-16 code units. Default: 2,000.</summary>
    public int AnswerLimit { get; set; } = 2000;

    /// <summary>Longest note, in UTF-16 code units. Default: 4,000.</summary>
    public int NoteLimit { get; set; } = 4000;
}
