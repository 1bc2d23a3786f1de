namespace DataEfficiency.Portal.Table;

/// <summary>What items are filtered by: these and nothing else. In camel case they are the names of the API and of the page's address.
/// </summary>
public enum ItemColumn
{
    /// <summary>Words of the text, or the item's own id.</summary>
    Text,
    /// <summary>The id of its file, or the line in it.</summary>
    Id,
    /// <summary>Of the final answer.</summary>
    Label,
    /// <summary>Who has answered it.</summary>
    Annotator,
    Status, Stratum, Disagreement, Flag, Note,
    /// <summary>How many people skipped it.</summary>
    Skips,
    /// <summary>A check's model doubts its label.</summary>
    Suspect,
    /// <summary>Somebody's active time.</summary>
    Seconds,
    /// <summary>When somebody answered it.</summary>
    Answered,
    /// <summary>Has a known answer.</summary>
    Gold,
    /// <summary>Another column of its file.</summary>
    Metadata,
}

/// <summary>What items are sorted by.</summary>
public enum ItemSort { File, Random, Confidence, Answered, Seconds, Skips }

public enum ItemStatus
{
    /// <summary>Waits for an answer.</summary>
    Open,
    /// <summary>Somebody answered it.</summary>
    Labelled,
    /// <summary>Its people do not agree.</summary>
    Undecided,
    Skipped,
    /// <summary>The model cannot take it.</summary>
    Unusable,
    /// <summary>Taken out of the project.</summary>
    Deleted,
}
