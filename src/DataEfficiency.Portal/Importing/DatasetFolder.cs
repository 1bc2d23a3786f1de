// A data set's folder, zipped, as the Hugging Face hub has it or the portal writes it. Entry names are only looked up and matched, never
// used as paths; what is unpacked lies beside the upload for as long as it is read.
using System.IO.Compression;
using System.IO.Enumeration;
using System.Text;
using System.Text.RegularExpressions;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Importing;

/// <param name="Name">Of the entry, in the zip.</param>
internal sealed record DatasetFile(string Split, string Name, ZipArchiveEntry Entry);

internal sealed partial class DatasetFolder : IDisposable
{
    private const int MostFiles = 10_000;
    private const long MostCard = 4 << 20;
    private static readonly string[] Endings = [".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv"];
    private readonly Stream _stream;
    private readonly ZipArchive _zip;
    private long _unpacked;

    /// <exception cref="ImportException">The zip is damaged or too large, or holds no rows.</exception>
    public DatasetFolder(Stream stream)
    {
        _stream = stream;
        _zip = Open(stream) ?? throw new ImportException(ImportingWords.ZipDamaged);
        if (_zip.Entries.Count > MostFiles) throw new ImportException(ImportingWords.ZipWithTooManyFiles(MostFiles));
        if (_zip.Entries.Sum(e => (double)Math.Max(0, e.Length)) > ImportLimits.UnpackedBytes)
            throw new ImportException(ImportingWords.ZipUnpacksTooLarge(ImportLimits.UnpackedBytes >> 30));
        var readme = _zip.Entries.Where(e => NameOf(e).Split('/')[^1] == "README.md").MinBy(e => NameOf(e).Count(c => c == '/'));
        var root = readme is null ? "" : NameOf(readme)[..^"README.md".Length];
        var card = DatasetCard.Of(readme is null ? "" : Text(readme));
        Classes = card.Classes;
        var data = _zip.Entries.Where(IsData).Where(e => NameOf(e).StartsWith(root, StringComparison.Ordinal))
            .OrderBy(NameOf, StringComparer.Ordinal).ToList();
        Files = [.. card.Files.SelectMany(f => data.Where(e => Matches(f.Pattern, NameOf(e)[root.Length..]))
            .Select(e => new DatasetFile(f.Split, NameOf(e), e)))];
        // without a card, or with one of other files, their names say what they are
        if (Files.Count == 0) Files = [.. data.Select(e => new DatasetFile(SplitIn(NameOf(e)[root.Length..]), NameOf(e), e))
            .OrderBy(f => DataSplits.Of(f.Split))];
        if (Files.Count == 0) throw new ImportException(ImportingWords.ZipWithoutRows);
    }

    public IReadOnlyList<DatasetFile> Files { get; }

    public ClassNames Classes { get; }

    /// <summary>A zip that holds files with rows, and is no document of an office program.</summary>
    public static bool Looks(Stream stream)
    {
        using var zip = Open(stream);
        return zip is not null && zip.Entries.Any(IsData)
            && !zip.Entries.Any(e => e.FullName is "mimetype" or "[Content_Types].xml" or "_rels/.rels");
    }

    /// <summary>A file, unpacked where it can be read from any place.</summary>
    /// <exception cref="ImportException">It is damaged, or unpacks to more than it may.</exception>
    public Stream Unpack(DatasetFile file)
    {
        var most = Math.Min(ImportLimits.UnpackedBytes - _unpacked, Math.Max(ImportLimits.RatioFreeBytes,
            file.Entry.CompressedLength * ImportLimits.UnpackRatio));
        // the uploads' folder is swept of what a killed process left there
        Stream whole = _stream is FileStream upload ? DataFolder.Create(Path.Combine(Path.GetDirectoryName(upload.Name)!,
            Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.ReadWrite, FileOptions.DeleteOnClose) : new MemoryStream();
        try
        {
            using var entry = file.Entry.Open();
            var buffer = new byte[1 << 16];
            for (int read; (read = entry.Read(buffer)) > 0; whole.Write(buffer, 0, read))
                if (whole.Length + read > most)
                    throw new ImportException(ImportingWords.ZipFileUnpacksTooFar(file: file.Name, mebibytes: most >> 20));
            _unpacked += whole.Length;
            whole.Position = 0;
            return whole;
        }
        catch (Exception e)
        {
            whole.Dispose();
            if (e is InvalidDataException or NotSupportedException or IOException)
                throw new ImportException(ImportingWords.ZipFileDamaged(file: file.Name, message: e.Message));
            throw;
        }
    }

    public void Dispose() => _zip.Dispose();

    private static ZipArchive? Open(Stream stream)
    {
        stream.Position = 0;
        var opening = new ZipDirectoryStream(stream);
        try
        {
            var zip = new ZipArchive(opening, ZipArchiveMode.Read, leaveOpen: true);
            _ = zip.Entries.Count;
            opening.IsOpened();
            return zip;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string NameOf(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/').TrimStart('/');

    // what a program keeps beside the data is none
    private static bool IsData(ZipArchiveEntry entry) => NameOf(entry) is var name
        && Endings.Contains(Path.GetExtension(name).ToLowerInvariant()) && !name.Split('/').Any(part => part is ['.', ..] or ['_', '_', ..])
        && name.Split('/')[^1] is not ("dataset_infos.json" or "dataset_info.json" or "dataset_dict.json" or "state.json");

    private static bool Matches(string pattern, string name)
    {
        var (asked, given) = (pattern.TrimStart('.', '/').Split('/'), name.Split('/'));
        return Fits(0, 0);

        // "**" is any number of folders, none too
        bool Fits(int a, int g) => a == asked.Length ? g == given.Length : asked[a] == "**" ? a < MostFolders && Enumerable.Range(g,
            given.Length - g + 1).Any(next => Fits(a + 1, next)) : g < given.Length && FileSystemName.MatchesSimpleExpression(
            asked[a].Replace("\\", "", StringComparison.Ordinal), given[g], ignoreCase: false) && Fits(a + 1, g + 1);
    }

    private const int MostFolders = 8;

    private static string SplitIn(string name) => Keyword().Matches(name.ToLowerInvariant()).LastOrDefault()?.Value ?? "train";

    private string Text(ZipArchiveEntry entry)
    {
        if (entry.Length > MostCard) return "";
        using var text = Unpack(new DatasetFile("", NameOf(entry), entry));
        using var reader = new StreamReader(text, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("(?<![a-z])(?:train|training|validation|valid|val|dev|test|testing|eval|evaluation)(?![a-z])")]
    private static partial Regex Keyword();
}
