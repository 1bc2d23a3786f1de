// The zip of an .xlsx, opened with suspicion: entry names are only looked up, never used as paths; sizes are bounded before and while
// unpacking. Parts are found through relationships from _rels/.rels on (ECMA-376 part 2): their names are the writer's choice.
using System.IO.Compression;
using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <param name="IsHidden">Not among the tabs that Excel shows.</param>
internal sealed record WorkbookSheet(string Name, string Part, bool IsHidden);

internal sealed class WorkbookPackage : IDisposable
{
    private const int MostParts = 10_000, MostSheets = 2_000;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _parts = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _book;
    private readonly Dictionary<string, (string Kind, string Part)> _relations;

    /// <exception cref="ImportException">The zip is damaged, too large, or no workbook.</exception>
    public WorkbookPackage(Stream stream)
    {
        var opening = new ZipDirectoryStream(stream);
        try
        {
            _zip = new ZipArchive(opening, ZipArchiveMode.Read, leaveOpen: true);
            if (_zip.Entries.Count > MostParts)
                throw new ImportException(ImportingWords.WorkbookWithTooManyParts(MostParts));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            throw new ImportException(ImportingWords.WorkbookCutOff);
        }
        opening.IsOpened();
        long total = 0;
        foreach (var entry in _zip.Entries)
        {
            if ((total += Math.Max(0, entry.Length)) > ImportLimits.UnpackedBytes)
                throw new ImportException(ImportingWords.WorkbookUnpacksMoreThanGiB(ImportLimits.UnpackedBytes >> 30));
            _parts.TryAdd(Uri.UnescapeDataString(entry.FullName.Replace('\\', '/').TrimStart('/')), entry);
        }
        _book = FindBook();
        _relations = Relations(_book);
        Sheets = ReadSheets(out var is1904);
        Is1904 = is1904;
    }

    /// <summary>Sheets of cells in the order of their tabs.</summary>
    public IReadOnlyList<WorkbookSheet> Sheets { get; }

    /// <summary>Days are counted from 1904.</summary>
    public bool Is1904 { get; }

    /// <summary>A part that the workbook has once, such as "sharedStrings" or "styles"; null where it has none.</summary>
    public WorkbookXml? Open(string kind) => _relations.Values.FirstOrDefault(r => r.Kind == kind).Part is { } part
        && _parts.ContainsKey(part) ? OpenPart(part) : null;

    public WorkbookXml OpenPart(string part) => Unpack(part, stream => new WorkbookXml(stream));

    /// <summary>Which of these words (of ASCII) stand in a part: that none does is known sooner than by reading its XML.</summary>
    public IReadOnlySet<string> Mentioned(string part, params string[] words)
    {
        using var stream = Unpack(part, stream => stream);
        return Mentioned(stream, words.ToDictionary(w => w, Encoding.ASCII.GetBytes));
    }

    private static HashSet<string> Mentioned(Stream stream, Dictionary<string, byte[]> sought)
    {
        HashSet<string> found = [], all = [.. sought.Keys];
        var longest = sought.Values.Max(w => w.Length);
        var (buffer, kept, isFirst) = (new byte[1 << 17], 0, true);
        try
        {
            for (int read; (read = stream.Read(buffer, kept, buffer.Length - kept)) > 0; isFirst = false)
            {
                var text = buffer.AsSpan(0, kept + read);
                // in UTF-16 the words are others: its XML says it
                if (isFirst && (text[0] >= 0xFE || text.Length > 1 && text[..2].Contains((byte)0))) return all;
                foreach (var (word, bytes) in sought) if (!found.Contains(word) && text.IndexOf(bytes) >= 0) found.Add(word);
                if (found.Count == sought.Count) break;
                // a word may stand over the end
                kept = Math.Min(text.Length, longest - 1);
                text[^kept..].CopyTo(buffer);
            }
            return found;
        }
        catch (InvalidDataException)
        {
            // whoever reads the XML says what is wrong
            return all;
        }
    }

