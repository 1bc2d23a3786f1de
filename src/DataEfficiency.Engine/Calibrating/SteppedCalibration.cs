// A calibration on a model that others use too: in pieces, between which and inside which they have their turn.
using System.Diagnostics;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Calibrating;

internal sealed class SteppedCalibration : ICalibrationRun
{
    private readonly CalibrationRequest _request;
    private readonly Estimator _estimator;
    private readonly CalibrationPlan _plan;
    private readonly CalibrationJournal _journal;
    private readonly TaskRunner _runner;
    private readonly IEnumerator<Action<GiveWay>> _work;
    private readonly Stopwatch _clock = new();
    private readonly double[] _seconds = new double[3];
    private readonly int[] _finished = new int[3];
    private Action<GiveWay>? _next;
    private Calibration? _result;
    private (CalibrationPhase Phase, string Task, int? Examples) _at = (CalibrationPhase.Signals, "", null);

    /// <exception cref="ModelException">The model was opened with another adapter, or training does not fit into memory.</exception>
    /// <exception cref="ArgumentException">These tasks make no calibration.</exception>
    public SteppedCalibration(Estimator estimator, CalibrationRequest request)
    {
        (_estimator, _request) = (estimator, request);
        if (!estimator.HasAdapterOf(CalibrationPlan.AdapterSeed, CalibrationPlan.AdapterRank))
            throw new ModelException($"Model {estimator.Model.Name} is open with another adapter than calibrations are made with (seed "
                + $"{CalibrationPlan.AdapterSeed}, rank {CalibrationPlan.AdapterRank}).");
        using var scope = NewDisposeScope();
        _plan = PlanOf(estimator, request.Options);
        _plan.Check();
        _runner = new TaskRunner(estimator.Session, estimator.Prompts, request.Options);
        if (request.Options.Budgets.Count > 0) _runner.RequireMemory();
        Directory.CreateDirectory(request.Folder);
        _journal = new CalibrationJournal(Path.Combine(request.Folder, Calibrator.JournalName), _plan.Identity());
        _work = Work().GetEnumerator();
    }

    /// <summary>Seconds that a task takes at most: measured labels, steps and test, as often as they come.</summary>
    public static double SecondsOf(Estimator estimator, CalibrationOptions options, ITaskSource task, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var signals = new TaskSignals(estimator, task, options).Seconds(cancel);
        if (options.Budgets.Count == 0) return signals;
        var plan = PlanOf(estimator, options);
        using var runner = new TaskRunner(estimator.Session, estimator.Prompts, options);
        return signals + plan.Seconds(runner, task, plan.RunsOf(task), cancel);
    }

    public CalibrationProgress Progress
    {
        get
        {
            int[] missing = [_plan.MissingSignals(_journal).Count, _plan.MissingTrials(_journal).Count, _plan.MissingRuns(_journal).Count];
            // runs and trials take alike
            var runs = _finished[1] + _finished[2] == 0 ? (double?)null : (_seconds[1] + _seconds[2]) / (_finished[1] + _finished[2]);
            var signals = _finished[0] == 0 ? (double?)null : _seconds[0] / _finished[0];
            double? left = missing[0] > 0 && signals is null || missing[1] + missing[2] > 0 && runs is null ? null
                : missing[0] * (signals ?? 0) + (missing[1] + missing[2]) * (runs ?? 0);
            return new(_at.Phase, _at.Task, _at.Examples, _plan.All - missing.Sum(), _plan.All, left);
        }
    }

    public Calibration Result => _result ?? throw new InvalidOperationException("This calibration has not ended yet.");

    public bool Step(Action? giveWay = null, CancellationToken cancel = default)
    {
        if (_result is not null) return false;
        using var scope = NewDisposeScope();
        _clock.Start();
        try
        {
            // the first step prepares the first piece; one that was cancelled is done again
            if (_next is null && !Next())
                return _result is not null ? false
                    : throw new InvalidOperationException("This calibration failed in an earlier step: begin it again from its folder.");
            _next!(new GiveWay(giveWay is null ? null : () =>
            {
                _clock.Stop();
                giveWay();
                _clock.Start();
            }, cancel));
            return Next();
        }
        finally
        {
            _clock.Stop();
        }
    }

    private bool Next()
    {
        _next = _work.MoveNext() ? _work.Current : null;
        return _next is not null;
    }

    private static CalibrationPlan PlanOf(Estimator estimator, CalibrationOptions options) =>
        new(estimator.Prompts, options, estimator.Session.Decoder.Parameters.Count, estimator.Model.Sha256, estimator.Model.Precision);

    private IEnumerable<Action<GiveWay>> Work()
    {
        foreach (var task in _plan.MissingSignals(_journal))
        {
            Begin(CalibrationPhase.Signals, task, null);
            JournalEntry? entry = null;
            var signals = new TaskSignals(_estimator, task, _request.Options);
            foreach (var piece in signals.Pieces((cosLow, all) => entry = JournalEntry.Of(task, cosLow, all, 0))) yield return piece;
            Keep(entry!);
        }
        foreach (var (task, rate) in _plan.MissingTrials(_journal))
        {
            Begin(CalibrationPhase.Rates, task, _request.Options.LearningRateBudget);
            CalibrationRun? run = null;
            foreach (var piece in _runner.Pieces(task, _request.Options.LearningRateBudget, rate, r => run = r)) yield return piece;
            Keep(new JournalEntry(task.Key, 0, TrialRate: rate, Run: run));
        }
        foreach (var (task, examples) in _plan.MissingRuns(_journal))
        {
            Begin(CalibrationPhase.Curves, task, examples);
            CalibrationRun? run = null;
            foreach (var piece in _runner.Pieces(task, examples, _plan.Rate(_journal), r => run = r)) yield return piece;
            Keep(new JournalEntry(task.Key, 0, Run: run));
        }
        _result = _plan.Compose(_estimator.Model.Name, _journal);
        CalibrationFile.Save(_request.File, _result);
        _at = (CalibrationPhase.Ended, "", null);
    }

    private void Begin(CalibrationPhase phase, ITaskSource task, int? examples)
    {
        _at = (phase, task.Name, examples);
        _clock.Restart();
    }

    private void Keep(JournalEntry entry)
    {
        var seconds = Math.Round(_clock.Elapsed.TotalSeconds, 2);
        _journal.Add(entry with { Seconds = seconds, Run = entry.Run is { } run ? run with { Seconds = seconds } : null });
        _seconds[(int)_at.Phase] += seconds;
        _finished[(int)_at.Phase]++;
    }

    public void Dispose()
    {
        _work.Dispose();
        // the file holds all of it
        if (_result is not null) _journal.Delete();
        else _journal.Dispose();
    }
}
