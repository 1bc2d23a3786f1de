using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Table;

/// <summary>An item as the table shows it.</summary>
/// <param name="Text">An excerpt: the beginning, or what is around the first word that was searched.</param>
/// <param name="Agrees">The label is the hidden gold answer; null where one of them is missing.</param>
/// <param name="By">How its final answer came about; null: nobody has answered.</param>
public sealed record ItemRow(long Id, int Line, string? ExternalId, string Text, ItemSplit Split, bool Deleted, string? Gold,
    string? RightAnswers, double? Confidence, string? ModelAnswer, string? Unusable, FinalBy? By, string? Label, Stratum? Stratum,
    int Skips, bool Flagged, bool? Agrees)
{
    /// <summary>All gold answers, any of which is right.</summary>
    public string GoldText => string.Join(" / ", GoldAnswers.Of(Gold, RightAnswers));
}