    private T Unpack<T>(string part, Func<Stream, T> open)
    {
        if (!_parts.TryGetValue(part, out var entry)) throw new ImportException(ImportingWords.WorkbookDamagedPartMissing(part));
        var most = Math.Min(ImportLimits.UnpackedBytes, Math.Max(ImportLimits.RatioFreeBytes,
            entry.CompressedLength * ImportLimits.UnpackRatio));
        if (entry.Length > most)
            throw new ImportException(ImportingWords.PartUnpacksTooFar(part: entry.Name, mebibytes: entry.Length >> 20,
                ratio: ImportLimits.UnpackRatio));
        try { return open(new BoundedStream(entry.Open(), most, entry.Name)); }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or IOException)
        {
            throw new ImportException(ImportingWords.PartCannotBeUnpacked(part: entry.Name, message: e.Message));
        }
    }

    public void Dispose() => _zip.Dispose();

    private string FindBook()
    {
        if (_parts.ContainsKey("_rels/.rels"))
            foreach (var (kind, part) in Relations("").Values)
                if (kind == "officeDocument")
                {
                    if (part.EndsWith(".bin", StringComparison.OrdinalIgnoreCase))
                        throw new ImportException(ImportingWords.BinaryWorkbook);
                    if (part.StartsWith("word/", StringComparison.OrdinalIgnoreCase))
                        throw new ImportException(ImportingWords.WordDocument);
                    if (part.StartsWith("ppt/", StringComparison.OrdinalIgnoreCase))
                        throw new ImportException(ImportingWords.PowerPointFile);
                    if (_parts.ContainsKey(part)) return part;
                    throw new ImportException(ImportingWords.WorkbookDamagedPartMissing(part));
                }
        if (_parts.ContainsKey("xl/workbook.xml")) return "xl/workbook.xml";
        if (_parts.ContainsKey("content.xml") && _parts.ContainsKey("mimetype"))
            throw new ImportException(ImportingWords.OpenDocumentFile);
        if (_parts.ContainsKey("Index/Document.iwa") || _parts.ContainsKey("Index.zip"))
            throw new ImportException(ImportingWords.NoTable("numbers"));
        throw new ImportException(ImportingWords.ZipButNoWorkbook);
    }

    /// <summary>The relationships of a part ("": of the whole package) by their ids.</summary>
    private Dictionary<string, (string Kind, string Part)> Relations(string source)
    {
        var (folder, name) = (source[..(source.LastIndexOf('/') + 1)], source[(source.LastIndexOf('/') + 1)..]);
        var found = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        using var xml = OpenPart($"{folder}_rels/{name}.rels");
        while (xml.Next())
        {
            if (!xml.IsElement || xml.Name != "Relationship" || xml.Attribute("TargetMode") == "External" || found.Count > MostParts)
                continue;
            var type = xml.Attribute("Type") ?? "";
            if (xml.Attribute("Id") is { } id && xml.Attribute("Target") is { } target) found[id] = (type[(type.LastIndexOf('/') + 1)..],
                Resolve(folder, target));
        }
        return found;
    }

    private static string Resolve(string folder, string target)
    {
        var way = new List<string>();
        foreach (var step in (target.StartsWith('/') ? target : folder + target).Replace('\\', '/')
            .Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (step == ".." && way.Count > 0) way.RemoveAt(way.Count - 1);
            else if (step is not ("." or "..")) way.Add(Uri.UnescapeDataString(step));
        return string.Join('/', way);
    }

    private List<WorkbookSheet> ReadSheets(out bool is1904)
    {
        var sheets = new List<WorkbookSheet>();
        is1904 = false;
        using var book = OpenPart(_book);
        while (book.Next())
        {
            if (book.Is("workbookPr")) is1904 = book.Attribute("date1904") is "1" or "true" or "on";
            if (!book.Is("sheet") || book.Attribute("name") is not { } name || sheets.Count == MostSheets) continue;
            // charts and macros have tabs as well
            if (book.Relation("id") is { } id && _relations.TryGetValue(id, out var relation) && relation.Kind is "worksheet" or "")
                sheets.Add(new(name, relation.Part, book.Attribute("state") is "hidden" or "veryHidden"));
        }
        return sheets.Count > 0 ? sheets : throw new ImportException(ImportingWords.WorkbookNoSheetCells);
    }
}
