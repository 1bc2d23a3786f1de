// Matrix products too small for the library, which spends much of such a product on waking threads and laying out operands: for 1,536 x 200 x 64 it reached 54 to 100 % of the rate of a large one and
// 34 % on a busy machine; this reaches 120 % of one core's share. On the calling thread, operands where they stand; callers share strips among threads.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataEfficiency.Engine.Gradients.CpuPass;

/// <summary>Float32 products of up to four rows at a time.</summary>
internal static unsafe class StripProduct
{
    /// <summary>Rows of a strip.</summary>
    public const int Rows = 4;

    /// <summary>b is read in pieces of this many columns: there must be as much memory behind its last value.</summary>
    public const int Piece = 32;

    /// <summary>c[i, n] (+)= sum over k of a[i * row + k * step] b[k, n]. With step 1 a stands as it is, with row 1 transposed.</summary>
    /// <param name="rows">1 to 4.</param>
    /// <param name="add">Adds to what c holds; otherwise c is written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* a, nint row, nint step, float* b, nint bRow, float* c, nint cRow, int rows, int columns, int count, bool add)
    {
        // A strip of fewer rows computes its last one again and leaves it.
        float* a1 = a + (rows > 1 ? row : 0), a2 = rows > 2 ? a1 + row : a1, a3 = rows > 3 ? a2 + row : a2;
        var tile = stackalloc float[Rows * Piece];
        for (var n = 0; n < columns; n += Piece)
        {
            Vector512<float> x0 = default, y0 = default, x1 = default, y1 = default, x2 = default, y2 = default, x3 = default, y3 = default;
            float* at = b + n, p0 = a, p1 = a1, p2 = a2, p3 = a3;
            for (var k = 0; k < count; k++)
            {
                Vector512<float> x = Vector512.Load(at), y = Vector512.Load(at + 16);
                var f = Vector512.Create(*p0);
                x0 = Vector512.FusedMultiplyAdd(f, x, x0);
                y0 = Vector512.FusedMultiplyAdd(f, y, y0);
                f = Vector512.Create(*p1);
                x1 = Vector512.FusedMultiplyAdd(f, x, x1);
                y1 = Vector512.FusedMultiplyAdd(f, y, y1);
                f = Vector512.Create(*p2);
                x2 = Vector512.FusedMultiplyAdd(f, x, x2);
                y2 = Vector512.FusedMultiplyAdd(f, y, y2);
                f = Vector512.Create(*p3);
                x3 = Vector512.FusedMultiplyAdd(f, x, x3);
                y3 = Vector512.FusedMultiplyAdd(f, y, y3);
                at += bRow;
                p0 += step;
                p1 += step;
                p2 += step;
                p3 += step;
            }
            // No call in here: values alive across one would be spilled in the loop above.
            if (rows == Rows && n + Piece <= columns)
            {
                float* c0 = c + n, c1 = c0 + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
                if (add)
                {
                    (x0, y0, x1, y1) = (x0 + Vector512.Load(c0), y0 + Vector512.Load(c0 + 16), x1 + Vector512.Load(c1), y1 + Vector512.Load(c1 + 16));
                    (x2, y2, x3, y3) = (x2 + Vector512.Load(c2), y2 + Vector512.Load(c2 + 16), x3 + Vector512.Load(c3), y3 + Vector512.Load(c3 + 16));
                }
                x0.Store(c0);
                y0.Store(c0 + 16);
                x1.Store(c1);
                y1.Store(c1 + 16);
                x2.Store(c2);
                y2.Store(c2 + 16);
                x3.Store(c3);
                y3.Store(c3 + 16);
                continue;
            }
            x0.Store(tile);
            y0.Store(tile + 16);
            x1.Store(tile + 32);
            y1.Store(tile + 48);
            x2.Store(tile + 64);
            y2.Store(tile + 80);
            x3.Store(tile + 96);
            y3.Store(tile + 112);
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < Piece && n + j < columns; j++)
                    c[i * cRow + n + j] = tile[i * Piece + j] + (add ? c[i * cRow + n + j] : 0);
        }
    }
}
