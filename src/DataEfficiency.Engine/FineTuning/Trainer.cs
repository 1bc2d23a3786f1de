// One optimiser over one model: all its parameters (full) or an adapter's (LoRA, (IA)^3). Serves fine-tuning and pre-training alike.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>Takes steps; schedule, batches and stopping are the caller's (see <see cref="FineTune"/>).</summary>
internal sealed class Trainer : IDisposable
{
    private readonly ModelSession _session;
    private readonly Decoder _decoder;
    private readonly Adapter? _adapter;
    private readonly TrainingOptions _options;
    private readonly IReadOnlyList<Tensor> _leaves;
    private readonly IReadOnlyList<(long Offset, long Size)> _places;
    private readonly Tensor _parameters;
    private readonly Tensor _gradient;
    private readonly AdamW _optimiser;

    /// <param name="adapter">Trained in the place of the model's own parameters; null: full training.</param>
    public Trainer(ModelSession session, TrainingOptions options, Adapter? adapter = null)
    {
        (_session, _decoder, _options, _adapter) = (session, session.Decoder, options, adapter);
        _parameters = adapter?.Flat ?? _decoder.Parameters.Flat;
        _leaves = adapter?.Bind(leaves: true) ?? _decoder.Parameters.Bind(leaves: true);
        _places = [.. adapter?.Places ?? _decoder.Parameters.Places];
        _gradient = zeros_like(_parameters).DetachFromDisposeScope();
        _optimiser = new AdamW(_parameters, options.WeightDecay, options.Beta1, options.Beta2, options.Epsilon);
    }

    /// <summary>Steps taken so far.</summary>
    public int Steps => _optimiser.Steps;

    /// <summary>The optimiser's moments m and v in the layout of what is trained (for <see cref="Gradients.AdamVector"/>).</summary>
    public (float[] First, float[] Second) Moments()
    {
        using var scope = NewDisposeScope();
        return ([.. _optimiser.First.to(CPU).data<float>()], [.. _optimiser.Second.to(CPU).data<float>()]);
    }

    /// <summary>One step: loss = sum of the losses of all kept tokens of the batch / their number.</summary>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="ArgumentException">No token of the batch counts.</exception>
    public double Step(IReadOnlyList<TokenSequence> batch, double learningRate)
    {
        var kept = batch.Sum(s => s.Kept);
        if (kept == 0) throw new ArgumentException("A batch without a token that counts gives no gradient.", nameof(batch));
        using var scope = NewDisposeScope();
        double loss = 0;
        var first = true;
        foreach (var part in Parts(batch))
        {
            loss += AddGradient(part, kept, first) / kept;
            first = false;
        }
        if (_options.ClipNorm is { } limit && _gradient.norm().ToDouble() is var norm && norm > limit) Shrink(limit / norm);
        _session.Change(() => _optimiser.Step(_gradient, learningRate), _adapter);
        return loss;
    }

    /// <summary>The loss of sequences, no gradient.</summary>
    public double Loss(IReadOnlyList<TokenSequence> sequences)
    {
        using var plain = no_grad();
        double sum = 0;
        foreach (var part in Parts(sequences))
        {
            using var scope = NewDisposeScope();
            using var batch = new SequenceBatch(part, _decoder.Device, _options.SharePrefix);
            sum += batch.TokenLosses(_decoder, _adapter).sum(float64).ToDouble();
        }
        return sum / sequences.Sum(s => s.Kept);
    }

    /// <summary>A copy of what is trained, for <see cref="Restore"/>; the caller disposes it.</summary>
    public Tensor Snapshot()
    {
        using var plain = no_grad();
        return _parameters.clone().DetachFromDisposeScope();
    }

    public void Restore(Tensor snapshot) => _session.Change(() => _parameters.copy_(snapshot), _adapter);

    private double AddGradient(IReadOnlyList<TokenSequence> part, int kept, bool first)
    {
        using var scope = NewDisposeScope();
        using var batch = new SequenceBatch(part, _decoder.Device, _options.SharePrefix);
        var sum = batch.TokenLosses(_decoder, _adapter).sum();
        using Scalar number = kept;
        var gradients = autograd.grad([sum.div(number)], [.. _leaves]);
        using var plain = no_grad();
        for (var i = 0; i < gradients.Count; i++)
        {
            var place = _gradient.narrow(0, _places[i].Offset, _places[i].Size);
            if (first) place.copy_(gradients[i].reshape(-1));
            else place.add_(gradients[i].reshape(-1), Operand.One);
        }
        return sum.ToDouble();
    }

    private void Shrink(double by)
    {
        using Scalar factor = by;
        _gradient.mul_(factor);
    }

    // Sequences that count, cut into parts whose padded size stays under the limit, in the order given.
    private IEnumerable<IReadOnlyList<TokenSequence>> Parts(IReadOnlyList<TokenSequence> sequences)
    {
        var part = new List<TokenSequence>();
        var longest = 0;
        foreach (var sequence in sequences.Where(s => s.Kept > 0))
        {
            var wider = Math.Max(longest, sequence.Ids.Length);
            if (part.Count > 0 && (long)wider * (part.Count + 1) > _options.TokensAtOnce)
            {
                yield return part;
                part = [];
                wider = sequence.Ids.Length;
            }
            longest = wider;
            part.Add(sequence);
        }
        if (part.Count > 0) yield return part;
    }

    /// <summary>Ends training: the model's tensors no longer collect gradients. What was trained stays in place.</summary>
    public void Dispose()
    {
        if (_adapter is null) _decoder.Parameters.Bind(leaves: false);
        else _adapter.Bind(leaves: false);
        _gradient.Dispose();
        _optimiser.Dispose();
    }
}
