// The gradient of one example with respect to a trained adapter, away from B = 0, where A has one too (GradientRows is for B = 0).
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients;

internal static class AdapterGradient
{
    /// <summary>Gradient of the mean loss of the counted tokens, in the layout of <see cref="Adapter.Flat"/>: for LoRA A [r, in] and B
    /// [out, r] of each linear in turn. May be asked for between two steps of a run that trains the adapter (the order that LESS
    /// needs).</summary>
    /// <exception cref="ArgumentException">No token of the example counts, or one is none of the vocabulary's.</exception>
    public static float[] Of(Decoder decoder, Adapter adapter, TokenSequence example)
    {
        if (example.Counted == 0) throw new ArgumentException("An example without a token that counts has no gradient.", nameof(example));
        if (decoder.Config.UnknownId(example.Ids) is { } id)
            throw new ArgumentException($"Token {id} is unknown: the model's vocabulary has {decoder.Config.VocabularySize}.",
                nameof(example));
        using var scope = NewDisposeScope();
        using var leaves = adapter.Collect();
        using var batch = new SequenceBatch([example], decoder.Device);
        var gradients = autograd.grad([batch.TokenLosses(decoder, adapter).mean()], [.. leaves.Tensors]);
        return [.. cat([.. gradients.Select(g => g.reshape(-1))]).to(CPU).data<float>()];
    }
}
