using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace DataEfficiency.Engine.Gradients;

/// <summary>One gradient row, in float32 or in half precision: then each run of r values (one output of one linear) has a unit of its own, so that its largest value is near the top
/// of the range. Half precision moves a cosine by about 1e-6 where a row has millions of values and by up to 2e-5 where it has thousands: its rounding errors, up to 2^-12 of each
/// value, have no common direction.</summary>
public sealed class KeptRow
{
    private const float Top = 1 << 15;
    private readonly Half[]? _halves;

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

    private KeptRow(Half[] halves, float[] units, int run) => (_halves, _units, _run) = (halves, units, run);

    internal static long FloatBytes(long width) => sizeof(float) * width;

    internal static long HalfBytes(long width, int run) => 2 * width + sizeof(float) * (width / run);

    /// <summary>A row to be written piece by piece; see <see cref="Set"/>.</summary>
    internal static KeptRow New(int width, int run, bool half) => half
        ? new KeptRow(GC.AllocateUninitializedArray<Half>(width), new float[width / run], run)
        : new KeptRow(GC.AllocateUninitializedArray<float>(width), run);

    /// <summary>Writes whole runs from a column on.</summary>
    internal void Set(int at, ReadOnlySpan<float> values)
    {
        if (Floats is not null)
        {
            values.CopyTo(Floats.AsSpan(at));
            return;
        }
        Span<float> scaled = stackalloc float[Math.Min(_run, 256)];
        for (var first = 0; first < values.Length; first += _run)
        {
            var run = values.Slice(first, _run);
            var largest = Math.Abs(TensorPrimitives.MaxMagnitude(run));
            var unit = _units[(at + first) / _run] = largest > 0 ? largest / Top : 1;
            for (var i = 0; i < _run; i += scaled.Length)
            {
                var part = scaled[..Math.Min(scaled.Length, _run - i)];
                TensorPrimitives.Divide(run.Slice(i, part.Length), unit, part);
                TensorPrimitives.ConvertToHalf(part, _halves.AsSpan(at + first + i, part.Length));
            }
        }
    }

    /// <summary>The same row in half precision.</summary>
    public KeptRow ToHalf()
    {
        if (Floats is null) return this;
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
        TensorPrimitives.ConvertToSingle(_halves.AsSpan(at, into.Length), into);
        for (var first = 0; first < into.Length;)
        {
            var part = into.Slice(first, Math.Min(into.Length - first, _run - (at + first) % _run));
            TensorPrimitives.Multiply(part, _units[(at + first) / _run], part);
            first += part.Length;
        }
    }

    /// <summary>A row as written by <see cref="Write"/>; null where the file does not hold one of this width.</summary>
    public static KeptRow? Read(string path, int width, int run)
    {
        using var file = File.OpenRead(path);
        if (file.Length == FloatBytes(width))
        {
            var floats = GC.AllocateUninitializedArray<float>(width);
            file.ReadExactly(MemoryMarshal.AsBytes(floats.AsSpan()));
            return new KeptRow(floats, run);
        }
        if (file.Length != HalfBytes(width, run)) return null;
        var row = New(width, run, half: true);
        file.ReadExactly(MemoryMarshal.AsBytes(row._units.AsSpan()));
        file.ReadExactly(MemoryMarshal.AsBytes(row._halves.AsSpan()));
        return row;
    }

    public void Write(string path)
    {
        using var file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes(_units.AsSpan()));
        file.Write(Floats is not null ? MemoryMarshal.AsBytes(Floats.AsSpan()) : MemoryMarshal.AsBytes(_halves.AsSpan()));
    }
}
