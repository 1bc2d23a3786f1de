// A whole fine-tuning run in small steps: seeded order, cosine rate, early stopping on the validation loss, the best parameters kept
// (method section 8). It can be left at any step, saved at optimiser steps, and taken up again in another process.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <param name="Loss">Of the last step's batch, before the step; NaN before the first.</param>
/// <param name="ValidationLoss">At the last look; NaN before the first.</param>
internal sealed record TrainingProgress(int Step, int Steps, double Loss, double ValidationLoss);

/// <param name="Steps">Steps taken; the parameters are those of <paramref name="BestStep"/>.</param>
/// <param name="BestStep">0: no step was better than the model given. Without validation examples: the last step.</param>
/// <param name="ValidationLoss">Of the best step; NaN without validation examples, as the one before.</param>
internal sealed record TrainingResult(int Steps, int BestStep, double ValidationLossBefore, double ValidationLoss);

/// <summary>Full training goes on in a fork of the session, an adapter beside its weights: the session answers as before whatever becomes
/// of the run. Dropped, the run has changed nothing.</summary>
internal sealed class TrainingRun : IDisposable
{
    private enum Phase { Looking, Training, Ended, Broken }

    private readonly ModelSession _session;
    private readonly ModelSession? _fork;
    private readonly Recipe _recipe;
    private readonly TrainingOrder _order;
    private readonly IReadOnlyList<IReadOnlyList<TokenSequence>> _look;
    private readonly int _lookTokens;
    private readonly Trainer _trainer;
    private readonly bool _ownsAdapter;
    private readonly string _data, _weights;
    private string? _model;
    private Phase _phase;
    private IReadOnlyList<IReadOnlyList<TokenSequence>> _parts = [];
    private int _part, _tokens;
    private double _sum;
    private readonly Tensor? _start;
    private Tensor? _best;
    private RunState _state = RunState.Start;

