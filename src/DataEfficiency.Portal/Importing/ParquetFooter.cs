// What a Parquet file says of itself, looked at before anything is believed: its sizes become memory, and its depth the stack.
using System.Buffers.Binary;

namespace DataEfficiency.Portal.Importing;

internal static class ParquetFooter
{
    private const int MostBytes = 32 << 20, MostFields = 2_000, DeepestFields = 16, MostPageHead = 1 << 20;
    private const long MostValues = 64_000_000;

    /// <exception cref="ImportException">The file is damaged, or larger than an import may be.</exception>
    public static void Check(Stream file)
    {
        try
        {
            CheckAll(file);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or InvalidCastException or KeyNotFoundException
            or NullReferenceException)
        {
            throw new ImportException(ImportingWords.ParquetDamaged(e is InvalidDataException ? e.Message : ""));
        }
    }

    private static void CheckAll(Stream file)
    {
        var tail = new byte[8];
        if (file.Length < 12) throw new InvalidDataException("too short");
        file.Position = 0;
        file.ReadExactly(tail, 0, 4);
        if (!tail.AsSpan(0, 4).SequenceEqual("PAR1"u8)) throw new InvalidDataException("does not begin with PAR1");
        file.Position = file.Length - 8;
        file.ReadExactly(tail);
        if (!tail.AsSpan(4).SequenceEqual("PAR1"u8)) throw new InvalidDataException("does not end with PAR1");
        long size = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (size > file.Length - 12) throw new InvalidDataException("its footer is longer than the file");
        if (size > MostBytes) throw new InvalidDataException($"its footer is longer than {MostBytes >> 20} MiB");
        var footer = new byte[size];
        file.Position = file.Length - 8 - size;
        file.ReadExactly(footer);
        var said = new ThriftReader(footer, footer.Length).Structure();
        CheckFields((List<object?>)said[2]!);
        var (rows, unpacked) = (0L, 0L);
        foreach (var group in ((List<object?>)said[4]!).Cast<Dictionary<int, object?>>())
        {
            var count = (long)group[3]!;
            if (count < 0) throw new InvalidDataException("a number of rows below zero");
            // one after the other: their sum could run over
            if (count > ImportLimits.Rows || (rows += count) > ImportLimits.Rows)
                throw new ImportException(ImportingWords.FileMoreThanRowsSplit(ImportLimits.Rows));
            if ((unpacked += UnpackedBytes(file, group, file.Length - 8 - size)) > ImportLimits.UnpackedBytes)
                throw new ImportException(ImportingWords.ParquetTooLarge(ImportLimits.UnpackedBytes >> 20));
        }
    }

    private static void CheckFields(List<object?> fields)
    {
        if (fields.Count > MostFields) throw new InvalidDataException($"more than {MostFields} columns");
        var open = new Stack<long>();
        foreach (var field in fields.Cast<Dictionary<int, object?>>())
        {
            while (open.Count > 0 && open.Peek() == 0) open.Pop();
            if (open.Count > 0) open.Push(open.Pop() - 1);
            if (field.GetValueOrDefault(5) is long children and not 0)
            {
                if (children < 0 || children > fields.Count) throw new InvalidDataException("a column has more parts than there are");
                open.Push(children);
            }
            if (open.Count > DeepestFields) throw new InvalidDataException("its columns are nested too deep");
        }
        while (open.Count > 0 && open.Peek() == 0) open.Pop();
        if (open.Count > 0) throw new InvalidDataException("a column lacks parts");
    }

    /// <summary>Of a row group, by the heads of its pages, which are what memory is taken by.</summary>
    private static long UnpackedBytes(Stream file, Dictionary<int, object?> group, long end)
    {
        var (unpacked, values) = (0L, 0L);
        foreach (var column in ((List<object?>)group[1]!).Cast<Dictionary<int, object?>>())
        {
            var meta = (Dictionary<int, object?>)column[3]!;
            if ((long)meta[5]! is < 0 or > MostValues || (values += (long)meta[5]!) > MostValues * 4)
                throw new InvalidDataException("a column has more values than can be");
            var at = meta.GetValueOrDefault(11) is long dictionary and > 0 ? Math.Min(dictionary, (long)meta[9]!) : (long)meta[9]!;
            var packed = (long)meta[7]!;
            if (at < 4 || packed < 0 || packed > end - at) throw new InvalidDataException("a column lies outside of the file");
            for (var stop = at + packed; at < stop;)
            {
                var (page, head) = Page(file, at, stop);
                var (whole, stored) = ((long)page[2]!, (long)page[3]!);
                // of a page of values, a dictionary, or the newer kind of the first
                var about = (Dictionary<int, object?>)(page.GetValueOrDefault(5) ?? page.GetValueOrDefault(7) ?? page[8])!;
                if (whole < 0 || stored < 0 || stored > stop - at - head || (long)about[1]! is < 0 or > MostValues)
                    throw new InvalidDataException("a page lies outside of its column");
                if ((unpacked += whole) > ImportLimits.RowGroupBytes)
                    throw new ImportException(ImportingWords.RowGroupTooLarge(ImportLimits.RowGroupBytes >> 20));
                at += head + stored;
            }
        }
        return unpacked;
    }

    // statistics can make a head long: most are short
    private static (Dictionary<int, object?> Page, int Length) Page(Stream file, long at, long stop)
    {
        for (var most = 512; ; most *= 64)
        {
            var bytes = new byte[Math.Min(Math.Min(most, MostPageHead), stop - at)];
            file.Position = at;
            file.ReadExactly(bytes);
            try
            {
                var reader = new ThriftReader(bytes, bytes.Length);
                return (reader.Structure(), reader.At);
            }
            catch (InvalidDataException) when (bytes.Length == most && most < MostPageHead)
            {
                // cut off here: once more with more of it
            }
        }
    }
}
