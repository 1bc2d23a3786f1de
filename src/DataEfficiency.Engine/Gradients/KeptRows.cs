// Rows of observed examples, kept so that one more label costs one backward pass and a dot product with each of the others (method section 5).
namespace DataEfficiency.Engine.Gradients;

/// <summary>Rows in memory under a budget; the least recently used leaves first, into a file where there is a folder for it. Inner products stay when their rows go.</summary>
/// <param name="memoryBytes">Rows in memory together take at most this much; the last used one is always kept.</param>
/// <param name="folder">Where rows that leave the memory are stored, or null: they are computed again when needed.</param>
/// <param name="fileBytes">The files together take at most this much.</param>
public sealed class KeptRows(long memoryBytes, string? folder = null, long fileBytes = 0)
{
    private const int MostProducts = 1 << 20;
    private readonly Dictionary<string, LinkedListNode<(string Key, float[] Row)>> _inMemory = [];
    private readonly LinkedList<(string Key, float[] Row)> _byUse = new();
    private readonly Dictionary<(string, string), double> _products = [];
    private long _bytes;

    /// <summary>The row of a key, most recently used from now on; null where neither memory nor folder has it.</summary>
    public float[]? Find(string key)
    {
        if (_inMemory.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Row;
        }
        if (folder is null || !File.Exists(PathOf(key))) return null;
        var bytes = File.ReadAllBytes(PathOf(key));
        if (bytes.Length == 0 || bytes.Length % sizeof(float) != 0) return null;
        var row = new float[bytes.Length / sizeof(float)];
        Buffer.BlockCopy(bytes, 0, row, 0, bytes.Length);
        Add(key, row);
        return row;
    }

    /// <summary>Keeps a row; others may leave.</summary>
    public void Add(string key, float[] row)
    {
        if (_inMemory.ContainsKey(key)) return;
        _inMemory[key] = _byUse.AddFirst((key, row));
        _bytes += (long)row.Length * sizeof(float);
        while (_bytes > memoryBytes && _byUse.Count > 1)
        {
            var (oldKey, oldRow) = _byUse.Last!.Value;
            _byUse.RemoveLast();
            _inMemory.Remove(oldKey);
            _bytes -= (long)oldRow.Length * sizeof(float);
            Store(oldKey, oldRow);
        }
    }

    /// <summary>The inner product of two keys' rows, computed once; <paramref name="row"/> gives a row wherever it comes from.</summary>
    public double Product(string a, string b, Func<string, float[]> row)
    {
        var pair = string.CompareOrdinal(a, b) <= 0 ? (a, b) : (b, a);
        if (_products.TryGetValue(pair, out var known)) return known;
        if (_products.Count >= MostProducts) _products.Clear();
        return _products[pair] = GramMatrix.Dot(row(pair.Item1), row(pair.Item2));
    }

    private string PathOf(string key) => Path.Combine(folder!, key + ".row");

    // A row that cannot be stored is only computed again: a full disk must not stop labelling.
    private void Store(string key, float[] row)
    {
        if (folder is null || (long)row.Length * sizeof(float) > fileBytes || File.Exists(PathOf(key))) return;
        try
        {
            Directory.CreateDirectory(folder);
            var bytes = new byte[row.Length * sizeof(float)];
            Buffer.BlockCopy(row, 0, bytes, 0, bytes.Length);
            var files = new DirectoryInfo(folder).GetFiles("*.row").OrderBy(f => f.LastWriteTimeUtc).ToList();
            for (var total = files.Sum(f => f.Length) + bytes.Length; total > fileBytes && files.Count > 0; files.RemoveAt(0))
            {
                total -= files[0].Length;
                files[0].Delete();
            }
            var temporary = PathOf(key) + ".new";
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, PathOf(key), overwrite: true);
        }
        catch (IOException)
        {
        }
    }
}
