// Rows of observed examples, kept so that one more label costs one backward pass and a dot product with each of the others (method section 5).
namespace DataEfficiency.Engine.Datastore;

/// <summary>Rows in memory under a budget. Past it the least recently used turn into half precision, then leave, into a file where there is a folder for it; inner products stay
/// when their rows go, of up to 4,096 rows (67 MB).</summary>
/// <param name="memoryBytes">Rows in memory together take at most this much; the last used one is always kept.</param>
/// <param name="folder">Where rows that leave the memory are stored, or null: they are computed again when needed.</param>
/// <param name="fileBytes">The files together take at most this much.</param>
public sealed class KeptRows(long memoryBytes, string? folder = null, long fileBytes = 0)
{
    // Rows whose products are known at most, or those of the last call.
    private const int MostProducts = 4096;

    // The garbage collector lets large arrays lie for long (11 GB of rows that had left were seen beside a budget of 2 GiB): past this it is told to take them.
    private const long LyingBytes = 128L << 20;
    private readonly Dictionary<string, LinkedListNode<(string Key, KeptRow Row)>> _inMemory = [];
    private readonly LinkedList<(string Key, KeptRow Row)> _byUse = new();

    // Of the rows of each place with those of the places before it; not a number where it is not known.
    private readonly List<double[]> _products = [];
    private readonly Dictionary<string, int> _places = [];

    private long _left;

    /// <summary>What the rows in memory may take.</summary>
    public long MemoryBytes => memoryBytes;

    /// <summary>Rows that together take this much can all be had again: in memory, or in the files.</summary>
    public long Room => Math.Max(memoryBytes, folder is null ? 0 : fileBytes);

    /// <summary>What the rows in memory take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The row of a key, most recently used from now on; null where neither memory nor folder has one of this width and run.</summary>
    public KeptRow? Find(string key, int width, int run)
    {
        if (_inMemory.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Row;
        }
        if (folder is null || Stored(PathOf(key), width, run) is not { } row) return null;
        Add(key, row);
        return row;
    }

    // A file that cannot be read, or is of another format, is as good as none, and may not stand in the way of a new one.
    private static KeptRow? Stored(string path, int width, int run)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var row = KeptRow.Read(path, width, run);
            if (row is null) File.Delete(path);
            else File.SetLastWriteTimeUtc(path, DateTime.UtcNow); // the files longest unused go first
            return row;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a row; others may shrink or leave.</summary>
    public void Add(string key, KeptRow row)
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
            Store(oldKey, oldRow);
        }
        if (_left <= LyingBytes) return;
        GC.Collect();
        _left = 0;
    }

    /// <summary>Where the inner products of these keys' rows stand, until this is asked again.</summary>
    public int[] PlacesOf(IReadOnlyList<string> keys)
    {
        if (_places.Count + keys.Count(k => !_places.ContainsKey(k)) > Math.Max(MostProducts, keys.Count))
        {
            _places.Clear();
            _products.Clear();
        }
        foreach (var key in keys.Where(k => !_places.ContainsKey(k)))
        {
            _places[key] = _products.Count;
            _products.Add(new double[_products.Count + 1]);
            Array.Fill(_products[^1], double.NaN);
        }
        return [.. keys.Select(k => _places[k])];
    }

    /// <summary>The inner product of the rows of two places; not a number where it is not known.</summary>
    public double Product(int a, int b) => _products[Math.Max(a, b)][Math.Min(a, b)];

    public void SetProduct(int a, int b, double product) => _products[Math.Max(a, b)][Math.Min(a, b)] = product;

    private string PathOf(string key) => Path.Combine(folder!, key + ".row");

    // A row that cannot be stored is only computed again: a full disk must not stop labelling.
    private void Store(string key, KeptRow row)
    {
        if (folder is null || row.Bytes > fileBytes || File.Exists(PathOf(key))) return;
        try
        {
            Directory.CreateDirectory(folder);
            var files = new DirectoryInfo(folder).GetFiles("*.row*").OrderBy(f => f.LastWriteTimeUtc).ToList();
            for (var total = files.Sum(f => f.Length) + row.Bytes; total > fileBytes && files.Count > 0; files.RemoveAt(0))
            {
                total -= files[0].Length;
                files[0].Delete();
            }
            var temporary = PathOf(key) + ".new";
            row.Write(temporary);
            File.Move(temporary, PathOf(key), overwrite: true);
        }
        catch (Exception unstored) when (unstored is IOException or UnauthorizedAccessException)
        {
        }
    }
}
