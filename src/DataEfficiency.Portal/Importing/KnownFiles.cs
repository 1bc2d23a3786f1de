// Files that are no table, told by their first bytes, each with what to do instead.
using System.Text;

namespace DataEfficiency.Portal.Importing;

internal static class KnownFiles
{
    private static readonly (byte[] Head, string Name)[] Heads =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG image"), ([0xFF, 0xD8, 0xFF], "a JPEG image"), ("GIF8"u8.ToArray(), "a GIF image"),
        ("RIFF"u8.ToArray(), "a picture, sound or film"), ([0x7F, (byte)'E', (byte)'L', (byte)'F'], "a program"),
        ("ID3"u8.ToArray(), "a sound file"),
        ("SQLite format 3"u8.ToArray(), "a SQLite database"), ([0xCA, 0xFE, 0xBA, 0xBE], "a program"),
        ("Obj\u0001"u8.ToArray(), "an Avro file"),
        ("ARROW1"u8.ToArray(), "an Arrow file"), ([0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], "a NumPy file"),
    ];

    private static readonly (byte[] Head, string Name)[] Archives =
    [
        ([0x1F, 0x8B], "a gzip archive"), ("BZh"u8.ToArray(), "a bzip2 archive"),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "an xz archive"),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], "a 7-Zip archive"), ("Rar!"u8.ToArray(), "a RAR archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
    ];

    private static readonly (string Name, byte[] Bytes)[] EntryNames =
        [.. ((string[])["EncryptedPackage", "Workbook", "Book", "WordDocument", "PowerPoint Document", "__properties_version1.0"])
            .Select(name => (name, Encoding.Unicode.GetBytes("\0" + name + "\0")))];

    private const string Table = "Upload a table: CSV, TSV, JSON, JSON lines or Excel (.xlsx).";

    /// <exception cref="ImportException">The file is known to be no table.</exception>
    public static void Refuse(ReadOnlySpan<byte> head, Stream whole)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) throw new ImportException(Compound(whole));
        foreach (var (bytes, name) in Archives)
            if (head.StartsWith(bytes)) throw new ImportException($"This is {name}. Unpack it and upload the table inside.");
        if (head.StartsWith("%PDF"u8)) throw new ImportException($"This is a PDF. {Table}");
        if (head.StartsWith("PAR1"u8))
            throw new ImportException("This is a Parquet file, which is not read here. Save it as CSV or JSON lines.");
        if (head.StartsWith("{\\rtf"u8)) throw new ImportException($"This is a text document (RTF). {Table}");
        foreach (var (bytes, name) in Heads) if (head.StartsWith(bytes)) throw new ImportException($"This is {name}, no text. {Table}");
        // two letters alone could begin a text: a program has unprintable bytes right behind them
        if (head.StartsWith("MZ"u8) && head[..Math.Min(64, head.Length)].IndexOfAnyInRange((byte)0, (byte)8) >= 0)
            throw new ImportException($"This is a program, no text. {Table}");
        if (head.StartsWith("BM"u8) && head[..Math.Min(26, head.Length)].Contains((byte)0))
            throw new ImportException($"This is a picture, no text. {Table}");
    }

    /// <summary>A compound file: its directory, whose 128-byte entries begin with their names, says what is in it.</summary>
    private static string Compound(Stream whole)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var block = new byte[1 << 16];
        int read;
        whole.Position = 0;
        while ((read = whole.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0)
            // zeros stand before and behind a name of the directory
            foreach (var (name, bytes) in EntryNames) if (block.AsSpan(0, read).IndexOf(bytes) >= 0) names.Add(name);
        if (names.Contains("EncryptedPackage"))
            return "The workbook is protected by a password. Open it in Excel, take the password away (File, Info, Protect Workbook) " +
                "and save it again.";
        if (names.Contains("Workbook") || names.Contains("Book")) return "This is an old Excel file (.xls). Save it as .xlsx or CSV.";
        if (names.Contains("WordDocument")) return $"This is an old Word document (.doc). {Table}";
        if (names.Contains("PowerPoint Document")) return $"This is an old PowerPoint file (.ppt). {Table}";
        if (names.Contains("__properties_version1.0")) return $"This is an Outlook message (.msg). {Table}";
        return $"This is a compound file of an older Office program or an installer, but no workbook that can be read. {Table}";
    }
}
