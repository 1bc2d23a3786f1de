using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Everything about a project, at one moment, that its sentence and its tiles are made of.</summary>
/// <param name="Items">Visible items of the pool.</param>
/// <param name="Budget">The project's maximum budget in labels.</param>
/// <param name="StoppedBy">Name of the lead who confirmed the stop.</param>
/// <param name="Price">Of one label; 0 where none is set.</param>
/// <param name="PerHour">Labels per person-hour (<see cref="Pace"/>); null before it is one.</param>
/// <param name="Paid">Labels that are charged (<see cref="Cost"/>); null: all.</param>
public sealed record VerdictFacts(ForecastUpdate Forecast, int Items, int Budget, string? StoppedBy = null, decimal Price = 0,
    string Currency = "EUR", double? PerHour = null, int? Paid = null)
{
    /// <summary>Answers that a label took so far (<see cref="ProjectFigures.AnswersPerLabel"/>).</summary>
    public double AnswersPerLabel { get; init; } = 1;

    /// <summary>A lead goes on to so many labels, whatever the forecast says before; null: it is asked at once.</summary>
    public int? GoOnTo { get; init; }

    /// <summary>When the way ends at this week's pace (<see cref="WeekPace"/>), Unix milliseconds; null: not known.</summary>
    public long? End { get; init; }

    /// <summary>Of a picture that has its page's figures.</summary>
    public static VerdictFacts Of(ForecastUpdate update)
    {
        var (project, figures) = (update.View!.Project, update.Figures!);
        return new(update, project.ItemCount, project.MaximumBudget, update.View.StoppedBy, project.PricePerLabel, project.Currency,
            figures.Pace.PerHour, figures.Paid) { AnswersPerLabel = figures.AnswersPerLabel, GoOnTo = project.GoOnTo };
    }

    /// <summary>The most labels there can be.</summary>
    public int Cap => Math.Min(Math.Min(Budget, Items), LabelAxis.MaxExamples);

    /// <summary>Items that nobody has labelled.</summary>
    public int Open => Math.Max(0, Items - Forecast.Labels);

    /// <summary>The estimate that answers what is asked now; null where there is none, or the one there is answers something else: another
    /// target, model or budget, or an order of the pool that is being made anew.</summary>
    public Estimate? Estimate => Forecast is { Ranked: true, Ranking: not { IsUnderWay: true }, Outdated: Outdated.No } && Items > 0
        ? Forecast.Estimate : null;

    /// <summary>The same where it may be said in numbers: from 16 first labels on, or after a measured check.</summary>
    public Estimate? Numbered => Estimate is { } e && (e.CosLow.Count >= StopRule.NumberFrom || e.Stop.Rule == "B") ? e : null;
}
