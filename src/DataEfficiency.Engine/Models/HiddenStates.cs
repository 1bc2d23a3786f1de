// What the model knows of a text, as numbers: for a probe on top of it (the last prompt token) and for selection by representation (all
// tokens of one layer).
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>Hidden states of prompts under the session's weights and the adapter lent to it.</summary>
internal sealed class HiddenStates(ModelSession session)
{
    /// <summary>The state [hidden] of each prompt's last token behind the last norm, from which the model predicts the answer's first
    /// token.</summary>
    /// <param name="prompts">Each of at least one token and within the model's context.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two layers.</exception>
    public IReadOnlyList<float[]> OfLastTokens(IReadOnlyList<IReadOnlyList<int>> prompts, GiveWay giveWay = default) =>
        [.. prompts.Select(p => OfLastToken(p, SharedPrefix.None, giveWay))];

    /// <summary>The same of one prompt, whose beginning was read before.</summary>
    /// <param name="prefix">A beginning of the prompt, shorter than it.</param>
    public float[] OfLastToken(IReadOnlyList<int> prompt, SharedPrefix prefix, GiveWay giveWay = default)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        int[] rest = [.. prompt.Skip(prefix.Ids.Count)];
        using var cache = new KeyValueCache(session.Decoder, prefix, 1, rest.Length);
        return Numbers(session.Decoder.Prefill(Ids(rest), cache, session.Adapter, giveWay)[0, -1]);
    }

    /// <summary>The states [tokens][hidden] of all tokens of a prompt behind so many layers, before any further norm; 0: the
    /// embedding's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such layer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two layers.</exception>
    public IReadOnlyList<float[]> OfLayer(IReadOnlyList<int> prompt, int layers, GiveWay giveWay = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layers, session.Decoder.Config.Layers);
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var states = session.Decoder.Behind(layers, Ids(prompt), session.Adapter, giveWay);
        return [.. Numbers(states).Chunk(session.Decoder.Config.HiddenSize)];
    }

    private Tensor Ids(IReadOnlyList<int> prompt) =>
        tensor(prompt.Select(i => (long)i).ToArray(), device: session.Decoder.Device).unsqueeze(0);

    private static float[] Numbers(Tensor states) => [.. states.to(float32).to(CPU).contiguous().data<float>()];
}
