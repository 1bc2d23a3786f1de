using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>What a page says of a calibration.</summary>
public static class CalibrationSaid
{
    private const int WorstShown = 3;

    /// <summary>The answer to the page's question: does anything tell this model's tasks apart, and from when on?</summary>
    public static Said Verdict(ModelFolder model, CalibrationReport? report, CultureInfo culture)
    {
        if (model.Calibration is not { } calibration || model.State == CalibrationState.OtherWeights) return CalibratingWords.NotCalibrated;
        if (report is null)
            return CalibratingWords.RankOnly(tasks: CalibrationFit.Fitted(calibration.Tasks).Count,
                fewest: CalibrationFit.SmallestTaskCount);
        // the choice itself has to be better, not only the signal that it falls on
        if (report.Probes.FirstOrDefault(p => p.Errors.Chosen is not null && p.Errors.Error < p.Errors.Mean) is { } first)
            return CalibratingWords.Verdict(labels: first.Line.Examples
                + (first.Line.Signal == AreaSignal.Probe ? CosLow.Size : 0), signal: $"{first.Errors.Chosen}",
                error: ForecastNumbers.Points(first.Errors.Error, culture), mean: ForecastNumbers.Points(first.Errors.Mean, culture));
        return report.CosLow is { Coefficient: > 0 } line && line.Error < line.MeanError
            ? CalibratingWords.Verdict(labels: line.Examples, signal: $"{AreaSignal.CosLow}",
                error: ForecastNumbers.Points(line.Error, culture), mean: ForecastNumbers.Points(line.MeanError, culture))
            : CalibratingWords.NothingTells(ForecastNumbers.Points(report.CosLow.MeanError, culture));
    }

    public static Said MeasuredOn(Calibration calibration, string file, CultureInfo culture) => CalibratingWords.MeasuredOn(
        tasks: CalibrationFit.Fitted(calibration.Tasks) is { Count: > 0 } fitted ? fitted.Count : calibration.Tasks.Count,
        profile: calibration.Profile, rate: calibration.Recipe.LearningRate.ToString("0.#####", culture),
        hours: CheckText.Took(calibration.DurationSeconds, culture), file: file);

    public static string Signal(SignalLine line) => line.Signal switch
    {
        AreaSignal.CosLow => CalibratingWords.SignalCosLow(line.Examples),
        AreaSignal.ProbeOfLow => CalibratingWords.SignalProbeOfLow(line.Examples),
        _ => CalibratingWords.SignalProbe(line.Examples),
    };

    public static string Labels(SignalLine line) => line.Signal == AreaSignal.Probe ? CalibratingWords.LabelsRandom(line.Examples)
        : CalibratingWords.LabelsLow(line.Examples);

    public static string Serves(AreaSignal? signal) => signal switch
    {
        null => CalibratingWords.ServesMean, AreaSignal.CosLow => CalibratingWords.ServesCosLow, _ => CalibratingWords.ServesProbe,
    };

    public static string Line(SignalLine line, CultureInfo culture) => CalibratingWords.LineOf(
        coefficient: line.Coefficient.ToString("0.000", culture), intercept: line.Intercept.ToString("0.000", culture),
        correlation: Correlation(line).ToString("0.00", culture));

    public static string Error(SignalLine line, CultureInfo culture) => CalibratingWords.ErrorOf(
        error: ForecastNumbers.Points(line.Error, culture), mean: ForecastNumbers.Points(line.MeanError, culture),
        gain: Signed(line.Gain.Mean, culture), low: Signed(line.Gain.Low, culture), high: Signed(line.Gain.High, culture));

    public static string Gain(GainOverMean gain, CultureInfo culture) => CalibratingWords.Gain(gain: Signed(gain.Mean, culture),
        low: Signed(gain.Low, culture), high: Signed(gain.High, culture));

    public static IReadOnlyList<SignalPoint> Worst(SignalLine line) => [.. line.Points.OrderByDescending(p => p.Error).Take(WorstShown)];

    public static string WorstTasks(SignalLine line, CultureInfo culture) => CalibratingWords.Worst(string.Join(", ", Worst(line)
        .Select(p => (string)CalibratingWords.WorstTask(task: p.Task, error: ForecastNumbers.Points(p.Error, culture))!)));

    public static string Point(SignalPoint point, CultureInfo culture) => CalibratingWords.PointOf(task: point.Task,
        signal: point.Value.ToString("0.000", culture), area: point.Area.ToString("0.000", culture),
        error: ForecastNumbers.Points(point.Error, culture));

    public static string Progress(CalibrationProgress now, CultureInfo culture)
    {
        string phase = now.Phase switch
        {
            CalibrationPhase.Signals => CalibratingWords.PhaseSignals, CalibrationPhase.Rates => CalibratingWords.PhaseRates,
            CalibrationPhase.Curves => CalibratingWords.PhaseCurves, _ => CalibratingWords.PhaseEnded,
        };
        var examples = now.Examples?.ToString("N0", culture);
        return now.SecondsLeft is { } left
            ? CalibratingWords.UnderWayLeft(phase: phase, task: now.Task, examples: examples, done: now.Done, all: now.All,
                left: CheckText.Took(left, culture))
            : CalibratingWords.UnderWay(phase: phase, task: now.Task, examples: examples, done: now.Done, all: now.All);
    }

    /// <summary>How the newest calibration ended; null while it has not, or there is none.</summary>
    public static string? Outcome(Job? job) => job?.State switch
    {
        WorkState.Failed => CalibratingWords.Failed(job.Error is { } error ? StoredSaid.Words(error) : ""),
        WorkState.Cancelled => CalibratingWords.WasCancelled,
        WorkState.Done => CalibratingWords.Done,
        _ => null,
    };

    /// <param name="price">Of an hour of this machine, and its currency; null where no project's settings say one.</param>
    public static string Takes(double seconds, (decimal Price, string Currency)? price, CultureInfo culture) => price is { } hour
        ? CalibratingWords.TakesMoney(time: CheckText.Took(seconds, culture),
            money: ForecastNumbers.Money((double)hour.Price * seconds / 3600, hour.Currency, culture),
            price: ForecastNumbers.Money((double)hour.Price, hour.Currency, culture))
        : CalibratingWords.Takes(CheckText.Took(seconds, culture));

    private static string Signed(double error, CultureInfo culture) => (100 * error).ToString("+0.0;−0.0;0.0", culture);

    private static double Correlation(SignalLine line)
    {
        var (x, y) = (line.Points.Average(p => p.Value), line.Points.Average(p => p.Area));
        var (xx, yy) = (line.Points.Sum(p => (p.Value - x) * (p.Value - x)), line.Points.Sum(p => (p.Area - y) * (p.Area - y)));
        return xx > 0 && yy > 0 ? line.Points.Sum(p => (p.Value - x) * (p.Area - y)) / Math.Sqrt(xx * yy) : 0;
    }
}
