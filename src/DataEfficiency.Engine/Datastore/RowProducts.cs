using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Datastore;

/// <summary>Inner products of rows, which stay when their rows go; of up to 4,096 rows (67 MB).</summary>
internal sealed class RowProducts
{
    // Rows whose products are known at most, or those of the last call.
    private const int Most = 4096;

    // Rows of one side of a tile of products, at most.
    private const int LargestTile = 32;

    // Of each row with those before it; not a number where it is not known.
    private readonly List<double[]> _products = [];
    private readonly Dictionary<RowKey, int> _indices = [];

    /// <summary>Where the products of these rows stand, until this is asked again.</summary>
    public int[] IndicesOf(IReadOnlyList<RowKey> keys)
    {
        if (_indices.Count + keys.Count(k => !_indices.ContainsKey(k)) > Math.Max(Most, keys.Count))
        {
            _indices.Clear();
            _products.Clear();
        }
        foreach (var key in keys.Where(k => !_indices.ContainsKey(k)))
        {
            _indices[key] = _products.Count;
            _products.Add(new double[_products.Count + 1]);
            Array.Fill(_products[^1], double.NaN);
        }
        return [.. keys.Select(k => _indices[k])];
    }

    /// <summary>The inner product of two rows by their indices; not a number where it is not known.</summary>
    public double this[int a, int b]
    {
        get => _products[Math.Max(a, b)][Math.Min(a, b)];
        set => _products[Math.Max(a, b)][Math.Min(a, b)] = value;
    }

    /// <summary>Completes the products of all pairs, tile by tile: no more rows than two tiles are needed at a time.</summary>
    /// <param name="indices">As of <see cref="IndicesOf"/>.</param>
    /// <param name="rowBytes">What a row takes.</param>
    /// <param name="row">Gives the row of a position in <paramref name="indices"/>.</param>
    public void Complete(int[] indices, long memoryBytes, long rowBytes, Func<int, RowValues> row, GiveWay giveWay)
    {
        var size = (int)Math.Clamp(memoryBytes / 2 / rowBytes, 1, LargestTile);
        var tiles = (indices.Length + size - 1) / size;
        foreach (var (tile, others) in from i in Enumerable.Range(0, tiles) from j in Enumerable.Range(0, i + 1) select (i, j))
        {
            var missing = new List<(int A, int B)>();
            for (var a = tile * size; a < Math.Min((tile + 1) * size, indices.Length); a++)
                for (var b = others * size; b < Math.Min((others + 1) * size, a); b++)
                    if (double.IsNaN(this[indices[a], indices[b]])) missing.Add((a, b));
            if (missing.Count == 0) continue;
            giveWay.Point();
            int[] needed = [.. missing.SelectMany(p => new[] { p.A, p.B }).Distinct()];
            var rowOf = needed.Index().ToDictionary(k => k.Item, k => k.Index);
            var products = GramMatrix.Products([.. needed.Select(row)], [.. missing.Select(p => (rowOf[p.A], rowOf[p.B]))]);
            foreach (var ((a, b), product) in missing.Zip(products)) this[indices[a], indices[b]] = product;
        }
    }
}
