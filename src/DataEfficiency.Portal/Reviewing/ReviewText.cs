using System.Text.Json;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using static DataEfficiency.Portal.Reviewing.ReviewingWords;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>Reviews in words.</summary>
public static class ReviewText
{
    public static IEnumerable<ReviewReasons> Each(ReviewReasons reasons) =>
        Enum.GetValues<ReviewReasons>().Where(r => r != ReviewReasons.None && reasons.HasFlag(r));

    /// <summary>For programs.</summary>
    public static string Code(ReviewReasons reason) => JsonNamingPolicy.CamelCase.ConvertName($"{reason}");

    public static Said Reason(ReviewReasons reason) => reason switch
    {
        ReviewReasons.SentBack => WasSentBack,
        ReviewReasons.Disagreement => NoMajority,
        ReviewReasons.Skipped => TwoSkips,
        ReviewReasons.Flagged => WasFlagged,
        _ => IsSuspect,
    };

    public static Said Verdict(ReviewVerdict verdict) => verdict switch
    {
        ReviewVerdict.Taken => Taken, ReviewVerdict.Written => Written, _ => SentBack,
    };

    public static Said Cause(ReviewCause cause) => cause switch
    {
        ReviewCause.Ambiguous => Ambiguous, ReviewCause.Gap => Gap, ReviewCause.Slip => Slip, _ => SchemaUnfit,
    };
}
