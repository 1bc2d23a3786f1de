using System.Globalization;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What a forecast means for a project, in words: the sentence and the tiles beside it, of the same facts of the same
/// moment.</summary>
public sealed record Outlook(Verdict Verdict, IReadOnlyList<BudgetFact> Tiles)
{
    public static Outlook Of(VerdictFacts facts, CultureInfo culture)
    {
        var way = WayAhead.Of(facts);
        return new(VerdictText.Of(facts, way, culture), BudgetFacts.Of(facts, way, culture));
    }
}
