using CsCheck;
using DataEfficiency.Engine.Models.Kernels;

namespace DataEfficiency.Engine.Tests.Models.Kernels;

public sealed unsafe class StripProductTests
{
    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
    }

    // Strips of every height, pieces that end anywhere, added to what was there or not; what does not belong to the product stays.
    [Fact]
    public void Run_OfAnyShape_IsTheProductInFloat64() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 140], Gen.Int[0, 70], Gen.Bool, Gen.Bool).Sample((rows, columns, count, transposed, add) =>
        {
            int bRow = columns + 3, cRow = columns + 5;
            float[] a = Values(rows * count + 1, 1), b = Values(count * bRow + StripProduct.Piece, 2), before = Values(rows * cRow, 3);
            float[] c = [.. before];
            var (row, step) = transposed ? (1, rows) : (count, 1);
            fixed (float* pa = a, pb = b, pc = c) StripProduct.Run(pa, row, step, pb, bRow, pc, cRow, rows, columns, count, add);
            for (var i = 0; i < rows; i++)
                for (var n = 0; n < cRow; n++)
                {
                    var expected = n >= columns || add ? (double)before[i * cRow + n] : 0;
                    for (var k = 0; n < columns && k < count; k++) expected += (double)a[i * row + k * step] * b[k * bRow + n];
                    Assert.Equal(expected, c[i * cRow + n], 1e-5);
                }
        }, iter: 300, threads: 1);
}
