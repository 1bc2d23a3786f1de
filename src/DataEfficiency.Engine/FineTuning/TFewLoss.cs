// T-Few's three losses, simply summed, and its prediction by rank classification (Liu et al., arXiv 2205.05638, section 3.2). The authors'
// code adds 0.01 inside the logarithm of the unlikelihood and leaves padding in its numerator; these are the formulas of the paper.
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <param name="Scores">b of every choice (<see cref="ChoiceScores"/>). Its softmax gives label scores.</param>
/// <param name="LanguageModelling">-b of the right choice.</param>
/// <param name="Unlikelihood">Mean of -ln(1 - p) over all tokens of all wrong choices; 0 without a wrong choice.</param>
/// <param name="LengthNormalised">Cross-entropy of the right choice under the softmax of the scores.</param>
/// <param name="Prediction">Index of the highest score; of equal ones the first.</param>
internal sealed record TFewLosses(IReadOnlyList<double> Scores, double LanguageModelling, double Unlikelihood, double LengthNormalised,
    int Prediction)
{
    public double Total => LanguageModelling + Unlikelihood + LengthNormalised;
}

internal static class TFewLoss
{
    // p this close to 1 counts as this: the loss of a wrong token that is certain stays finite.
    private const float LargestLogProbability = -1e-6f;

    /// <summary>The three losses [] of one example with their graph, for training on any sum of them.</summary>
    /// <param name="tokenLosses">-ln p [tokens] of every token of every choice behind the prompt, choice by choice
    /// (<see cref="SequenceBatch.TokenLosses"/>).</param>
    /// <param name="lengths">Number of tokens of each choice, none 0.</param>
    /// <param name="right">Index of the right choice.</param>
    public static (Tensor Scores, Tensor LanguageModelling, Tensor Unlikelihood, Tensor LengthNormalised) Of(Tensor tokenLosses,
        IReadOnlyList<int> lengths, int right)
    {
        if (right < 0 || right >= lengths.Count)
            throw new ArgumentOutOfRangeException(nameof(right), right, $"There are {lengths.Count} choices.");
        using var scope = NewDisposeScope();
        var scores = ChoiceScores.Of(tokenLosses, lengths);
        var wrong = tokenLosses.split([.. lengths.Select(n => (long)n)]).Where((_, i) => i != right).ToArray();
        using Scalar largest = LargestLogProbability;
        var unlikelihood = wrong.Length == 0 ? zeros([], device: tokenLosses.device)
            : cat(wrong).neg().clamp_max(largest).expm1().neg().log().mean().neg();
        return (scores.MoveToOuterDisposeScope(), scores[right].neg().MoveToOuterDisposeScope(), unlikelihood.MoveToOuterDisposeScope(),
            scores.log_softmax(0)[right].neg().MoveToOuterDisposeScope());
    }

    /// <summary>The losses of one example as numbers; all choices go through the model in one batch.</summary>
    /// <param name="masked">Tokens that do not count; T-Few itself masks none.</param>
    public static TFewLosses Of(Decoder decoder, IReadOnlyList<int> prompt, IReadOnlyList<int[]> choices, int right,
        IReadOnlySet<int> masked, ILinearHook? hook = null)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var (losses, lengths) = ChoiceScores.TokenLosses(decoder, hook, prompt, choices, masked);
        var (scores, language, unlikelihood, length) = Of(losses, lengths, right);
        double[] values = [.. scores.to(CPU).data<double>()];
        return new TFewLosses(values, language.ToDouble(), unlikelihood.ToDouble(), length.ToDouble(), Array.IndexOf(values, values.Max()));
    }
}
