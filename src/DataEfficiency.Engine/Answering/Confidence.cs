// Confidence of one greedy answer (method section 2; Je and Raffel, arXiv 2512.24991).
namespace DataEfficiency.Engine.Answering;

/// <param name="Mean">Arithmetic mean of the largest probabilities of the kept tokens, in (0, 1].</param>
/// <param name="Perplexity">exp(mean -ln p) of the same tokens.</param>
/// <param name="NoKeptToken">Every token was masked: the values are the first token's.</param>
public readonly record struct Confidence(double Mean, double Perplexity, bool NoKeptToken)
{
    /// <summary>Masked tokens are left out wherever they stand.</summary>
    public static Confidence Of(Generated answer, IReadOnlySet<int> masked)
    {
        int[] kept = [.. Enumerable.Range(0, answer.Tokens.Count).Where(t => !masked.Contains(answer.Tokens[t]))];
        var none = kept.Length == 0;
        if (none) kept = [0];
        return new Confidence(kept.Average(t => answer.Probabilities[t]), Math.Exp(-kept.Average(t => answer.LogProbabilities[t])), none);
    }
}
