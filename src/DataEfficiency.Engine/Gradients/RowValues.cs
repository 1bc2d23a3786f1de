using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace DataEfficiency.Engine.Gradients;

/// <summary>One gradient row, in float32 or in half precision: 16 bits a value, as whole multiples of a unit that each run of r values (one
/// output of one linear) has of its own. That is finer than half-precision floats where it matters, at the large values, which make the
/// cosines: these move by about 1e-6, where floats of 11 bits moved them by 1e-5.</summary>
internal sealed class RowValues
{
    // The smallest float32 of full precision.
    private const float MinNormal = 1.17549435e-38f;

    private readonly short[]? _halves;

    // What a stored value of 1 stands for, in each run.
    internal float[] Units { get; } = [];

    /// <summary>The float32 values; null in half precision.</summary>
    public float[]? Floats { get; }

    public int Width => Floats?.Length ?? _halves!.Length;

    public bool IsHalf => Floats is null;

    /// <summary>How many values share a unit.</summary>
    public int Run { get; }

    public long Bytes => IsHalf ? HalfBytes(Width, Run) : FloatBytes(Width);

    /// <param name="run">How many values share a unit in half precision: a divisor of their number.</param>
    public RowValues(float[] values, int run) => (Floats, Run) = (values, run);

    private RowValues(short[] halves, float[] units, int run) => (_halves, Units, Run) = (halves, units, run);

    internal static long FloatBytes(long width) => sizeof(float) * width;

    /// <summary>What a row takes in half precision; runs of one or two values would not gain from it and stay in float32.</summary>
    internal static long HalfBytes(long width, int run) => run > 2 ? 2 * width + sizeof(float) * (width / run) : FloatBytes(width);

    /// <summary>A row to be written piece by piece; see <see cref="Set"/>.</summary>
    internal static RowValues New(int width, int run, bool half) => half && run > 2
        ? new RowValues(GC.AllocateUninitializedArray<short>(width), new float[width / run], run)
        : new RowValues(GC.AllocateUninitializedArray<float>(width), run);

    /// <summary>Writes whole runs from a column on.</summary>
    internal void Set(int at, ReadOnlySpan<float> values)
    {
        if (Floats is not null)
        {
            values.CopyTo(Floats.AsSpan(at));
            return;
        }
        for (var first = 0; first < values.Length; first += Run)
        {
            var run = values.Slice(first, Run);
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(run));
            // What is smaller than any unit counts as zero.
            var unit = largest > short.MaxValue * MinNormal ? largest / short.MaxValue : 1;
            Units[(at + first) / Run] = unit;
            Round(run, unit, _halves.AsSpan(at + first, Run));
        }
    }

    private static void Round(ReadOnlySpan<float> values, float unit, Span<short> into)
    {
        var (i, width) = (0, Vector<float>.Count);
        for (; i <= values.Length - 2 * width; i += 2 * width)
        {
            var low = Vector.ConvertToInt32(Vector.Round(new Vector<float>(values[i..]) / unit));
            var high = Vector.ConvertToInt32(Vector.Round(new Vector<float>(values[(i + width)..]) / unit));
            Vector.NarrowWithSaturation(low, high).CopyTo(into[i..]);
        }
        for (; i < values.Length; i++) into[i] = (short)MathF.Round(values[i] / unit);
    }

    private static void Multiply(ReadOnlySpan<short> halves, float unit, Span<float> into)
    {
        var (i, width) = (0, Vector<float>.Count);
        for (; i <= halves.Length - 2 * width; i += 2 * width)
        {
            Vector.Widen(new Vector<short>(halves[i..]), out var low, out var high);
            (Vector.ConvertToSingle(low) * unit).CopyTo(into[i..]);
            (Vector.ConvertToSingle(high) * unit).CopyTo(into[(i + width)..]);
        }
        for (; i < halves.Length; i++) into[i] = halves[i] * unit;
    }

    /// <summary>The same row in half precision.</summary>
    public RowValues ToHalf()
    {
        if (Floats is null || Run <= 2) return this;
        var row = New(Width, Run, half: true);
        row.Set(0, Floats);
        return row;
    }

    /// <summary>The values from a column on.</summary>
    public void CopyTo(int at, Span<float> into)
    {
        if (Floats is not null)
        {
            Floats.AsSpan(at, into.Length).CopyTo(into);
            return;
        }
        for (var first = 0; first < into.Length;)
        {
            var size = Math.Min(into.Length - first, Run - (at + first) % Run);
            Multiply(_halves.AsSpan(at + first, size), Units[(at + first) / Run], into.Slice(first, size));
            first += size;
        }
    }

    /// <summary>What a file holds of the row: its units, then this.</summary>
    internal Span<byte> Stored => Floats is not null ? MemoryMarshal.AsBytes(Floats.AsSpan()) : MemoryMarshal.AsBytes(_halves.AsSpan());
}
