// The probe (signals section 1): how well a ridge classifier on the model's own hidden states tells the labelled examples apart, each by
// the others. It says more of a small model's label need than CoS-Low, moves with every label, and costs one forward pass a label.
using System.Numerics.Tensors;

namespace DataEfficiency.Engine.Forecasting;

/// <summary>Leave-one-out by the hat matrix of a ridge regression of the answers, one column each, on standardised states.</summary>
internal static class Probe
{
    /// <summary>Fewer labels say nothing.</summary>
    public const int Fewest = 16;

    /// <summary>Of more, the latest count: the work grows with their third power.</summary>
    public const int Most = 1000;

    private const double SmallestDeviation = 1e-6;

    /// <param name="states">[n][d], the hidden state behind the last norm at each prompt's last token.</param>
    /// <param name="answers">[n].</param>
    /// <param name="answerCount">K, answers of the answer set, at least those seen.</param>
    /// <param name="counts">[n], whether an example is judged; null: all are.</param>
    /// <exception cref="ArgumentException">No example is judged, lengths differ, fewer than two answers, or a state is not
    /// finite.</exception>
    public static ProbeScore Of(IReadOnlyList<float[]> states, IReadOnlyList<string> answers, int answerCount,
        IReadOnlyList<bool>? counts = null)
    {
        var leftOut = LeaveOneOut(states, answers, out var seen);
        int[] judged = [.. Enumerable.Range(0, states.Count).Where(i => counts?[i] ?? true)];
        if (judged.Length == 0) throw new ArgumentException("A probe needs an example to be judged by.", nameof(counts));
        if (answerCount < Math.Max(2, seen.Count))
            throw new ArgumentException($"{seen.Count} answers were seen, the answer set has {answerCount}; a probe needs two.");
        var right = judged.Count(i => Array.IndexOf(leftOut[i], leftOut[i].Max()) == seen[answers[i]]);
        var accuracy = right / (double)judged.Length;
        var chance = 1.0 / answerCount;
        return new(states.Count, judged.Length, accuracy, (accuracy - chance) / (1 - chance));
    }

    /// <summary>What the others say of each example: [n][answers seen], in the order in which answers come first.</summary>
    /// <remarks>With M = (G + I)^-1 the hat matrix is I - M, so that (F_i - P_ii Y_i) / (1 - P_ii) = Y_i - (M Y)_i / M_ii.</remarks>
    internal static double[][] LeaveOneOut(IReadOnlyList<float[]> states, IReadOnlyList<string> answers,
        out IReadOnlyDictionary<string, int> seen)
    {
        if (states.Count == 0 || states.Count != answers.Count)
            throw new ArgumentException($"There are {states.Count} states and {answers.Count} answers; each example needs both.");
        var columns = new Dictionary<string, int>();
        foreach (var answer in answers) columns.TryAdd(answer, columns.Count);
        seen = columns;
        var inverse = InverseOfLower(Cholesky(Gram(Standardised(states))));
        int n = states.Count, k = columns.Count;
        // M = L^-T L^-1: M Y = L^-T (L^-1 Y), M_ii = the squares of column i of L^-1
        var (product, diagonal) = (new double[n][], new double[n]);
        var half = new double[n][];
        for (var r = 0; r < n; r++)
        {
            half[r] = new double[k];
            for (var c = 0; c <= r; c++) half[r][columns[answers[c]]] += inverse[r][c];
        }
        for (var i = 0; i < n; i++) product[i] = new double[k];
        for (var r = 0; r < n; r++)
            for (var i = 0; i <= r; i++)
            {
                var z = inverse[r][i];
                diagonal[i] += z * z;
                TensorPrimitives.MultiplyAdd<double>(half[r], z, product[i], product[i]);
            }
        for (var i = 0; i < n; i++)
            for (var c = 0; c < k; c++)
                product[i][c] = (columns[answers[i]] == c ? 1 : 0) - product[i][c] / diagonal[i];
        return product;
    }

    private static double[][] Standardised(IReadOnlyList<float[]> states)
    {
        int n = states.Count, d = states[0].Length;
        var rows = states.Select(s => Array.ConvertAll(s, v => (double)v)).ToArray();
        if (rows.Any(r => r.Length != d)) throw new ArgumentException("All states must be of one width.", nameof(states));
        double[] mean = new double[d], square = new double[d];
        foreach (var row in rows) TensorPrimitives.Add(mean, row, mean);
        TensorPrimitives.Divide(mean, n, mean);
        if (mean.Any(m => !double.IsFinite(m))) throw new ArgumentException("A state is not finite.", nameof(states));
        foreach (var row in rows)
        {
            TensorPrimitives.Subtract(row, mean, row);
            TensorPrimitives.MultiplyAdd(row, row, square, square);
        }
        for (var j = 0; j < d; j++) square[j] = Math.Sqrt(square[j] / n) + SmallestDeviation;
        foreach (var row in rows) TensorPrimitives.Divide(row, square, row);
        return rows;
    }

    /// <summary>H H'/d + 1 + I, the lower half.</summary>
    private static double[][] Gram(double[][] rows)
    {
        var gram = new double[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            gram[i] = new double[i + 1];
            for (var j = 0; j <= i; j++) gram[i][j] = TensorPrimitives.Dot<double>(rows[i], rows[j]) / rows[i].Length + (i == j ? 2 : 1);
        }
        return gram;
    }

    private static double[][] Cholesky(double[][] lower)
    {
        for (var i = 0; i < lower.Length; i++)
            for (var j = 0; j <= i; j++)
            {
                var rest = lower[i][j] - TensorPrimitives.Dot<double>(lower[i].AsSpan(0, j), lower[j].AsSpan(0, j));
                lower[i][j] = i == j ? Math.Sqrt(rest) : rest / lower[j][j];
            }
        return lower;
    }

    private static double[][] InverseOfLower(double[][] lower)
    {
        var inverse = new double[lower.Length][];
        for (var i = 0; i < lower.Length; i++)
        {
            var row = inverse[i] = new double[i + 1];
            for (var k = 0; k < i; k++)
                TensorPrimitives.MultiplyAdd<double>(inverse[k], -lower[i][k], row.AsSpan(0, k + 1), row.AsSpan(0, k + 1));
            TensorPrimitives.Divide<double>(row, lower[i][i], row);
            row[i] = 1 / lower[i][i];
        }
        return inverse;
    }
}
