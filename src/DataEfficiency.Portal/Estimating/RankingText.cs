using System.Globalization;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The verdict of a project whose pool has no order yet, or gets a new one.</summary>
internal static class RankingText
{
    private const string Meanwhile = "The first 32 labels are drawn from the tenth that the model is least sure of. "
        + "Labels given before that are kept, but say nothing about CoS-Low.";

    public static Verdict Of(RankingProgress? ranking, CultureInfo culture) => ranking switch
    {
        { IsUnderWay: true } =>
            new("Ranking", VerdictTone.Wait, VerdictRun.Of($"Ranking **{ForecastNumbers.Percent(ranking.Share, culture)}** "
            + $"of {ForecastNumbers.Count(ranking.Total, culture)} items"), [Speed(ranking, culture), Meanwhile]),
        { State: WorkState.Failed } => new("Ranking failed", VerdictTone.Wait, VerdictRun.Of("**No order yet**: ranking failed"),
            [$"{ranking.Error ?? "The reason is in the log."} Mend the cause, then rank again."]),
        { State: WorkState.Cancelled } => new("Not ranked", VerdictTone.Wait,
            VerdictRun.Of($"Ranking cancelled at **{ForecastNumbers.Percent(ranking.Share, culture)}**"),
            ["Rank again to go on where it stopped.", Meanwhile]),
        _ => new("Not ranked", VerdictTone.Wait, VerdictRun.Of("**Not ranked** yet"), ["Start the ranking.", Meanwhile]),
    };

    private static string Speed(RankingProgress ranking, CultureInfo culture) =>
        ranking.Left is { } left
            ? $"{ForecastNumbers.Rate(ranking.ItemsPerSecond, culture)} items/s, {ForecastNumbers.About(left.TotalHours, culture)} left."
            : ranking.State == WorkState.Running ? "The first items are being ranked." : "Waiting for its turn on the engine.";
}
