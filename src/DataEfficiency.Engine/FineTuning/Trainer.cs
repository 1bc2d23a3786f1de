// One optimiser over one model: all its parameters (full) or an adapter's (LoRA, (IA)^3). Serves fine-tuning and pre-training alike.
// Mixed precision as in Micikevicius et al., arXiv 1710.03740: what is trained, its moments and its gradient are float32 whatever the model
// computes in; a bfloat16 model's own parameters are a rounded copy, for steps of 1e-5 vanish in eight bits.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>Takes steps; schedule, batches and stopping are the caller's (see <see cref="TrainingRun"/>).</summary>
internal sealed class Trainer : IDisposable
{
    private readonly ModelSession _session;
    private readonly Adapter? _adapter;
    private readonly Recipe _recipe;
    private readonly Adapter.Leaves? _collecting;
    private readonly LayerLeaves _leaves;
    private readonly IReadOnlyList<(long Offset, long Size)> _slices;
    private readonly Tensor _weights;
    private readonly Tensor _gradient;

    /// <param name="adapter">Trained in the place of the model's own parameters; null: full training.</param>
    public Trainer(ModelSession session, Recipe recipe, Adapter? adapter = null)
    {
        (_session, _recipe, _adapter) = (session, recipe, adapter);
        _weights = adapter?.Flat ?? session.Decoder.Parameters.Flat;
        _collecting = adapter?.Collect();
        var config = session.Decoder.Config;
        _leaves = _collecting is not null ? LayerLeaves.OfAdapter(_collecting.Tensors, config)
            : LayerLeaves.OfModel(session.Decoder.Parameters.Bind(leaves: true), config);
        _slices = [.. adapter?.Spans ?? session.Decoder.Parameters.Spans];
        using var plain = no_grad();
        Parameters = _weights.dtype == float32 ? _weights : _weights.to(float32).DetachFromDisposeScope();
        _gradient = zeros_like(Parameters).DetachFromDisposeScope();
        Optimiser = new AdamW(Parameters, recipe.WeightDecay, recipe.Beta1, recipe.Beta2, recipe.Epsilon);
    }

    /// <summary>What is trained, flat and in float32: the model's or adapter's own buffer where that is float32, else the master
    /// copy.</summary>
    public Tensor Parameters { get; }

    public AdamW Optimiser { get; }

    /// <summary>Steps taken so far.</summary>
    public int Steps => Optimiser.Steps;

    /// <summary>The optimiser's moments m and v in the layout of what is trained (for <see cref="Gradients.AdamDirection"/>).</summary>
    public (float[] First, float[] Second) Moments()
    {
        using var scope = NewDisposeScope();
        return ([.. Optimiser.First.to(CPU).data<float>()], [.. Optimiser.Second.to(CPU).data<float>()]);
    }

    /// <summary>One step: loss = sum of the losses of all counted tokens of the batch / their number.</summary>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="ArgumentException">No token of the batch counts.</exception>
    public double Step(IReadOnlyList<TokenSequence> batch, double learningRate)
    {
        var counted = batch.Sum(s => s.Counted);
        if (counted == 0) throw new ArgumentException("A batch without a token that counts gives no gradient.", nameof(batch));
        double loss = 0;
        var first = true;
        foreach (var part in MicroBatches.Of(batch, _recipe))
        {
            loss += AddGradient(part, counted, first);
            first = false;
        }
        Update(learningRate);
        return loss;
    }

    /// <summary>Adds one micro-batch's share to the gradient of a step.</summary>
    /// <param name="counted">Tokens that count in the whole step.</param>
    /// <param name="first">The gradient of the step before is left behind.</param>
    /// <param name="giveWay">Looked at between two layers, on the way forth and back. Where it ends the work, the step has to begin
    /// again.</param>
    /// <returns>The share of the loss.</returns>
    public double AddGradient(IReadOnlyList<TokenSequence> part, int counted, bool first, GiveWay giveWay = default)
    {
        using var scope = NewDisposeScope();
        using var batch = new SequenceBatch(part, _session.Decoder.Device, _recipe.SharePrefix);
        using var pass = new LayeredPass(_session.Decoder.Config.Layers);
        var sum = batch.TokenLosses(_session.Decoder, _adapter, giveWay, pass.Between).sum();
        using Scalar number = counted;
        if (first)
            using (no_grad()) _gradient.zero_();
        pass.Back(sum.div(number), _leaves, (leaf, gradient) =>
            _gradient.narrow(0, _slices[leaf].Offset, _slices[leaf].Size).add_(gradient.reshape(-1), Operand.One), giveWay);
        return sum.ToDouble() / counted;
    }

    /// <summary>The optimiser's step with the gradient that was added up.</summary>
    public void Update(double learningRate)
    {
        using var scope = NewDisposeScope();
        if (_recipe.ClipNorm is { } limit && _gradient.norm().ToDouble() is var norm && norm > limit) Shrink(limit / norm);
        Change(() => Optimiser.Step(_gradient, learningRate));
    }

    /// <summary>The loss of sequences, no gradient.</summary>
    public double Loss(IReadOnlyList<TokenSequence> sequences) => MicroBatches.Loss(_session.Decoder, _adapter, sequences, _recipe);

    /// <summary>A copy of what the model computes with, for <see cref="Restore"/>; the caller disposes it.</summary>
    public Tensor Snapshot()
    {
        using var plain = no_grad();
        return _weights.clone().DetachFromDisposeScope();
    }

    /// <summary>The same, into one that is there.</summary>
    public void CopyTo(Tensor snapshot)
    {
        using var plain = no_grad();
        snapshot.copy_(_weights);
    }

    public void Restore(Tensor snapshot) => Change(() => Parameters.copy_(snapshot));

    /// <summary>Goes on where another trainer stood.</summary>
    /// <param name="load">Fills the parameters and the moments m and v.</param>
    public void Resume(Action<Tensor, Tensor, Tensor> load, int steps) => Change(() =>
    {
        load(Parameters, Optimiser.First, Optimiser.Second);
        Optimiser.Resume(steps);
    });

    private void Change(Action change) => _session.Change(() =>
    {
        change();
        if (!ReferenceEquals(Parameters, _weights)) RoundedCopy.Write(Parameters, _weights);
    }, _adapter);

    private void Shrink(double by)
    {
        using Scalar factor = by;
        _gradient.mul_(factor);
    }

    /// <summary>Ends training: the model's tensors no longer collect gradients. What was trained stays in place.</summary>
    public void Dispose()
    {
        if (_collecting is null) _session.Decoder.Parameters.Bind(leaves: false);
        else _collecting.Dispose();
        if (!ReferenceEquals(Parameters, _weights)) Parameters.Dispose();
        _gradient.Dispose();
        Optimiser.Dispose();
    }
}
