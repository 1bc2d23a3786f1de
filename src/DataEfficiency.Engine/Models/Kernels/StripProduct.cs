// Matrix products too small for the library, which spends much of such a product on waking threads and laying out operands: for 1,536 x 200
// x 64 it reached 54 to 100 % of the rate of a large one and 34 % on a busy machine; this reaches 120 % of one core's share. On the calling
// thread, operands where they stand; callers share strips among threads. Two kernels, as many columns at a time as the machine's registers
// hold: vectors wider than it has were 3 times slower on AVX2 (8 to 10 of 24 to 31 GFLOP/s on a core of 2.45 GHz) and 100 times slower
// without it (.1 of 10).
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataEfficiency.Engine.Models.Kernels;

/// <summary>Float32 products of up to four rows at a time.</summary>
internal static unsafe class StripProduct
{
    /// <summary>Rows of a strip.</summary>
    public const int Rows = 4;

    /// <summary>b is read in pieces of at most this many columns: there must be as much memory behind its last value.</summary>
    public const int Piece = 32;

    /// <summary>Columns with room to the next whole piece.</summary>
    public static int Padded(int columns) => (columns + Piece - 1) / Piece * Piece;

    /// <summary>c[i, n] (+)= sum over k of a[i * row + k * step] b[k, n]. With step 1 a stands as it is, with row 1 transposed.</summary>
    /// <param name="rows">1 to 4.</param>
    /// <param name="add">Adds to what c holds; otherwise c is written.</param>
    public static void Run(float* a, nint row, nint step, float* b, nint bRow, float* c, nint cRow, int rows, int columns, int count,
        bool add)
    {
        if (Vector512.IsHardwareAccelerated) Of512(a, row, step, b, bRow, c, cRow, rows, columns, count, add);
        else OfVectors(a, row, step, b, bRow, c, cRow, rows, columns, count, add);
    }

    // Vectors of the machine's own width: 256 bits with AVX2, else 128.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OfVectors(float* a, nint row, nint step, float* b, nint bRow, float* c, nint cRow, int rows, int columns, int count,
        bool add)
    {
        // A strip of fewer rows computes its last one again and leaves it.
        float* a1 = a + (rows > 1 ? row : 0), a2 = rows > 2 ? a1 + row : a1, a3 = rows > 3 ? a2 + row : a2;
        int width = Vector<float>.Count, piece = 2 * width;
        var tile = stackalloc float[Rows * Piece];
        for (var n = 0; n < columns; n += piece)
        {
            Vector<float> x0 = default, y0 = default, x1 = default, y1 = default;
            Vector<float> x2 = default, y2 = default, x3 = default, y3 = default;
            float* at = b + n, p0 = a, p1 = a1, p2 = a2, p3 = a3;
            for (var k = 0; k < count; k++)
            {
                Vector<float> x = Vector.Load(at), y = Vector.Load(at + width), f = Vector.Create(*p0);
                x0 = Vector.MultiplyAddEstimate(f, x, x0);
                y0 = Vector.MultiplyAddEstimate(f, y, y0);
                f = Vector.Create(*p1);
                x1 = Vector.MultiplyAddEstimate(f, x, x1);
                y1 = Vector.MultiplyAddEstimate(f, y, y1);
                f = Vector.Create(*p2);
                x2 = Vector.MultiplyAddEstimate(f, x, x2);
                y2 = Vector.MultiplyAddEstimate(f, y, y2);
                f = Vector.Create(*p3);
                x3 = Vector.MultiplyAddEstimate(f, x, x3);
                y3 = Vector.MultiplyAddEstimate(f, y, y3);
                at += bRow;
                p0 += step;
                p1 += step;
                p2 += step;
                p3 += step;
            }
            // No call in here: values alive across one would be spilled in the loop above.
            if (rows == Rows && n + piece <= columns)
            {
                float* c0 = c + n, c1 = c0 + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
                if (add)
                {
                    (x0, y0) = (x0 + Vector.Load(c0), y0 + Vector.Load(c0 + width));
                    (x1, y1) = (x1 + Vector.Load(c1), y1 + Vector.Load(c1 + width));
                    (x2, y2) = (x2 + Vector.Load(c2), y2 + Vector.Load(c2 + width));
                    (x3, y3) = (x3 + Vector.Load(c3), y3 + Vector.Load(c3 + width));
                }
                x0.Store(c0);
                y0.Store(c0 + width);
                x1.Store(c1);
                y1.Store(c1 + width);
                x2.Store(c2);
                y2.Store(c2 + width);
                x3.Store(c3);
                y3.Store(c3 + width);
                continue;
            }
            x0.Store(tile);
            y0.Store(tile + width);
            x1.Store(tile + piece);
            y1.Store(tile + piece + width);
            x2.Store(tile + 2 * piece);
            y2.Store(tile + 2 * piece + width);
            x3.Store(tile + 3 * piece);
            y3.Store(tile + 3 * piece + width);
            Rest(tile, piece, c + n, cRow, rows, Math.Min(piece, columns - n), add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Of512(float* a, nint row, nint step, float* b, nint bRow, float* c, nint cRow, int rows, int columns, int count,
        bool add)
    {
        float* a1 = a + (rows > 1 ? row : 0), a2 = rows > 2 ? a1 + row : a1, a3 = rows > 3 ? a2 + row : a2;
        var tile = stackalloc float[Rows * Piece];
        for (var n = 0; n < columns; n += Piece)
        {
            Vector512<float> x0 = default, y0 = default, x1 = default, y1 = default;
            Vector512<float> x2 = default, y2 = default, x3 = default, y3 = default;
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
            if (rows == Rows && n + Piece <= columns)
            {
                float* c0 = c + n, c1 = c0 + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
                if (add)
                {
                    (x0, y0) = (x0 + Vector512.Load(c0), y0 + Vector512.Load(c0 + 16));
                    (x1, y1) = (x1 + Vector512.Load(c1), y1 + Vector512.Load(c1 + 16));
                    (x2, y2) = (x2 + Vector512.Load(c2), y2 + Vector512.Load(c2 + 16));
                    (x3, y3) = (x3 + Vector512.Load(c3), y3 + Vector512.Load(c3 + 16));
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
            Rest(tile, Piece, c + n, cRow, rows, Math.Min(Piece, columns - n), add);
        }
    }

    // The values of an incomplete tile that belong to c.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rest(float* tile, int piece, float* c, nint cRow, int rows, int columns, bool add)
    {
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                c[i * cRow + j] = tile[i * piece + j] + (add ? c[i * cRow + j] : 0);
    }
}
