
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;

namespace DataEfficiency.Engine.Tests.Datastore;

public class RandomProjectionTests
{
    private const int Width = 300_000;

    // Rows as gradients are: [out, 64] of rank one, some outputs much larger than others. A projection of each side alone would do badly
    // here.
    private static float[] LowRank(Random random)
    {
        var narrow = Enumerable.Range(0, 64).Select(_ => Normal(random)).ToArray();
        return [.. Enumerable.Range(0, Width / 64).SelectMany(_ =>
        {
            var scale = Math.Pow(Normal(random), 3);
            return narrow.Select(n => (float)(scale * n));
        })];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    [Theory]
    [InlineData(0)]
    [InlineData(.3)]
    [InlineData(.9)]
    public void Of_PairsOfOneCosine_KeepsItWithinTheStatedError(double cosine)
    {
        var random = new Random(1);
        var errors = new List<double>();
        for (var pair = 0; pair < 40; pair++)
        {
            float[] a = LowRank(random), other = LowRank(random);
            // other's part along a is taken away, then as much put back as gives the cosine
            double along = GramMatrix.Dot(a, other) / GramMatrix.Dot(a, a), length = GramMatrix.Norm(a);
            float[] across = [.. other.Select((x, i) => (float)(x - along * a[i]))];
            double mixed = length / GramMatrix.Norm(across) * Math.Sqrt(1 - cosine * cosine) / Math.Max(cosine, 1e-9);
            float[] b = cosine == 0 ? across : [.. a.Select((x, i) => (float)(x + mixed * across[i]))];
            RowValues pa = RandomProjection.Of(new RowValues(a, 64)), pb = RandomProjection.Of(new RowValues(b, 64));
            Assert.Equal(RandomProjection.Bytes, pa.Bytes);
            errors.Add(GramMatrix.Products([pa, pb], [(0, 1)])[0] - GramMatrix.Dot(a, b) / (length * GramMatrix.Norm(b)));
        }
        var stated = RandomProjection.Error * (1 - cosine * cosine);
        Assert.InRange(Math.Sqrt(errors.Average(e => e * e)), .6 * stated, 1.5 * stated);
        Assert.InRange(errors.Average(), -.6 * stated, .6 * stated);
    }

    [Fact]
    public void Of_ARowInHalfPrecision_IsThatOfTheRow()
    {
        var row = new RowValues(LowRank(new Random(2)), 64);
        Assert.Equal(1, GramMatrix.Products([RandomProjection.Of(row), RandomProjection.Of(row.ToHalf())], [(0, 1)])[0], 1e-5);
    }
}
