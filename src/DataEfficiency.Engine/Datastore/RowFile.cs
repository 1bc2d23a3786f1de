using System.Runtime.InteropServices;
using DataEfficiency.Engine.Gradients;

namespace DataEfficiency.Engine.Datastore;

/// <summary>One row in a file: format, width, run and precision, then its units, then its values.</summary>
internal static class RowFile
{
    /// <summary>First number of a file.</summary>
    public const int Format = 0x32776f72;

    private const int HeaderBytes = 4 * sizeof(int);

    /// <summary>A row as written by <see cref="Write"/>; null where the file does not hold one of this width and run.</summary>
    public static RowValues? Read(string path, int width, int run)
    {
        using var file = File.OpenRead(path);
        Span<int> header = stackalloc int[4];
        if (file.Length < HeaderBytes) return null;
        file.ReadExactly(MemoryMarshal.AsBytes(header));
        var half = header[3] != 0;
        var bytes = half ? RowValues.HalfBytes(width, run) : RowValues.FloatBytes(width);
        if (!header[..3].SequenceEqual([Format, width, run]) || file.Length != HeaderBytes + bytes) return null;
        var row = RowValues.New(width, run, half);
        file.ReadExactly(MemoryMarshal.AsBytes(row.Units.AsSpan()));
        file.ReadExactly(row.Stored);
        return row;
    }

    public static void Write(string path, RowValues row)
    {
        using var file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes<int>([Format, row.Width, row.Run, row.IsHalf ? 1 : 0]));
        file.Write(MemoryMarshal.AsBytes(row.Units.AsSpan()));
        file.Write(row.Stored);
    }
}