    /// <param name="validation">May be empty: then nothing is looked at, and the last parameters stay.</param>
    /// <param name="adapter">One to go on training, which the caller keeps; null: a fresh one of the recipe, or none for full
    /// training.</param>
    /// <param name="free">Bytes free on the device; null: as measured.</param>
    /// <exception cref="ArgumentException">No training example, or none of the validation examples given, has a token that
    /// counts.</exception>
    /// <exception cref="ModelException">Full training does not fit into memory; the message names LoRA.</exception>
    public TrainingRun(ModelSession session, Recipe recipe, IReadOnlyList<TokenSequence> train, IReadOnlyList<TokenSequence> validation,
        Adapter? adapter = null, long? free = null)
    {
        train = [.. train.Where(s => s.Counted > 0)];
        if (train.Count == 0)
            throw new ArgumentException("There is no training example whose answer has a token that counts.", nameof(train));
        if (validation.Count > 0 && validation.All(s => s.Counted == 0))
            throw new ArgumentException("There is no validation example whose answer has a token that counts.", nameof(validation));
        (_session, _recipe, _weights) = (session, recipe, session.Weights);
        _order = new TrainingOrder(train, recipe.BatchSize, recipe.Seed);
        _look = MicroBatches.Of(validation, recipe);
        _lookTokens = validation.Sum(s => s.Counted);
        _data = RunIdentity.Of(train, validation);
        if (adapter is null) TrainingMemory.Require(session.Decoder, recipe, free);
        (_ownsAdapter, Adapter) = (adapter is null, adapter ?? recipe.NewAdapter(session.Decoder.Config, session.Decoder.Device));
        try
        {
            if (Adapter is null) _fork = session.Fork();
            _trainer = new Trainer(Model, recipe, Adapter);
            if (Adapter is not null) _start = _trainer.Snapshot();
            if (_look.Count > 0) Look();
            else NextStep();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What computes with the trained weights: a fork for full training, else the session itself, to which <see cref="Adapter"/>
    /// may be lent.</summary>
    public ModelSession Model => _fork ?? _session;

    /// <summary>What is trained beside frozen weights; null for full training.</summary>
    public Adapter? Adapter { get; }

    public bool HasEnded => _phase == Phase.Ended;

    public TrainingProgress Progress => new(_state.Step, _recipe.MaxSteps, _state.Loss, _state.Look);

    /// <summary>What the run has come to; final once it has ended.</summary>
    public TrainingResult Result => new(_state.Step, _state.BestStep, _state.Before, _state.Best);

    /// <summary>True where nothing is half done, before the first micro-batch of a step: the run can be saved.</summary>
    public bool IsBetweenSteps => _phase == Phase.Training && _part == 0;

    /// <summary>Most bytes that a checkpoint of this run takes: what is trained, its two moments and the best of it so far, in
    /// float32.</summary>
    public long CheckpointBytes => RunFiles.Overhead + 4 * 4 * _trainer.Parameters.numel();

    /// <summary>Does one micro-batch of a training step or of a look at the validation loss.</summary>
    /// <param name="giveWay">Looked at between two layers, on the way forth and back.</param>
    /// <returns>False once the run has ended; the best parameters are then in place.</returns>
    /// <exception cref="OperationCanceledException">Cancelled between two layers; the run can go on, and does its step or look
    /// anew.</exception>
    /// <exception cref="InvalidOperationException">The run broke before, or the model was given other weights meanwhile and the run, which
    /// got no better, cannot go back to the ones it started from.</exception>
    public bool Step(GiveWay giveWay = default)
    {
        if (HasEnded) return false;
        RequireSound();
        giveWay.Point();
        var part = _parts[_part];
        try
        {
            _sum += _phase == Phase.Looking ? MicroBatches.LossSum(Model.Decoder, Adapter, part, _recipe, giveWay)
                : _trainer.AddGradient(part, _tokens, first: _part == 0, giveWay);
        }
        catch
        {
            // some layers' share of the gradient may be in it and others' not
            (_part, _sum) = (0, 0);
            throw;
        }
        if (++_part < _parts.Count) return true;
        try
        {
            if (_phase == Phase.Looking) EndLook();
            else EndStep();
        }
        catch
        {
            // an optimiser step or a copy of the best may be half done
            _phase = Phase.Broken;
            throw;
        }
        return !HasEnded;
    }

    /// <summary>All that is left of the run.</summary>
    /// <param name="progress">Told after each optimiser step.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two layers; the run can go on.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, GiveWay giveWay = default)
    {
        while (!HasEnded)
        {
            var step = _state.Step;
            Step(giveWay);
            if (_state.Step != step) progress?.Report(Progress);
        }
        return Result;
    }

    /// <summary>Lets the session go on with what was trained in full. A trained adapter is lent to it by the caller.</summary>
    /// <exception cref="InvalidOperationException">The run broke.</exception>
    public void Keep()
    {
        RequireSound();
        if (_fork is not null) _session.Keep(_fork);
    }

    /// <summary>Recipe, model and examples: a checkpoint of others is not taken up.</summary>
    internal RunIdentity Identity() => new(_recipe, _model ??= RunIdentity.Of(StartedFrom(), _start), _data);

    internal RunState State => _state;

    /// <summary>The tensors that the run goes on from, by name; the best is missing where it is the start or what is trained now.</summary>
    internal IReadOnlyList<(string Name, Tensor Value)> Tensors =>
        [("parameters", _trainer.Parameters), ("first", _trainer.Optimiser.First), ("second", _trainer.Optimiser.Second),
            .. BestIsApart(_state) ? [("best", _best!)] : Array.Empty<(string, Tensor)>()];

    /// <summary>Goes on behind a step of a run with the same identity.</summary>
    /// <param name="load">Fills a tensor that the names of <see cref="Tensors"/> stand for.</param>
    internal void Resume(RunState state, Action<string, Tensor> load)
    {
        _state = state;
        _trainer.Resume((parameters, first, second) =>
        {
            load("parameters", parameters);
            load("first", first);
            load("second", second);
        }, state.Step);
        DropBest();
        if (state.BestStep > 0 && _look.Count > 0) KeepBest();
        if (BestIsApart(state)) load("best", _best!);
        NextStep();
    }

    private void RequireSound()
    {
        if (_phase == Phase.Broken)
            throw new InvalidOperationException("This run failed in the middle of a step: begin it anew or from its checkpoint.");
    }

    private Decoder StartedFrom() => _session.Weights == _weights ? _session.Decoder
        : throw new InvalidOperationException("The model has other weights than those this run started from.");

    private bool BestIsApart(RunState state) => _look.Count > 0 && state.BestStep > 0 && state.BestStep < state.Step;

    private void Look() => Take(Phase.Looking, _look, _lookTokens);

    private void NextStep()
    {
        var spent = _state.Step >= _recipe.MaxSteps || _state.Worse >= _recipe.Patience || _state.Loss < _recipe.StopBelowLoss;
        if (spent) End();
        else
        {
            var batch = _order.At(_state.Step + 1);
            Take(Phase.Training, MicroBatches.Of(batch, _recipe), batch.Sum(s => s.Counted));
        }
    }

    private void Take(Phase phase, IReadOnlyList<IReadOnlyList<TokenSequence>> parts, int tokens) =>
        (_phase, _parts, _tokens, _part, _sum) = (phase, parts, tokens, 0, 0);

    private void EndStep()
    {
        _trainer.Update(_recipe.RateAt(_state.Step + 1, _recipe.MaxSteps));
        _state = _state with { Step = _state.Step + 1, Loss = _sum };
        var look = _state.Step % _recipe.EvaluateEvery == 0 || _state.Step == _recipe.MaxSteps || _sum < _recipe.StopBelowLoss;
        if (look && _look.Count > 0) Look();
        else NextStep();
    }

    private void EndLook()
    {
        var loss = _sum / _tokens;
        if (_state.Step == 0) _state = _state with { Before = loss, Best = loss, Look = loss };
        else if (loss < _state.Best)
        {
            KeepBest();
            _state = _state with { Best = loss, BestStep = _state.Step, Look = loss, Worse = 0 };
        }
        else _state = _state with { Look = loss, Worse = _state.Worse + 1 };
        NextStep();
    }

    // Over the best before: two of them would be a model more than TrainingMemory counts.
    private void KeepBest()
    {
        if (_best is null) _best = _trainer.Snapshot();
        else _trainer.CopyTo(_best);
    }

    private void DropBest()
    {
        _best?.Dispose();
        _best = null;
    }

    private void End()
    {
        if (_look.Count == 0) _state = _state with { BestStep = _state.Step };
        else if (_state.BestStep < _state.Step) _trainer.Restore(_best ?? _start ?? StartedFrom().Parameters.Flat);
        DropBest();
        _phase = Phase.Ended;
    }

    public void Dispose()
    {
        DropBest();
        _start?.Dispose();
        _trainer?.Dispose(); // none where the constructor failed before it
        _fork?.Dispose();
        if (_ownsAdapter) Adapter?.Dispose();
    }
}
