using DataEfficiency.Portal.Labeling;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The zero-shot score: the rank job's greedy answers against hidden gold answers.</summary>
/// <param name="StandardError">Binomial, sqrt(s (1 - s) / n).</param>
public sealed record ZeroShotScore(double Score, double StandardError, int Items)
{
    /// <summary>Exact match after lower-casing and stripping '.' and spaces (method section 8). Null without a pair.</summary>
    public static ZeroShotScore? Of(IEnumerable<(string Gold, string Answer)> pairs)
    {
        var (right, count) = (0, 0);
        foreach (var (gold, answer) in pairs)
        {
            count++;
            if (AnswerReader.Normal(gold) == AnswerReader.Normal(answer)) right++;
        }
        if (count == 0) return null;
        var score = (double)right / count;
        return new(score, Math.Sqrt(score * (1 - score) / count), count);
    }
}
