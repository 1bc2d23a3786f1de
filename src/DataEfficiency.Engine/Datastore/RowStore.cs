// Rows of observed examples, stored so that one more label costs one backward pass and a dot product with each of the others (method
// section 5).
using DataEfficiency.Engine.Gradients;

namespace DataEfficiency.Engine.Datastore;

/// <summary>Rows in memory under a budget. Past it the least recently used turn into half precision, then leave, into a file where there is
/// a folder for it.</summary>
/// <param name="memoryBytes">Rows in memory together take at most this much; the last used one is always there.</param>
/// <param name="folder">Where rows that leave the memory are stored, or null: they are computed again when needed.</param>
internal sealed class RowStore(long memoryBytes, RowFolder? folder = null)
{
    // The garbage collector lets large arrays lie for long (11 GB of rows that had left were seen beside a budget of 2 GiB): past this it
    // is told to take them.
    private const long LyingBytes = 128L << 20;

    private readonly Dictionary<RowKey, LinkedListNode<(RowKey Key, RowValues Row)>> _inMemory = [];
    private readonly LinkedList<(RowKey Key, RowValues Row)> _byUse = new();
    private long _left;

    /// <summary>What the rows in memory may take.</summary>
    public long MemoryBytes => memoryBytes;

    /// <summary>Rows that together take this much can all be had again: in memory, or in the files.</summary>
    public long Room => Math.Max(memoryBytes, folder is { IsUsable: true } ? folder.Bytes : 0);

    /// <summary>What the rows in memory take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The row of a key, most recently used from now on; null where neither memory nor folder has one of this width and
    /// run.</summary>
    public RowValues? Find(RowKey key, int width, int run)
    {
        if (_inMemory.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Row;
        }
        if (folder?.Read(key, width, run) is not { } row) return null;
        Add(key, row);
        return row;
    }

    /// <summary>Stores a row; others may shrink or leave.</summary>
    public void Add(RowKey key, RowValues row)
    {
        if (_inMemory.ContainsKey(key)) return;
        _inMemory[key] = _byUse.AddFirst((key, row));
        Bytes += row.Bytes;
        for (var node = _byUse.Last; node is not null && Bytes > memoryBytes; node = node.Previous)
        {
            var half = node.Value.Row.ToHalf();
            if (half == node.Value.Row) continue;
            Bytes += half.Bytes - node.Value.Row.Bytes;
            _left += node.Value.Row.Bytes;
            node.Value = (node.Value.Key, half);
        }
        while (Bytes > memoryBytes && _byUse.Count > 1)
        {
            var (oldKey, oldRow) = _byUse.Last!.Value;
            _byUse.RemoveLast();
            _inMemory.Remove(oldKey);
            Bytes -= oldRow.Bytes;
            _left += oldRow.Bytes;
            folder?.Write(oldKey, oldRow);
        }
        if (_left <= LyingBytes) return;
        GC.Collect();
        _left = 0;
    }
}
