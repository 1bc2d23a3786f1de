namespace DataEfficiency.Portal.Importing;

/// <summary>How a file says who answered.</summary>
public enum PeopleIn
{
    /// <summary>It does not.</summary>
    Nowhere,
    /// <summary>The portal's own: "answers" and "skips".</summary>
    Native,
    /// <summary>Label Studio: "annotations", each with "completed_by".</summary>
    LabelStudio,
    /// <summary>Argilla: lists side by side, or a list of responses with "user_id".</summary>
    Argilla,
    /// <summary>Prodigy: a row for each answer, with its session.</summary>
    Prodigy,
    /// <summary>A row for each answer in a table: Label Studio's CSV and smaller JSON ("annotator"), and the portal's own ("by").</summary>
    Table,
}
