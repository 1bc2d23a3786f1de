// The direction that Adam would step with one example's gradient (LESS, Xia et al., arXiv 2402.04333, section 3.1): moments of a
// checkpoint, updated once by the gradient, the state left alone. LESS compares these vectors of training examples with plain gradients of
// validation examples.
namespace DataEfficiency.Engine.Gradients;

internal enum AdamForm
{
    /// <summary>(m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + eps).</summary>
    Textbook,

    /// <summary>m' / sqrt(v' + eps): the authors' code, which has eps inside the root and no bias correction.</summary>
    AuthorsCode,
}

/// <summary>With m' = b1 m + (1 - b1) g and v' = b2 v + (1 - b2) g^2, in float64.</summary>
internal static class AdamDirection
{
    /// <param name="first">m [n] of the checkpoint.</param>
    /// <param name="second">v [n] of the checkpoint.</param>
    /// <param name="gradient">g [n] of the example's mean token loss.</param>
    /// <param name="step">t: the checkpoint's steps + 1.</param>
    /// <returns>The vector [n].</returns>
    /// <exception cref="ArgumentException">The lengths differ, or the step is below 1.</exception>
    public static double[] Of(ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<float> gradient, int step,
        AdamForm form = AdamForm.Textbook, double beta1 = .9, double beta2 = .999, double epsilon = 1e-8)
    {
        if (first.Length != gradient.Length || second.Length != gradient.Length)
            throw new ArgumentException(
                $"Moments of {first.Length} and {second.Length} numbers do not belong to a gradient of {gradient.Length}.");
        if (step < 1) throw new ArgumentException($"Step {step} is below 1: t counts the step that the vector stands for.", nameof(step));
        double correction1 = 1 - Math.Pow(beta1, step), correction2 = 1 - Math.Pow(beta2, step);
        var vector = new double[gradient.Length];
        for (var i = 0; i < vector.Length; i++)
        {
            double g = gradient[i], m = beta1 * first[i] + (1 - beta1) * g, v = beta2 * second[i] + (1 - beta2) * g * g;
            vector[i] = form == AdamForm.Textbook ? m / correction1 / (Math.Sqrt(v / correction2) + epsilon) : m / Math.Sqrt(v + epsilon);
        }
        return vector;
    }
}
