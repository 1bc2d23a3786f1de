// Text that people hand over: UTF-8 and nothing else, so that no byte becomes U+FFFD without a word. An error names file and line.
using System.Text;
using System.Text.Unicode;

namespace DataEfficiency.Prompts;

public static class Utf8File
{
    private const byte NewLine = (byte)'\n';

    /// <summary>The bytes of a file that is UTF-8, without a byte order mark.</summary>
    /// <exception cref="InvalidDataException">It is not UTF-8; the message names file and line.</exception>
    public static byte[] Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(path, stream);
    }

    /// <param name="path">What the message names.</param>
    public static byte[] Read(string path, Stream stream)
    {
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        return Checked(path, whole.ToArray(), 1);
    }

    /// <summary>The lines of a UTF-8 file, numbered from 1, without their ends: no more than one of them is held.</summary>
    /// <exception cref="InvalidDataException">A line is not UTF-8; the message names file and line.</exception>
    public static IEnumerable<(int Number, byte[] Line)> Lines(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[1 << 16];
        var line = new MemoryStream();
        var number = 1;
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            for (int start = 0, end; start < read; start = end + 1)
            {
                end = Array.IndexOf(buffer, NewLine, start, read - start);
                line.Write(buffer, start, (end < 0 ? read : end) - start);
                if (end < 0) break;
                yield return (number, Checked(path, line.ToArray(), number));
                number++;
                line.SetLength(0);
            }
        }
        if (line.Length > 0) yield return (number, Checked(path, line.ToArray(), number));
    }

    private static byte[] Checked(string path, byte[] bytes, int line)
    {
        if (line == 1 && bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, not 0, ..] or [not 0, 0, ..])
            throw new InvalidDataException($"{path}, line 1: this is UTF-16. Save the file as UTF-8.");
        if (line == 1 && bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        if (Utf8.IsValid(bytes)) return bytes;
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        var before = bytes.AsSpan(0, at);
        throw new InvalidDataException(
            $"{path}, line {line + before.Count(NewLine)}: byte {bytes[at]:X2} at column {at - before.LastIndexOf(NewLine)} is no UTF-8 "
            + "(is it Latin-1 or Windows-1252?). Save the file as UTF-8.");
    }
}
