using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Datastore;

/// <summary>The device's projection against the host's, on rows as gradients are: each linear [out, 64] of rank one, some outputs much
/// larger than others, and some directions of the 64 too: the same ones in all rows.</summary>
public sealed class SignedFoldingTests : IDisposable
{
    private const int Rank = 64;

    private static readonly ModelConfig Config = SmallFamilies.All[0] with
    {
        HiddenSize = 192, IntermediateSize = 1500, Heads = 3, KeyValueHeads = 1, HeadDim = 64,
    };

    private readonly RowLayout _layout = new(Config, Rank);
    private readonly SignedFolding _folding = new(new RowLayout(Config, Rank), Config, CPU);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private float[] LowRank(Random random) =>
    [
        .. AdapterMatrices.Linears(Config).SelectMany(p =>
        {
            var narrow = Enumerable.Range(0, Rank).Select(n => Normal(random) * (n % 8 == 0 ? 3 : 1)).ToArray();
            return Enumerable.Range(0, AdapterMatrices.Shape(Config, p.Linear).Out).SelectMany(_ =>
            {
                var scale = Math.Pow(Normal(random), 3);
                return narrow.Select(n => (float)(scale * n));
            });
        }),
    ];

    // Both rows go through in one batch.
    private (float[][] Rows, double[] Squares) Fold(params float[][] rows)
    {
        using var writing = _folding.Write(rows.Length);
        PassOf.Rows(writing, Config, _layout, rows);
        return writing.Finish();
    }

    private static double Cosine(float[] a, float[] b) => GramMatrix.Dot(a, b) / (GramMatrix.Norm(a) * GramMatrix.Norm(b));

    [Theory]
    [InlineData(0)]
    [InlineData(.3)]
    [InlineData(.9)]
    public void Write_PairsOfOneCosine_KeepsItAsWellAsACountSketch(double cosine)
    {
        var random = new Random(1);
        List<double> folded = [], sketched = [];
        for (var pair = 0; pair < 40; pair++)
        {
            float[] a = LowRank(random), other = LowRank(random);
            // other's part along a is taken away, then as much put back as gives the cosine
            double along = GramMatrix.Dot(a, other) / GramMatrix.Dot(a, a), length = GramMatrix.Norm(a);
            float[] across = [.. other.Select((x, i) => (float)(x - along * a[i]))];
            double mixed = length / GramMatrix.Norm(across) * Math.Sqrt(1 - cosine * cosine) / Math.Max(cosine, 1e-9);
            float[] b = cosine == 0 ? across : [.. a.Select((x, i) => (float)(x + mixed * across[i]))];
            var exact = Cosine(a, b);
            var (rows, squares) = Fold(a, b);
            Assert.Equal(length, Math.Sqrt(squares[0]), 1e-5 * length);
            folded.Add(Cosine(rows[0], rows[1]) - exact);
            RowValues[] sketches = [RandomProjection.Of(new RowValues(a, Rank)), RandomProjection.Of(new RowValues(b, Rank))];
            sketched.Add(GramMatrix.Products(sketches, [(0, 1)])[0] - exact);
        }
        double Spread(List<double> errors) => Math.Sqrt(errors.Average(e => e * e));
        var stated = RandomProjection.Error * (1 - cosine * cosine);
        Assert.InRange(Spread(folded), .5 * stated, 1.5 * stated);
        Assert.InRange(folded.Average(), -.6 * stated, .6 * stated);
        Assert.InRange(Spread(folded), 0, 1.5 * Spread(sketched));
    }

    [Fact]
    public void Write_TheSameRowAgain_GivesTheSameBits()
    {
        var row = LowRank(new Random(2));
        using var other = new SignedFolding(_layout, Config, CPU);
        Assert.Equal(Fold(row).Rows[0], Fold(row, LowRank(new Random(3))).Rows[0]);
    }

    public void Dispose()
    {
        _folding.Dispose();
        // its rows are half a gigabyte that the collector would let lie
        GC.Collect();
    }
}
