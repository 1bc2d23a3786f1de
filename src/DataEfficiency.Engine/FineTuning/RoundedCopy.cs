// The bfloat16 copy of float32 master weights that a model computes with.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>Rounding to the nearest would leave most weights where they were: loaded weights lie on the grid, its cells are many steps
/// wide, and all of them would wait for the same number of steps. So each rounds at a threshold of its own, evenly spread over a cell
/// (ordered dithering): of many weights that moved a tenth of a cell one in ten shows it, and the model sees the step. A value on the grid
/// stays, the thresholds never change, and equal masters give equal copies.</summary>
internal static class RoundedCopy
{
    private const long Piece = 1 << 22;
    // odd and near the golden ratio of their number: those of neighbours lie far apart
    private const int Thresholds = 1 << 10, Stride = 633;
    private static readonly Scalar Cells = 256.0, Share = 1 / 256.0, Many = Thresholds, Step = Stride, Part = 1.0 / Thresholds, Half = .5;

    /// <param name="master">[n] float32.</param>
    /// <param name="copy">[n] bfloat16.</param>
    public static void Write(Tensor master, Tensor copy)
    {
        for (long at = 0; at < master.numel(); at += Piece)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(Piece, master.numel() - at);
            // mantissa in [1/2, 1) times a power of two: a cell is 1/256 of that power
            var (mantissa, exponent) = frexp(master.narrow(0, at, count));
            var place = arange(at, at + count, dtype: int64, device: master.device).mul_(Step).remainder_(Many);
            var threshold = place.to(float32).add_(Half, Operand.One).mul_(Part);
            var rounded = mantissa.abs().mul_(Cells).add_(threshold, Operand.One).floor_().mul_(Share).mul_(mantissa.sign());
            copy.narrow(0, at, count).copy_(ldexp(rounded, exponent));
        }
    }
}
