using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Kernels;

/// <summary>Some columns of a float32 matrix in native memory, row by row. The tensor that owns it outlives the view.</summary>
internal readonly unsafe struct FloatMatrix
{
    private readonly float* _first;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; }

    public int Count { get; }

    public int Width { get; }

    /// <param name="t">Contiguous, [.., columns], on the CPU.</param>
    public FloatMatrix(Tensor t)
    {
        if (t.dtype != ScalarType.Float32 || t.device.type != DeviceType.CPU || !t.is_contiguous())
            throw new ArgumentException("A contiguous float32 matrix on the CPU was expected.");
        Width = Stride = (int)t.shape[^1];
        Count = (int)(t.numel() / Width);
        // Of one value only: the bytes of a whole embedding may be more than a span can have.
        using Tensor flat = t.view(-1), one = flat.narrow(0, 0, 1);
        _first = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(one.bytes));
    }

    /// <summary>The rows [batch * time, heads * width] of some neighbouring heads out of more.</summary>
    /// <param name="t">[batch, time, heads, width], float32 on the CPU, cut out of a contiguous one.</param>
    public static FloatMatrix OfHeads(Tensor t)
    {
        var (batch, time, heads, width) = (t.shape[0], t.shape[1], t.shape[2], t.shape[3]);
        if (t.dtype != ScalarType.Float32 || t.device.type != DeviceType.CPU || t.stride(3) != 1 || t.stride(2) != width
            || (batch > 1 && t.stride(0) != time * t.stride(1)))
            throw new ArgumentException("Heads of a contiguous float32 tensor on the CPU were expected.");
        using var one = t.as_strided([1], [1], t.storage_offset());
        return new((float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(one.bytes)), (int)t.stride(1), (int)(batch * time),
            (int)(heads * width));
    }

    private FloatMatrix(float* first, int stride, int count, int width)
    {
        _first = first;
        (Stride, Count, Width) = (stride, count, width);
    }

    public FloatMatrix Columns(int first, int count) => new(_first + first, Stride, Count, count);

    public float* Row(int row) => _first + (long)row * Stride;

    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    public Span<float> this[int row] => (uint)row < (uint)Count
        ? new(Row(row), Width)
        : throw new IndexOutOfRangeException($"Row {row} of {Count}.");
}
