namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Structures in Thrift's compact protocol, of which Parquet's own words are made: field ids to numbers, lists and structures; texts are
/// passed over. Depth and number are bounded, since a library that reads the same without bounds takes the process down.
/// </summary>
internal sealed class ThriftReader(byte[] bytes, int length)
{
    private const int Deepest = 24, MostValues = 5_000_000;
    private int _values;

    /// <summary>How many bytes were read.</summary>
    public int At { get; private set; }

    /// <exception cref="InvalidDataException">It is no such structure, or ends beyond the bytes.</exception>
    public Dictionary<int, object?> Structure(int depth = 0)
    {
        var fields = new Dictionary<int, object?>();
        var id = 0;
        while (Next() is var head and not 0)
        {
            id = head >> 4 == 0 ? (int)Number() : id + (head >> 4);
            // of a truth its type is its value
            fields[id] = (head & 15) is 1 or 2 ? (head & 15) == 1 : Value(head & 15, depth);
        }
        return fields;
    }

    private object? Value(int type, int depth)
    {
        if (depth > Deepest) throw new InvalidDataException("nested too deep");
        if (++_values > MostValues) throw new InvalidDataException("too many values");
        switch (type)
        {
            case 1 or 2 or 3: return (long)(sbyte)Next();
            case 4 or 5 or 6: return Number();
            case 7: Pass(8); return null;
            case 8: Pass(Varint()); return null;
            case 9 or 10:
                var head = Next();
                var count = head >> 4 == 15 ? Varint() : (ulong)(head >> 4);
                if (count > (ulong)(length - At)) throw new InvalidDataException("a list is longer than the file");
                var list = new List<object?>((int)count);
                for (var i = 0UL; i < count; i++) list.Add(Value(head & 15, depth + 1));
                return list;
            case 11:
                var pairs = Varint();
                if (pairs > (ulong)(length - At)) throw new InvalidDataException("a map is longer than the file");
                if (pairs == 0) return null;
                var types = Next();
                for (var i = 0UL; i < pairs; i++) (_, _) = (Value(types >> 4, depth + 1), Value(types & 15, depth + 1));
                return null;
            case 12: return Structure(depth + 1);
            case 13: Pass(16); return null;
            default: throw new InvalidDataException($"no such type: {type}");
        }
    }

    private byte Next() => At < length ? bytes[At++] : throw new InvalidDataException("ends too early");

    private void Pass(ulong count)
    {
        if (count > (ulong)(length - At)) throw new InvalidDataException("a text ends beyond the file");
        At += (int)count;
    }

    private long Number()
    {
        var zigzag = Varint();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Next();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
        throw new InvalidDataException("a number without end");
    }
}
