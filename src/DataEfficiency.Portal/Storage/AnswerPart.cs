namespace DataEfficiency.Portal.Storage;

/// <summary>
/// A piece of an answer that can be filtered, counted and compared: the label of a choice, one of several labels, a span. What is read
/// for figures stands here, never inside the answer's JSON.
/// </summary>
public sealed class AnswerPart
{
    public long Id { get; set; }
    public long AnswerId { get; set; }
    public long ItemId { get; set; }
    /// <summary>Null: written text, which stands in the answer.</summary>
    public int? LabelId { get; set; }
    /// <summary>First code point of a span in the item's text; null: the whole text.</summary>
    public int? Start { get; set; }
    /// <summary>The code point behind the span.</summary>
    public int? End { get; set; }
}
