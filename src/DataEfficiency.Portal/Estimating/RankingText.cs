using System.Globalization;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using static DataEfficiency.Portal.Estimating.EstimatingWords;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The verdict of a project whose pool has no order yet, or gets a new one.</summary>
internal static class RankingText
{
    public static Verdict Of(RankingProgress? ranking, CultureInfo culture) => ranking switch
    {
        { IsUnderWay: true } => new(TagRanking, VerdictTone.Wait, RankingShare(share: ForecastNumbers.Percent(ranking.Share, culture),
            items: ForecastNumbers.Count(ranking.Total, culture)), [Speed(ranking, culture), RankingMeanwhile]),
        { State: WorkState.Failed } => new(TagRankingFailed, VerdictTone.Wait, NoOrderYet,
            [ranking.Error is { } error ? MendTheCause(error) : MendTheLoggedCause]),
        { State: WorkState.Cancelled } => new(TagNotRanked, VerdictTone.Wait,
            RankingCancelled(ForecastNumbers.Percent(ranking.Share, culture)), [RankAgainGoesOn, RankingMeanwhile]),
        _ => new(TagNotRanked, VerdictTone.Wait, NotRankedYet, [StartTheRanking, RankingMeanwhile]),
    };

    private static Said Speed(RankingProgress ranking, CultureInfo culture)
    {
        if (ranking.Left is not { TotalHours: var left })
            return ranking.State == WorkState.Running ? RankingBegins : RankingWaits;
        var rate = ForecastNumbers.Rate(ranking.ItemsPerSecond, culture);
        return left < 1.0 / 60 ? RankingNearlyDone(rate) : RankingSpeed(rate: rate, time: ForecastNumbers.Hours(left, culture));
    }
}
