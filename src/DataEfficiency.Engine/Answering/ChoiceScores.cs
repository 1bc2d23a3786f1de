// The only scorer of given answers: the mean of their tokens' ln p behind a prompt, which does not punish length (T-Few, Liu et al.,
// arXiv 2205.05638, section 3.2, rank classification). For label ranking, T-Few's losses and predictions.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Answering;

internal static class ChoiceScores
{
    /// <summary>Scores [choices] of token losses, with their graph.</summary>
    /// <param name="tokenLosses">-ln p [tokens] of every counted token of every choice, choice by choice.</param>
    /// <param name="lengths">Number of counted tokens of each choice, none 0.</param>
    public static Tensor Of(Tensor tokenLosses, IReadOnlyList<int> lengths)
    {
        if (lengths.Any(n => n < 1)) throw new ArgumentException("Every choice needs a token that counts.", nameof(lengths));
        if (lengths.Sum() != tokenLosses.shape[0])
            throw new ArgumentException($"The choices have {lengths.Sum()} tokens, but there are {tokenLosses.shape[0]} losses.",
                nameof(lengths));
        using var scope = NewDisposeScope();
        return stack(tokenLosses.split([.. lengths.Select(n => (long)n)]).Select(c => c.mean().neg())).MoveToOuterDisposeScope();
    }

    /// <summary>-ln p [tokens] in float64 of every counted token of the choices behind one prompt, which goes through the model
    /// once.</summary>
    /// <param name="masked">Tokens that do not count.</param>
    public static (Tensor Losses, IReadOnlyList<int> Lengths) TokenLosses(Decoder decoder, ILinearHook? hook, IReadOnlyList<int> prompt,
        IReadOnlyList<int[]> choices, IReadOnlySet<int> masked, GiveWay giveWay = default)
    {
        using var scope = NewDisposeScope();
        using var batch = new SequenceBatch([.. choices.Select(c => TokenSequence.Answer(prompt, c, masked))], decoder.Device,
            sharePrefix: true);
        return (batch.TokenLosses(decoder, hook, giveWay).to(float64).MoveToOuterDisposeScope(), batch.Counted);
    }

    /// <summary>Score of each choice behind the prompt, through the adapter that is lent to the session; null where the longest does not
    /// fit the model's context.</summary>
    /// <exception cref="ArgumentException">A choice has no token that counts.</exception>
    public static double[]? Of(ModelSession session, IReadOnlyList<int> prompt, IReadOnlyList<int[]> choices, IReadOnlySet<int> masked,
        GiveWay giveWay = default)
    {
        if (prompt.Count == 0 || prompt.Count + choices.Max(c => c.Length) > session.Decoder.Config.ContextLength) return null;
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var (losses, lengths) = TokenLosses(session.Decoder, session.Adapter, prompt, choices, masked, giveWay);
        return [.. Of(losses, lengths).to(CPU).data<double>()];
    }
}
