// A check from its first answer to the model that is kept, in small steps. What is finished is written down and not done again; a training
// in progress has its own checkpoint (RunFiles).
using System.Diagnostics;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning.Checks;

/// <summary>The work is a sequence of pieces: one that was cancelled comes again, and the sequence goes on behind it.</summary>
internal sealed class CheckRun : ICheckRun
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(1);

    private readonly ModelSession _session;
    private readonly IPrompts _prompts;
    private readonly CheckPlan _plan;
    private readonly CheckFiles _files;
    private readonly TimeProvider _clock;
    private readonly long? _free;
    private readonly IEnumerator<Action<GiveWay>> _work;
    private readonly CheckShare _share;
    private Action<GiveWay>? _next;
    private CheckState _state;
    private (TrainingRun Run, RunFiles Files)? _training;
    private CheckProgress _progress = new(CheckPhase.ZeroShot, 0, 0, null, null, 0);
    private long _kept;
    private bool _keep;

    /// <param name="free">Bytes free on the device; null: as measured.</param>
    public CheckRun(ModelSession session, IPrompts prompts, CheckPlan plan, long? free = null, TimeProvider? clock = null)
    {
        (_session, _prompts, _plan, _free, _clock) = (session, prompts, plan, free, clock ?? TimeProvider.System);
        CheckNeeds.Require(session.Decoder, plan, free);
        _files = new CheckFiles(plan.Request.Folder);
        _state = _files.Open(plan.Identity());
        _share = new CheckShare(plan);
        _kept = _clock.GetTimestamp();
        _work = Work().GetEnumerator();
        Tell(HasEnded ? CheckPhase.Ended : CheckPhase.ZeroShot, 0, 0);
    }

    public CheckProgress Progress => _training is { Run: var run } ? _progress with
    {
        Step = run.Progress.Step, Loss = Known(run.Progress.Loss), ValidationLoss = Known(run.Progress.ValidationLoss),
        Share = _share.Of(_state, _progress.Phase, run.Progress.Step),
    } : _progress;

    public bool HasEnded => _state.Result is not null;

    public CheckResult Result => _state.Result ?? throw new InvalidOperationException("This check has not ended yet.");

    public bool Step(Action? giveWay = null, CancellationToken cancel = default)
    {
        if (HasEnded) return false;
        using var scope = NewDisposeScope();
        var clock = Stopwatch.StartNew();
        try
        {
            // the first step prepares the first piece
            _next ??= Piece();
            _next(new GiveWay(giveWay is null ? null : () =>
            {
                clock.Stop();
                giveWay();
                clock.Start();
            }, cancel));
            _next = null;
            if (_clock.GetElapsedTime(_kept) >= Often) _keep = true;
            if (_work.MoveNext()) _next = _work.Current;
        }
        finally
        {
            _state = _state with { Seconds = _state.Seconds + clock.Elapsed.TotalSeconds };
        }
        if (HasEnded) _files.Save(_state = _state with { Result = Result with { Seconds = _state.Seconds } });
        else if (_keep) Save();
        return !HasEnded;
    }

    public void Save()
    {
        if (HasEnded) return;
        _files.Save(_state);
        _keep = _training is { Run.IsBetweenSteps: false };
        if (_keep) return;
        _training?.Files.Save(_training.Value.Run);
        _kept = _clock.GetTimestamp();
    }

    private Action<GiveWay> Piece() => _work.MoveNext() ? _work.Current
        : throw new InvalidOperationException("This check failed in an earlier step: begin it again from its folder.");

    private IEnumerable<Action<GiveWay>> Work()
    {
        foreach (var piece in Answers(_session, _plan.Scored, CheckPhase.ZeroShot, _state.ZeroShot)) yield return piece;
        _files.Save(_state);
        // The run of the best rate is the first fold's own: it is not trained again.
        for (var i = _state.Trials.Count; _plan.Rates.Count > 1 && i < _plan.Rates.Count && _state.Folds.Count == 0; i++)
            foreach (var piece in Train($"rate-{i}", CheckPhase.Rates, _plan.Recipe(_plan.Rates[i]), _plan.Folds[0], run =>
            {
                if (_state.Trials.All(t => run.Loss < t.Loss)) TrainedModel.Save(_files.Trained(0), _training!.Value.Run);
                _state.Trials.Add(run);
            })) yield return piece;
        if (_state.Trials.Count > 0 && _state.Folds.Count == 0)
            _state.Folds.Add(new TestedFold(_state.Trials.MinBy(t => t.Loss)!, [], []));

        for (var f = 0; f < _plan.Folds.Count; f++)
        {
            if (f == _state.Folds.Count)
                foreach (var piece in Train($"fold-{f}", CheckPhase.Training, _plan.Recipe(Rate), _plan.Folds[f], run =>
                {
                    TrainedModel.Save(_files.Trained(f), _training!.Value.Run);
                    _state.Folds.Add(new TestedFold(run, [], []));
                })) yield return piece;
            var fold = _state.Folds[f];
            if (IsTested(fold, _plan.Folds[f].Held.Count)) continue;
            using var trained = new TrainedModel(_files.Trained(f), _session, _plan.Recipe(fold.Run.Rate));
            foreach (var piece in Answers(trained.Session, _plan.Folds[f].Held, CheckPhase.Testing, fold.Answers, fold.Scores))
                yield return piece;
            _files.Save(_state);
        }

        var outcome = CheckOutcome.Of(_plan, _state);
        string? folder = null;
        var all = new CheckFold(_plan.Request.Labels, [], []);
        foreach (var piece in Train("kept", CheckPhase.Retraining, _plan.Recipe(Rate) with { MaxSteps = outcome.KeptSteps }, all, _ =>
            folder = KeptModel.Write(_plan, outcome.Result, outcome.KeptSteps, _training!.Value.Run))) yield return piece;
        _state = _state with { Result = outcome.Result with { KeptFolder = folder } };
        _files.Save(_state);
        _files.DropWork();
        Tell(CheckPhase.Ended, 0, 0);
    }

    private double Rate => _state.Folds.Count > 0 ? _state.Folds[0].Run.Rate : _plan.Rates[0];

    private bool IsTested(TestedFold fold, int held) =>
        fold.Answers.Count == held && (_plan.Labels is null || fold.Scores.Count == held);

    private IEnumerable<Action<GiveWay>> Train(string name, CheckPhase phase, Recipe recipe, CheckFold fold, Action<TrainedRun> ended)
    {
        using var run = new TrainingRun(_session, recipe, _plan.Sequences(fold.Train), _plan.Sequences(fold.Validation), free: _free);
        var files = new RunFiles(_files.RunFolder(name), long.MaxValue, _clock);
        files.Resume(run);
        _training = (run, files);
        Tell(phase, 0, recipe.MaxSteps);
        try
        {
            while (!run.HasEnded) yield return way => run.Step(way);
            ended(new TrainedRun(recipe.LearningRate, run.Result.ValidationLoss, run.Result.Steps, run.Result.BestStep));
        }
        finally
        {
            _training = null;
        }
        _files.Save(_state);
        _files.DropRun(name);
    }

    private IEnumerable<Action<GiveWay>> Answers(ModelSession session, IReadOnlyList<CheckExample> held, CheckPhase phase,
        List<string> answers, List<double[]?>? scores = null)
    {
        using var answering = new CheckAnswers(session, _prompts, _plan, held, answers, scores);
        while (!answering.HasEnded)
        {
            Tell(phase, answers.Count, held.Count);
            yield return answering.Step;
        }
    }

    private void Tell(CheckPhase phase, int step, int steps) =>
        _progress = new CheckProgress(phase, step, steps, null, null, _share.Of(_state, phase, 0));

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    public void Dispose() => _work.Dispose();
}
