using DataEfficiency.Engine.Gradients;

namespace DataEfficiency.Engine.Datastore;

/// <summary>Rows in files. Several settings may share a root: each has a folder there, the limit is for all of them.</summary>
internal sealed class RowFolder
{
    private const string End = ".row";

    private readonly string _root, _folder;
    private readonly RowSettings _settings;
    private bool _isChecked;
    private readonly Action<string>? _warn;

    /// <summary>Files of all settings together take at most this much.</summary>
    public long Bytes { get; }

    /// <param name="warn">Told when a folder holds rows of other settings, which are not used.</param>
    public RowFolder(string root, RowSettings settings, long bytes, Action<string>? warn = null)
    {
        (_root, _folder, _settings, Bytes, _warn) = (root, System.IO.Path.Combine(root, settings.Folder), settings, bytes, warn);
        IsUsable = Check();
    }

    /// <summary>False where the folder says that its rows are of other settings: nothing is read or written there.</summary>
    public bool IsUsable { get; }

    // Rows whose settings nobody can tell are no rows.
    private bool Check()
    {
        if (!Directory.Exists(_folder) || (_isChecked = _settings.AreOf(_folder, out var other))) return true;
        if (other is not null)
        {
            _warn?.Invoke($"{_folder} holds gradient rows of other settings ({other}), where {_settings} were expected. "
                + "They are not used, and none are stored there.");
            return false;
        }
        try
        {
            foreach (var file in Directory.GetFiles(_folder, "*" + End + "*")) File.Delete(file);
        }
        catch (Exception undeleted) when (undeleted is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        return true;
    }

    /// <summary>A stored row; null where there is none of this width and run. A file that cannot be read, or is of another format, is as
    /// good as none, and may not stand in the way of a new one.</summary>
    public RowValues? Read(RowKey key, int width, int run)
    {
        var path = PathOf(key);
        if (!IsUsable || !File.Exists(path)) return null;
        try
        {
            var row = RowFile.Read(path, width, run);
            if (row is null) File.Delete(path);
            else File.SetLastWriteTimeUtc(path, DateTime.UtcNow); // the files longest unused go first
            return row;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Stores a row, in the place of the longest unused ones. One that cannot be stored is only computed again: a full disk must
    /// not stop labelling.</summary>
    public void Write(RowKey key, RowValues row)
    {
        if (!IsUsable || row.Bytes > Bytes || File.Exists(PathOf(key))) return;
        try
        {
            Directory.CreateDirectory(_folder);
            if (!_isChecked) _settings.Write(_folder);
            _isChecked = true;
            var all = new DirectoryInfo(_root).GetFiles("*" + End + "*", SearchOption.AllDirectories);
            var files = all.OrderBy(f => f.LastWriteTimeUtc).ToList();
            for (var total = files.Sum(f => f.Length) + row.Bytes; total > Bytes && files.Count > 0; files.RemoveAt(0))
            {
                total -= files[0].Length;
                files[0].Delete();
            }
            var temporary = PathOf(key) + ".new";
            RowFile.Write(temporary, row);
            File.Move(temporary, PathOf(key), overwrite: true);
        }
        catch (Exception unstored) when (unstored is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string PathOf(RowKey key) => System.IO.Path.Combine(_folder, key.Name + End);
}
