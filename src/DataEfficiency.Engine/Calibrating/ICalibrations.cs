// Calibrations of models that others use too (method section 10): what goes in and what is seen of them. The door beside the estimator's,
// which takes a model's signals through that one.
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Calibrating;

public interface ICalibrations
{
    /// <summary>Measures tasks on a loaded model and writes its calibration. Goes on behind what an earlier one of the same recipe has
    /// finished in the request's folder. While it is open the model answers, observes and forecasts as before, by the calibration it was
    /// opened with.</summary>
    /// <exception cref="ModelException">The model was opened with another adapter, or training does not fit into memory.</exception>
    /// <exception cref="ArgumentException">These tasks make no calibration.</exception>
    ICalibrationRun Begin(IEstimator estimator, CalibrationRequest request);

    /// <summary>Seconds that one task would take at most, from a few measured labels and steps.</summary>
    double Seconds(IEstimator estimator, CalibrationOptions options, ITaskSource task, CancellationToken cancel = default);
}

/// <summary>Those of the engine's own estimators.</summary>
public sealed class Calibrations : ICalibrations
{
    public ICalibrationRun Begin(IEstimator estimator, CalibrationRequest request) =>
        new SteppedCalibration((Estimator)estimator, request);

    public double Seconds(IEstimator estimator, CalibrationOptions options, ITaskSource task, CancellationToken cancel = default) =>
        SteppedCalibration.SecondsOf((Estimator)estimator, options, task, cancel);
}

/// <param name="Folder">Finished pieces are kept there; a request of the same recipe goes on behind them.</param>
/// <param name="File">Where the calibration is written to in the end.</param>
public sealed record CalibrationRequest(CalibrationOptions Options, string Folder, string File);

/// <summary>In the order they come in.</summary>
public enum CalibrationPhase { Signals, Rates, Curves, Ended }

/// <param name="Task">Of the piece in progress; empty before the first and after the last.</param>
/// <param name="Examples">Training size of the run in progress; null where nothing is trained.</param>
/// <param name="Done">Finished signals, trials of a rate and runs, of <paramref name="All"/>.</param>
/// <param name="SecondsLeft">From what finished pieces of each kind took; null before there is one of each.</param>
public sealed record CalibrationProgress(CalibrationPhase Phase, string Task, int? Examples, int Done, int All, double? SecondsLeft);

/// <summary>A calibration in small steps, on the thread of its estimator. Disposed at any step or killed, it goes on behind the last
/// finished piece.</summary>
public interface ICalibrationRun : IDisposable
{
    CalibrationProgress Progress { get; }

    /// <summary>The whole of it, once it has ended.</summary>
    Calibration Result { get; }

    /// <summary>Does one small piece.</summary>
    /// <param name="giveWay">Called inside the piece, on the calling thread: more urgent work goes there, also on this estimator.</param>
    /// <returns>False once it has ended and its file is written.</returns>
    bool Step(Action? giveWay = null, CancellationToken cancel = default);
}
