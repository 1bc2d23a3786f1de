// Rows too many for the memory, in half precision too: each is seen through one random projection, in which inner products stay what they
// were but for a random error. A count sketch (Charikar, Chen and Farach-Colton 2002; feature hashing, Weinberger et al., arXiv 0902.2206):
// every column goes, with a random sign, into one of 32,768 sums. That costs one pass over the row, where a dense projection to as many
// dimensions costs as many passes, and its error does not depend on how the row's values hang together, where a projection of each matrix's
// sides loses accuracy on gradients of low rank.
using System.Numerics.Tensors;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Datastore;

/// <summary>The projection of rows; the same for all, from a fixed seed.</summary>
internal static class RandomProjection
{
    /// <summary>In the keys of rows.</summary>
    public const string Name = "count-sketch";

    /// <summary>Numbers of a projected row.</summary>
    public const int Size = 1 << 15;

    /// <summary>Values of a projected row that share a unit in half precision.</summary>
    public const int Run = 64;

    private const int Block = 2048;

    /// <summary>Standard deviation of the inner product of two projected rows around the cosine c of the rows themselves: (1 - c^2) of
    /// this, at most.</summary>
    public static readonly double Error = 1 / Math.Sqrt(Size);

    /// <summary>Bytes of a projected row.</summary>
    public static long Bytes => RowValues.HalfBytes(Size, Run);

    /// <summary>The projection, scaled to length 1.</summary>
    public static RowValues Of(RowValues row)
    {
        var sums = new float[Size];
        var random = new SplitMix64(1);
        Span<float> values = stackalloc float[Block];
        for (var at = 0; at < row.Width; at += Block)
        {
            var piece = values[..Math.Min(Block, row.Width - at)];
            row.CopyTo(at, piece);
            for (var i = 0; i < piece.Length; i += 4)
            {
                // 16 bits of a draw are place and sign of a column.
                var draw = random.Next();
                for (var j = i; j < Math.Min(i + 4, piece.Length); j++, draw >>= 16)
                    sums[draw & (Size - 1)] += (draw & Size) == 0 ? piece[j] : -piece[j];
            }
        }
        TensorPrimitives.Divide(sums, (float)GramMatrix.Norm(sums), sums);
        return new RowValues(sums, Run).ToHalf();
    }
}
