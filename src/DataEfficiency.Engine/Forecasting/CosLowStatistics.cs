// CoS-Low: the median pairwise cosine of the gradients of the least confident examples (arXiv 2512.24991; method section 5), with the
// bootstrap over examples of decision sections 5 and 7. Pairs are not independent: resampling pairs would claim far too narrow an interval.
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Forecasting;

internal static class CosLowStatistics
{
    public const int Replicates = 200;
    public const ulong BootstrapSeed = 42;

    /// <param name="cosines">[m, m] float64, symmetric; only the first 32 rows count.</param>
    /// <param name="answers">[m], the answer of each row.</param>
    /// <exception cref="ArgumentException">The matrix is not square, not as long as the answers, or holds a number that is not
    /// finite.</exception>
    public static CosLow Of(IReadOnlyList<IReadOnlyList<double>> cosines, IReadOnlyList<string> answers)
    {
        if (cosines.Count != answers.Count)
            throw Wrong($"There are {cosines.Count} rows of cosines and {answers.Count} answers; one answer a row is expected.");
        var m = Math.Min(cosines.Count, CosLow.Size);
        var matrix = new double[m][];
        for (var i = 0; i < m; i++)
        {
            if (cosines[i].Count != cosines.Count)
                throw Wrong($"Row {i} of the cosine matrix has {cosines[i].Count} columns; expected {cosines.Count}.");
            matrix[i] = [.. cosines[i].Take(m)];
            for (var j = 0; j < m; j++)
                if (!double.IsFinite(matrix[i][j]))
                    throw Wrong($"The cosine of examples {i} and {j} is {matrix[i][j]}; leave out examples without a gradient.");
        }

        List<double> all = [], within = [], between = [];
        for (var i = 0; i < m; i++)
            for (var j = i + 1; j < m; j++)
            {
                all.Add(matrix[i][j]);
                (answers[i] == answers[j] ? within : between).Add(matrix[i][j]);
            }
        // Below 8 examples no interval is calibrated (decision section 5), so none is given.
        var spread = m >= StopRule.BandFrom ? ExampleBootstrap(matrix) : null;
        return new(m, Median(all), spread?.StandardDeviation, spread?.Low, spread?.High, Median(within), Median(between), matrix);
    }

    private static ArgumentException Wrong(string message) => new(message);

    /// <summary>Middle value; the mean of the middle two for an even count; null for none. Sorts the list.</summary>
    public static double? Median(List<double> values)
    {
        if (values.Count == 0) return null;
        values.Sort();
        var half = values.Count / 2;
        return values.Count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }

    /// <summary>
    /// Resamples the m examples with replacement (m draws a replicate, one SplitMix64 stream) and takes the median over the pairs of
    /// positions that hold different examples: an example against itself has cosine 1. A replicate without such a pair is dropped.
    /// </summary>
    /// <returns>Null where fewer than two replicates have a pair.</returns>
    public static BootstrapSpread? ExampleBootstrap(IReadOnlyList<IReadOnlyList<double>> cosines, int replicates = Replicates,
        ulong seed = BootstrapSeed)
    {
        var m = cosines.Count;
        if (m < 2) return null;
        var random = new SplitMix64(seed);
        var drawn = new int[m];
        List<double> medians = [];
        var ranks = new PairRanks(cosines);
        for (var r = 0; r < replicates; r++)
        {
            for (var i = 0; i < m; i++) drawn[i] = random.NextIndex(m);
            if (ranks.Median(drawn) is { } median) medians.Add(median);
        }
        if (medians.Count < 2) return null;
        medians.Sort();
        var mean = medians.Average();
        var variance = medians.Sum(v => (v - mean) * (v - mean)) / (medians.Count - 1);
        return new(Math.Sqrt(variance), Quantile(.05), Quantile(.95), medians.Count);

        double Quantile(double p) => medians[(int)Math.Floor(p * (medians.Count - 1) + .5)];
    }

    // A replicate draws some pairs several times and others never: all pairs are sorted once, and a replicate counts how often each came.
    private sealed class PairRanks
    {
        private readonly double[] _sorted;
        private readonly int[] _rankOf, _times;
        private readonly int _size;

        public PairRanks(IReadOnlyList<IReadOnlyList<double>> cosines)
        {
            _size = cosines.Count;
            int[] pairs = [.. Enumerable.Range(0, _size * _size).Where(p => p / _size != p % _size)];
            _sorted = [.. pairs.Select(p => cosines[p / _size][p % _size])];
            Array.Sort(_sorted, pairs);
            _rankOf = new int[_size * _size];
            for (var rank = 0; rank < pairs.Length; rank++) _rankOf[pairs[rank]] = rank;
            _times = new int[pairs.Length];
        }

        // As CosLowStatistics.Median of the pairs of positions that hold different examples; null where there are none.
        public double? Median(ReadOnlySpan<int> drawn)
        {
            Array.Clear(_times);
            var count = 0;
            for (var i = 0; i < drawn.Length; i++)
                for (var j = i + 1; j < drawn.Length; j++)
                {
                    if (drawn[i] == drawn[j]) continue;
                    _times[_rankOf[drawn[i] * _size + drawn[j]]]++;
                    count++;
                }
            if (count == 0) return null;
            return count % 2 == 1 ? At(count / 2) : (At(count / 2 - 1) + At(count / 2)) / 2;
        }

        // The value at a place of the sorted pairs of the replicate.
        private double At(int place)
        {
            var rank = 0;
            for (var below = _times[0]; below <= place; below += _times[rank]) rank++;
            return _sorted[rank];
        }
    }
}

/// <param name="StandardDeviation">Of the replicates' medians, n - 1.</param>
/// <param name="Low">5 % quantile.</param>
/// <param name="High">95 % quantile.</param>
/// <param name="Replicates">Those with at least one pair.</param>
internal sealed record BootstrapSpread(double StandardDeviation, double Low, double High, int Replicates);
