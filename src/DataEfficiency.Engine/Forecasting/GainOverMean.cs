// What a way of predicting areas is worth: its errors beside those of the mean of the other tasks, with an interval over tasks.
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Forecasting;

/// <param name="Mean">Difference of the two area errors, negative where this one is smaller.</param>
/// <param name="Low">5 % of a bootstrap over tasks.</param>
public sealed record GainOverMean(double Mean, double Low, double High)
{
    private const int Replicates = 2000;

    /// <param name="gains">Of each task; at least one.</param>
    public static GainOverMean Of(IReadOnlyList<double> gains)
    {
        var random = new SplitMix64(1);
        var means = Enumerable.Range(0, Replicates).Select(_ => Enumerable.Range(0, gains.Count)
            .Average(_ => gains[random.NextIndex(gains.Count)])).Order().ToArray();
        return new(gains.Average(), means[(int)(.05 * Replicates)], means[(int)(.95 * Replicates) - 1]);
    }
}
