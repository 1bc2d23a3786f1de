using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DataEfficiency.Engine.Datastore;

/// <summary>One gradient row, in float32 or in half precision: 16 bits a value, as whole multiples of a unit that each run of r values (one output of one linear) has of its own. That is finer than
/// half-precision floats where it matters, at the large values, which make the cosines: these move by about 1e-6, where floats of 11 bits moved them by 1e-5.</summary>
public sealed class KeptRow
{
    // The smallest float32 of full precision.
    private const float MinNormal = 1.17549435e-38f;

    // First number of a file: its format.
    private const int Format = 0x32776f72;

    private readonly short[]? _halves;

    // What a stored value of 1 stands for, in each run.
    private readonly float[] _units = [];
    private readonly int _run;

    /// <summary>The float32 values; null in half precision.</summary>
    public float[]? Floats { get; }

    public int Width => Floats?.Length ?? _halves!.Length;

    public bool IsHalf => Floats is null;

    public long Bytes => IsHalf ? HalfBytes(Width, _run) : FloatBytes(Width);

    /// <param name="run">How many values share a unit in half precision: a divisor of their number.</param>
    public KeptRow(float[] values, int run) => (Floats, _run) = (values, run);

    private KeptRow(short[] halves, float[] units, int run) => (_halves, _units, _run) = (halves, units, run);

    internal static long FloatBytes(long width) => sizeof(float) * width;

    /// <summary>What a row takes in half precision; runs of one or two values would not gain from it and stay in float32.</summary>
    internal static long HalfBytes(long width, int run) => run > 2 ? 2 * width + sizeof(float) * (width / run) : FloatBytes(width);

    /// <summary>A row to be written piece by piece; see <see cref="Set"/>.</summary>
    internal static KeptRow New(int width, int run, bool half) => half && run > 2
        ? new KeptRow(GC.AllocateUninitializedArray<short>(width), new float[width / run], run)
        : new KeptRow(GC.AllocateUninitializedArray<float>(width), run);

    /// <summary>Writes whole runs from a column on.</summary>
    internal void Set(int at, ReadOnlySpan<float> values)
    {
        if (Floats is not null)
        {
            values.CopyTo(Floats.AsSpan(at));
            return;
        }
        for (var first = 0; first < values.Length; first += _run)
        {
            var run = values.Slice(first, _run);
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(run));
            // What is smaller than any unit counts as zero.
            var unit = largest > short.MaxValue * MinNormal ? largest / short.MaxValue : 1;
            _units[(at + first) / _run] = unit;
            Round(run, unit, _halves.AsSpan(at + first, _run));
        }
    }

    private static void Round(ReadOnlySpan<float> values, float unit, Span<short> into)
    {
        var i = 0;
        for (; i <= values.Length - 16; i += 16)
        {
            Vector256<int> low = Vector256.ConvertToInt32(Vector256.Round(Vector256.Create(values[i..]) / unit)), high = Vector256.ConvertToInt32(Vector256.Round(Vector256.Create(values[(i + 8)..]) / unit));
            Vector256.NarrowWithSaturation(low, high).CopyTo(into[i..]);
        }
        for (; i < values.Length; i++) into[i] = (short)MathF.Round(values[i] / unit);
    }

    private static void Multiply(ReadOnlySpan<short> halves, float unit, Span<float> into)
    {
        var i = 0;
        for (; i <= halves.Length - 16; i += 16)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(halves[i..]));
            (Vector256.ConvertToSingle(low) * unit).CopyTo(into[i..]);
            (Vector256.ConvertToSingle(high) * unit).CopyTo(into[(i + 8)..]);
        }
        for (; i < halves.Length; i++) into[i] = halves[i] * unit;
    }

    /// <summary>The same row in half precision.</summary>
    public KeptRow ToHalf()
    {
        if (Floats is null || _run <= 2) return this;
        var row = New(Width, _run, half: true);
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
            var size = Math.Min(into.Length - first, _run - (at + first) % _run);
            Multiply(_halves.AsSpan(at + first, size), _units[(at + first) / _run], into.Slice(first, size));
            first += size;
        }
    }

    /// <summary>A row as written by <see cref="Write"/>; null where the file does not hold one of this width and run.</summary>
    public static KeptRow? Read(string path, int width, int run)
    {
        using var file = File.OpenRead(path);
        Span<int> header = stackalloc int[4];
        if (file.Length < 4 * sizeof(int)) return null;
        file.ReadExactly(MemoryMarshal.AsBytes(header));
        var half = header[3] != 0;
        if (!header[..3].SequenceEqual([Format, width, run]) || file.Length != 4 * sizeof(int) + (half ? HalfBytes(width, run) : FloatBytes(width))) return null;
        var row = New(width, run, half);
        file.ReadExactly(MemoryMarshal.AsBytes(row._units.AsSpan()));
        file.ReadExactly(row.Stored);
        return row;
    }

    public void Write(string path)
    {
        using var file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes<int>([Format, Width, _run, IsHalf ? 1 : 0]));
        file.Write(MemoryMarshal.AsBytes(_units.AsSpan()));
        file.Write(Stored);
    }

    private Span<byte> Stored => Floats is not null ? MemoryMarshal.AsBytes(Floats.AsSpan()) : MemoryMarshal.AsBytes(_halves.AsSpan());
}
