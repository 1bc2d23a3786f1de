// Files that are no table, told by their first bytes, each with what to do instead.
using System.Text;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Importing;

internal static class KnownFiles
{
    private static readonly (byte[] Head, string Kind)[] Heads =
    [
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "png"), ([0xFF, 0xD8, 0xFF], "jpeg"), ("GIF8"u8.ToArray(), "gif"),
        ("RIFF"u8.ToArray(), "riff"), ([0x7F, (byte)'E', (byte)'L', (byte)'F'], "program"),
        ("ID3"u8.ToArray(), "sound"),
        ("SQLite format 3"u8.ToArray(), "sqlite"), ([0xCA, 0xFE, 0xBA, 0xBE], "program"),
        ("Obj\u0001"u8.ToArray(), "avro"),
        ("ARROW1"u8.ToArray(), "arrow"), ([0x89, (byte)'H', (byte)'D', (byte)'F'], "hdf5"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], "numpy"),
    ];

    private static readonly (byte[] Head, string Kind)[] Archives =
    [
        ([0x1F, 0x8B], "gzip"), ("BZh"u8.ToArray(), "bzip2"),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "xz"),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], "sevenZip"), ("Rar!"u8.ToArray(), "rar"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstandard"),
    ];

    // the first record of workbooks before Excel 5, which are no compound files
    private static readonly byte[][] OldWorkbooks = [[9, 0, 4, 0], [9, 2, 6, 0], [9, 4, 6, 0], [9, 8, 8, 0, 0, 5], [9, 8, 16, 0, 0, 6]];

    private static readonly (string Name, byte[] Bytes)[] EntryNames =
        [.. ((string[])["EncryptedPackage", "Workbook", "Book", "WordDocument", "PowerPoint Document", "__properties_version1.0"])
            .Select(name => (name, Encoding.Unicode.GetBytes("\0" + name + "\0")))];

    /// <exception cref="ImportException">The file is known to be no table.</exception>
    public static void Refuse(ReadOnlySpan<byte> head, Stream whole)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) throw new ImportException(Compound(whole));
        foreach (var bytes in OldWorkbooks) if (head.StartsWith(bytes)) throw new ImportException(ImportingWords.OldExcel);
        foreach (var (bytes, kind) in Archives)
            if (head.StartsWith(bytes)) throw new ImportException(ImportingWords.Archive(kind));
        if (head.StartsWith("%PDF"u8)) throw new ImportException(ImportingWords.Pdf);
        if (head.StartsWith("{\\rtf"u8)) throw new ImportException(ImportingWords.RichText);
        foreach (var (bytes, kind) in Heads) if (head.StartsWith(bytes)) throw new ImportException(ImportingWords.NoText(kind));
        // two letters alone could begin a text: a program has unprintable bytes right behind them
        if (head.StartsWith("MZ"u8) && head[..Math.Min(64, head.Length)].IndexOfAnyInRange((byte)0, (byte)8) >= 0)
            throw new ImportException(ImportingWords.NoText("program"));
        if (head.StartsWith("BM"u8) && head[..Math.Min(26, head.Length)].Contains((byte)0))
            throw new ImportException(ImportingWords.NoText("picture"));
    }

    /// <summary>Texts that are no table, whatever their names say.</summary>
    /// <exception cref="ImportException">The text is known to be none.</exception>
    public static void RefuseText(string text, string extension)
    {
        var start = text.AsSpan().TrimStart();
        bool Begins(ReadOnlySpan<char> start, string with) => start.StartsWith(with, StringComparison.OrdinalIgnoreCase);
        var isMarked = start is ['<', ..];
        var kind = Begins(start, "<?xml") || isMarked && extension is ".xml" or ".tmx" ? "xml"
            : Begins(start, "<!doctype html") || Begins(start, "<html")
                || isMarked && extension is ".xls" or ".xlsx" or ".html" or ".htm" ? "html"
            : Begins(start, "version https://git-lfs.github.com/spec") ? "lfs"
            : extension is ".yaml" or ".yml" ? "yaml" : null;
        if (kind is not null) throw new ImportException(ImportingWords.NoTable(kind));
    }

    /// <summary>A compound file: its directory, whose 128-byte entries begin with their names, says what is in it.</summary>
    private static Said Compound(Stream whole)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var block = new byte[1 << 16];
        int read;
        whole.Position = 0;
        while ((read = whole.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0)
            // zeros stand before and behind a name of the directory
            foreach (var (name, bytes) in EntryNames) if (block.AsSpan(0, read).IndexOf(bytes) >= 0) names.Add(name);
        if (names.Contains("EncryptedPackage"))
            return ImportingWords.WithPassword;
        if (names.Contains("Workbook") || names.Contains("Book")) return ImportingWords.OldExcel;
        if (names.Contains("WordDocument")) return ImportingWords.OldWord;
        if (names.Contains("PowerPoint Document")) return ImportingWords.OldPowerPoint;
        if (names.Contains("__properties_version1.0")) return ImportingWords.OutlookMessage;
        return ImportingWords.OtherCompound;
    }
}
