// A column's values put together from where they stand: repetition and definition levels, as Dremel (Melnik et al., 2010) has them.
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace DataEfficiency.Portal.Importing;

internal abstract class ParquetNode
{
    /// <summary>Its entries say where values begin and end.</summary>
    public abstract ParquetLeaf First { get; }

    /// <summary>The next value: a text, number or truth, a list, a dictionary; null.</summary>
    public abstract object? Read();

    /// <summary>Takes an entry that says that there is nothing.</summary>
    public abstract void Pass();

    /// <summary>Null: it holds what cannot be read.</summary>
    public static async Task<ParquetNode?> OfAsync(Field field, ParquetRowGroupReader group, CancellationToken cancel)
    {
        switch (field)
        {
            case DataField data:
                if (await ParquetLeaf.ReadAsync(data, group, cancel) is not { } leaf) return null;
                return data.IsArray ? new ParquetList(data.MaxDefinitionLevel, data.MaxRepetitionLevel, leaf) : leaf;
            case ListField list:
                return await OfAsync(list.Item, group, cancel) is { } item
                    ? new ParquetList(list.MaxDefinitionLevel, list.MaxRepetitionLevel, item) : null;
            case StructField parts:
                var found = new List<(string, ParquetNode)>();
                foreach (var part in parts.Fields)
                    if (await OfAsync(part, group, cancel) is { } node) found.Add((part.Name, node));
                return found.Count > 0 ? new ParquetStructure(parts.MaxDefinitionLevel, found) : null;
            case MapField map:
                return await OfAsync(map.Key, group, cancel) is { } key && await OfAsync(map.Value, group, cancel) is { } value
                    ? new ParquetMap(new ParquetList(map.MaxDefinitionLevel, map.MaxRepetitionLevel,
                        new ParquetStructure(map.MaxDefinitionLevel, [("key", key), ("value", value)]))) : null;
            default:
                return null;
        }
    }
}

/// <summary>Pairs of a key and a value: as an object.</summary>
internal sealed class ParquetMap(ParquetList pairs) : ParquetNode
{
    public override ParquetLeaf First => pairs.First;

    public override object? Read()
    {
        if (pairs.Read() is not List<object?> read) return null;
        var map = new Dictionary<string, object?>();
        foreach (var pair in read.Cast<Dictionary<string, object?>>()) map[$"{pair["key"]}"] = pair["value"];
        return map;
    }

    public override void Pass() => pairs.Pass();
}

internal sealed class ParquetList(int defined, int repeated, ParquetNode item) : ParquetNode
{
    public override ParquetLeaf First => item.First;

    public override object? Read()
    {
        if (First.Definition is var there && there < defined)
        {
            Pass();
            return there == defined - 1 ? new List<object?>() : null;
        }
        var list = new List<object?>();
        do list.Add(item.Read());
        while (First.GoesOn(repeated));
        return list;
    }

    public override void Pass() => item.Pass();
}

internal sealed class ParquetStructure(int defined, IReadOnlyList<(string Name, ParquetNode Node)> parts) : ParquetNode
{
    public override ParquetLeaf First => parts[0].Node.First;

    public override object? Read()
    {
        if (First.Definition < defined)
        {
            Pass();
            return null;
        }
        var read = new Dictionary<string, object?>();
        foreach (var (name, node) in parts) read[name] = node.Read();
        return read;
    }

    public override void Pass()
    {
        foreach (var (_, node) in parts) node.Pass();
    }
}

internal sealed class ParquetLeaf : ParquetNode
{
    private readonly int _most;
    private readonly int[]? _definitions, _repetitions;
    private readonly object?[] _values;
    private int _entry, _value;

    private ParquetLeaf(DataField field, RawColumnData raw, object?[] values)
    {
        (_most, _values) = (field.MaxDefinitionLevel, values);
        if (field.MaxDefinitionLevel > 0) _definitions = raw.DefinitionLevels.ToArray();
        if (field.MaxRepetitionLevel > 0) _repetitions = raw.RepetitionLevels.ToArray();
    }

    public override ParquetLeaf First => this;

    public int Definition => _definitions?[_entry] ?? _most;

    /// <summary>The next entry belongs to the same list.</summary>
    public bool GoesOn(int repeated) => _repetitions is not null && _entry < _repetitions.Length && _repetitions[_entry] >= repeated;

    public override object? Read() => Definition == _most ? _values[Step(_value++)] : Nothing();

    public override void Pass() => _entry++;

    public static async Task<ParquetLeaf?> ReadAsync(DataField field, ParquetRowGroupReader group, CancellationToken cancel)
    {
        if (!IsShown(field.ClrType) || !group.ColumnExists(field)) return null;
        using var raw = await group.ReadRawColumnDataBaseAsync(field, cancel);
        return Values(raw) is { } values ? new(field, raw, values) : null;
    }

    private int Step(int value)
    {
        _entry++;
        return value;
    }

    private object? Nothing()
    {
        _entry++;
        return null;
    }

    private static bool IsShown(Type type) => type == typeof(ReadOnlyMemory<char>) || type == typeof(string) || type.IsPrimitive
        || type == typeof(decimal) || type == typeof(DateTime) || type == typeof(DateOnly) || type == typeof(Guid)
        || type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>);

    private static object?[]? Values(RawColumnData raw) => raw switch
    {
        // many programs write texts without saying that they are; a picture is nothing to label here
        RawColumnData<ReadOnlyMemory<byte>> bytes => Each(bytes, b => Utf8.IsValid(b.Span) && !b.Span.Contains((byte)0)
            ? Encoding.UTF8.GetString(b.Span) : null),
        RawColumnData<ReadOnlyMemory<char>> texts => Each(texts, t => t.ToString()),
        RawColumnData<bool> truths => Each(truths, t => t),
        RawColumnData<sbyte> numbers => Each(numbers, n => (long)n),
        RawColumnData<byte> numbers => Each(numbers, n => (long)n),
        RawColumnData<short> numbers => Each(numbers, n => (long)n),
        RawColumnData<ushort> numbers => Each(numbers, n => (long)n),
        RawColumnData<int> numbers => Each(numbers, n => (long)n),
        RawColumnData<uint> numbers => Each(numbers, n => (long)n),
        RawColumnData<long> numbers => Each(numbers, n => n),
        RawColumnData<ulong> numbers => Each(numbers, n => n),
        // as it would be read again: 0.1 and not 0.10000000149
        RawColumnData<float> numbers => Each(numbers, n => decimal.TryParse(n.ToString(CultureInfo.InvariantCulture), NumberStyles.Float,
            CultureInfo.InvariantCulture, out var exact) ? exact : n.ToString(CultureInfo.InvariantCulture)),
        RawColumnData<double> numbers => Each(numbers, n => double.IsFinite(n) ? n : n.ToString(CultureInfo.InvariantCulture)),
        RawColumnData<decimal> numbers => Each(numbers, n => n),
        RawColumnData<DateTime> times => Each(times, t => t.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)),
        RawColumnData<DateOnly> days => Each(days, d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        RawColumnData<Guid> ids => Each(ids, i => i.ToString()),
        _ => null,
    };

    private static object?[] Each<T>(RawColumnData<T> raw, Func<T, object?> shown) where T : struct
    {
        var values = raw.Values;
        var all = new object?[values.Length];
        for (var i = 0; i < all.Length; i++) all[i] = shown(values[i]);
        return all;
    }
}
