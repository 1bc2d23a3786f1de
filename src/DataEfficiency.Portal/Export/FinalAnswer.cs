namespace DataEfficiency.Portal.Export;

/// <summary>What an item's label is in the end.</summary>
public static class FinalAnswer
{
    /// <summary>The answer that more than half of the current answers agree on (one answer: itself), or null.</summary>
    public static string? Of(IReadOnlyList<LabelRow> answers) =>
        answers.GroupBy(a => a.Answer).FirstOrDefault(g => 2 * g.Count() > answers.Count)?.Key;
}
