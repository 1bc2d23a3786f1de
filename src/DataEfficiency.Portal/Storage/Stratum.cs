namespace DataEfficiency.Portal.Storage;

/// <summary>Which queue an answer came from; its numbers are stored.</summary>
public enum Stratum
{
    First32,
    Random,
    Active,
    Imported,
    /// <summary>Of the test set: drawn from the random order, never trained on.</summary>
    Test,
    /// <summary>A gold item, whose answer is known: it shows how well a person answers, and is no label.</summary>
    Gold,
}
