// The zip of an .xlsx, opened with suspicion: entry names are only looked up, never used as paths; sizes are bounded before and while
// unpacking. Parts are found through relationships from _rels/.rels on (ECMA-376 part 2): their names are the writer's choice.
using System.IO.Compression;

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
                throw new ImportException($"The workbook has more than {MostParts:N0} parts: it is not read.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            throw new ImportException("The file begins like an Excel workbook but is damaged or cut off. Save it again and upload it " +
                "anew.");
        }
        opening.IsOpened();
        long total = 0;
        foreach (var entry in _zip.Entries)
        {
            if ((total += Math.Max(0, entry.Length)) > ImportLimits.UnpackedBytes)
                throw new ImportException($"The workbook unpacks to more than {ImportLimits.UnpackedBytes >> 30} GiB: it is not read.");
            _parts.TryAdd(entry.FullName.Replace('\\', '/').TrimStart('/'), entry);
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

    public WorkbookXml OpenPart(string part)
    {
        if (!_parts.TryGetValue(part, out var entry)) throw new ImportException($"The workbook is damaged: its part {part} is missing.");
        var most = Math.Min(ImportLimits.UnpackedBytes, Math.Max(ImportLimits.RatioFreeBytes,
            entry.CompressedLength * ImportLimits.UnpackRatio));
        if (entry.Length > most)
            throw new ImportException($"The workbook's part {entry.Name} unpacks to {entry.Length >> 20:N0} MiB, over " +
                $"{ImportLimits.UnpackRatio} times its size: " +
                "that is no ordinary sheet. Save it as CSV and import that.");
        try { return new WorkbookXml(new BoundedStream(entry.Open(), most, entry.Name)); }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or IOException)
        {
            throw new ImportException($"The workbook's part {entry.Name} cannot be unpacked: {e.Message} Save it again in Excel.");
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
                        throw new ImportException("This is a binary workbook (.xlsb). Save it as .xlsx or CSV.");
                    if (part.StartsWith("word/", StringComparison.OrdinalIgnoreCase))
                        throw new ImportException("This is a Word document. Upload a table: CSV, TSV, JSON or Excel (.xlsx).");
                    if (part.StartsWith("ppt/", StringComparison.OrdinalIgnoreCase))
                        throw new ImportException("This is a PowerPoint file. Upload a table: CSV, TSV, JSON or Excel (.xlsx).");
                    if (_parts.ContainsKey(part)) return part;
                    throw new ImportException($"The workbook is damaged: its part {part} is missing.");
                }
        if (_parts.ContainsKey("xl/workbook.xml")) return "xl/workbook.xml";
        if (_parts.ContainsKey("content.xml") && _parts.ContainsKey("mimetype"))
            throw new ImportException("This is an OpenDocument file (.ods). Save it as .xlsx or CSV.");
        throw new ImportException("The file is a zip archive but no Excel workbook (.xlsx). Unpack it and upload the table inside.");
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
        return sheets.Count > 0 ? sheets : throw new ImportException("The workbook has no sheet of cells.");
    }
}
