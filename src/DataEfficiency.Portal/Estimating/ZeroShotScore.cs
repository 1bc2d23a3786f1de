using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The zero-shot score: the rank job's greedy answers against hidden gold answers.</summary>
/// <param name="StandardError">Binomial, sqrt(s (1 - s) / n).</param>
public sealed record ZeroShotScore(double Score, double StandardError, int Items)
{
    /// <summary>Exact match with any gold answer, after lower-casing and stripping '.' and spaces (method section 8). Null without a
    /// pair.</summary>
    public static ZeroShotScore? Of(IEnumerable<(IReadOnlyList<string> Gold, string Answer)> pairs)
    {
        var (right, count) = (0, 0);
        foreach (var (gold, answer) in pairs)
        {
            count++;
            if (gold.Any(g => GreedyAnswer.Normal(g) == GreedyAnswer.Normal(answer))) right++;
        }
        if (count == 0) return null;
        var score = (double)right / count;
        return new(score, Math.Sqrt(score * (1 - score) / count), count);
    }
}
