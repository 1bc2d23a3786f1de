using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Checks;

/// <summary>What a page, the workbook and programs say of a check, in words.</summary>
public static class CheckText
{
    public static string Kind(CheckKind kind) => kind == CheckKind.SetAside ? ChecksWords.SetAside : ChecksWords.CrossValidated;

    public static string Why(CheckReason reason) => reason switch
    {
        CheckReason.Placed => ChecksWords.WhyPlaced, CheckReason.Asked => ChecksWords.WhyAsked, _ => ChecksWords.WhyDoubling,
    };

    public static string Phase(CheckPhase phase) => phase switch
    {
        CheckPhase.ZeroShot => ChecksWords.PhaseZeroShot, CheckPhase.Rates => ChecksWords.PhaseRates,
        CheckPhase.Testing => ChecksWords.PhaseTesting, CheckPhase.Retraining => ChecksWords.PhaseRetraining,
        _ => ChecksWords.PhaseTraining,
    };

    /// <summary>"9 s", "3 min 12 s", "2.4 h".</summary>
    public static string Took(double seconds, CultureInfo culture) => seconds switch
    {
        < 60 => ChecksWords.Seconds(Math.Max(1, (int)Math.Round(seconds))),
        < 3600 => ChecksWords.Minutes(minutes: (int)seconds / 60, seconds: (int)seconds % 60),
        _ => ForecastNumbers.Hours(seconds / 3600, culture),
    };

    /// <summary>The time, and what it costs where the settings have a price.</summary>
    public static string Price(double seconds, Project project, CultureInfo culture) => project.ComputePrice is { } price and > 0
        ? ChecksWords.TimeAndMoney(time: Took(seconds, culture),
            money: ForecastNumbers.Money((double)price * seconds / 3600, project.Currency, culture))
        : Took(seconds, culture);

    /// <summary>Half of the 80 % interval of a score; null without a point.</summary>
    public static double? Spread(Storage.Check check) => check is { StandardError: { } error, Ceiling: { } ceiling, ZeroShot: { } zero }
        ? CheckPoints.Eighty * error * (ceiling - zero) : null;

    public static string Interval(Storage.Check check, CultureInfo culture) => Spread(check) is { } spread && check.Score is { } score
        ? ForecastNumbers.Range(ForecastNumbers.Score(Math.Max(0, score - spread), culture),
            ForecastNumbers.Score(Math.Min(1, score + spread), culture)) : "–";

    /// <summary>What became of a check that measured nothing, or nothing to go by; null: it did.</summary>
    public static string? Trouble(Storage.Check check) => check.Failure is { } failure ? StoredSaid.Words(failure) : check.Job switch
    {
        { State: WorkState.Failed, Error: { } error } => StoredSaid.Words(error),
        { State: WorkState.Cancelled } => ChecksWords.WasCancelled,
        _ => null,
    };

    /// <summary>Said where the newest point tells too little; null where it does not.</summary>
    public static string? Warning(ChecksView view, CultureInfo culture) =>
        view.NewestPoint is { StandardError: > MeasuredRun.LargestStandardError } check
        ? ChecksWords.TooFewTests(error: ForecastNumbers.Percent(check.StandardError!.Value, culture),
            tests: CheckPoints.SmallestTest(check.Score!.Value, check.ZeroShot!.Value, check.Ceiling!.Value),
            open: view.TestOpen) : null;
}
