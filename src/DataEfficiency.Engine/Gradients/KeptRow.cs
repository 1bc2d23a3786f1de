using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace DataEfficiency.Engine.Gradients;

/// <summary>One gradient row, in float32 or in half precision: then with a unit of its own, so that its largest value is near the top of the range. Half precision moves a cosine by
/// about 1e-6 where a row has millions of values and by up to 2e-5 where it has thousands: its rounding errors, 2^-11 of each value, have no common direction.</summary>
public sealed class KeptRow
{
    private const float Top = 1 << 15;
    private readonly Half[]? _halves;

    /// <summary>The float32 values; null in half precision.</summary>
    public float[]? Floats { get; }

    /// <summary>What a stored value of 1 stands for.</summary>
    public float Unit { get; } = 1;

    public int Width => Floats?.Length ?? _halves!.Length;

    public bool IsHalf => Floats is null;

    public long Bytes => (long)Width * (IsHalf ? 2 : sizeof(float));

    public KeptRow(float[] values) => Floats = values;

    private KeptRow(Half[] halves, float unit) => (_halves, Unit) = (halves, unit);

    /// <summary>The same row in half precision.</summary>
    public KeptRow ToHalf()
    {
        if (Floats is null) return this;
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude<float>(Floats));
        var unit = largest > 0 ? largest / Top : 1;
        var halves = GC.AllocateUninitializedArray<Half>(Floats.Length);
        Span<float> scaled = new float[4096];
        for (var at = 0; at < halves.Length; at += scaled.Length)
        {
            var size = Math.Min(scaled.Length, halves.Length - at);
            TensorPrimitives.Divide(Floats.AsSpan(at, size), unit, scaled);
            TensorPrimitives.ConvertToHalf(scaled[..size], halves.AsSpan(at, size));
        }
        return new KeptRow(halves, unit);
    }

    /// <summary>Stored values from a column on, without the unit.</summary>
    public void CopyTo(int at, Span<float> into)
    {
        if (Floats is not null) Floats.AsSpan(at, into.Length).CopyTo(into);
        else TensorPrimitives.ConvertToSingle(_halves.AsSpan(at, into.Length), into);
    }

    /// <summary>The unit and the values, as written by <see cref="Write"/>; null where the file does not hold a row of this width.</summary>
    public static KeptRow? Read(string path, long width)
    {
        using var file = File.OpenRead(path);
        var half = file.Length == sizeof(float) + 2 * width;
        if (!half && file.Length != sizeof(float) * (1 + width)) return null;
        Span<float> unit = [0];
        file.ReadExactly(MemoryMarshal.AsBytes(unit));
        if (half)
        {
            var halves = GC.AllocateUninitializedArray<Half>((int)width);
            file.ReadExactly(MemoryMarshal.AsBytes(halves.AsSpan()));
            return new KeptRow(halves, unit[0]);
        }
        var floats = GC.AllocateUninitializedArray<float>((int)width);
        file.ReadExactly(MemoryMarshal.AsBytes(floats.AsSpan()));
        return new KeptRow(floats);
    }

    public void Write(string path)
    {
        using var file = File.Create(path);
        Span<float> unit = [Unit];
        file.Write(MemoryMarshal.AsBytes(unit));
        file.Write(Floats is not null ? MemoryMarshal.AsBytes(Floats.AsSpan()) : MemoryMarshal.AsBytes(_halves.AsSpan()));
    }
}
