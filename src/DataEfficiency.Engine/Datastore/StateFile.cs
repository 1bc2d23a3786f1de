using System.Runtime.InteropServices;

namespace DataEfficiency.Engine.Datastore;

/// <summary>Hidden states of prompts in one file, one behind the other: the 32 bytes of a key, then the state's numbers. What a killed
/// process left half written is not read, and is written over.</summary>
/// <param name="width">Numbers of a state.</param>
internal sealed class StateFile(string path, int width)
{
    /// <summary>A file that grows beyond is begun anew.</summary>
    public const long MostBytes = 128L << 20;

    private const int KeyBytes = 32;

    private int RecordBytes => KeyBytes + width * sizeof(float);

    /// <summary>All whole records. A file that cannot be read is as good as none.</summary>
    public IReadOnlyList<(string Key, float[] State)> Read(int hidden)
    {
        if (hidden != width || !File.Exists(path)) return [];
        try
        {
            var bytes = File.ReadAllBytes(path);
            return [.. Enumerable.Range(0, bytes.Length / RecordBytes).Select(i => bytes.AsSpan(i * RecordBytes, RecordBytes).ToArray())
                .Select(r => (Convert.ToHexStringLower(r.AsSpan(0, KeyBytes)),
                    MemoryMarshal.Cast<byte, float>(r.AsSpan(KeyBytes)).ToArray()))];
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>One more. One that cannot be stored is only read forward again: a full disk must not stop labelling.</summary>
    public void Append(string key, float[] state)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            var whole = file.Length / RecordBytes * RecordBytes;
            if (whole + RecordBytes > MostBytes) whole = 0;
            file.SetLength(whole);
            file.Position = whole;
            file.Write([.. Convert.FromHexString(key), .. MemoryMarshal.AsBytes(state.AsSpan())]);
        }
        catch (Exception unstored) when (unstored is IOException or UnauthorizedAccessException)
        {
        }
    }
}
