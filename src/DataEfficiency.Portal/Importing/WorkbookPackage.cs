// The zip of an .xlsx, opened with suspicion: entry names are only looked up, never used as paths; sizes are bounded before and while unpacking;
// no document type definitions. Parts are read forward only, so that a sheet of a million rows needs no more memory than one row.
using System.IO.Compression;
using System.Xml;
using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Importing;

internal sealed class WorkbookPackage : IDisposable
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string StrictMain = "http://purl.oclc.org/ooxml/spreadsheetml/main";
    private readonly ZipArchive zip;

    public WorkbookPackage(Stream stream)
    {
        try { zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true); }
        catch (InvalidDataException) { throw new ImportException("The file begins like an Excel workbook but is damaged or cut off. Save it again and upload it anew."); }
        if (zip.Entries.Count > 10_000) throw new ImportException("The workbook has more than 10,000 parts: it is not read.");
        long total = 0;
        foreach (var entry in zip.Entries) if ((total += Math.Max(0, entry.Length)) > ImportLimits.UnpackedBytes)
            throw new ImportException($"The workbook unpacks to more than {ImportLimits.UnpackedBytes >> 30} GiB: it is not read.");
        if (zip.GetEntry("xl/workbook.xml") is null)
            throw new ImportException("The file is a zip archive but no Excel workbook (.xlsx): it has no xl/workbook.xml. Unpack it and upload the table inside.");
    }

    public XmlReader? Open(string part)
    {
        if (zip.GetEntry(part) is not { } entry) return null;
        var most = Math.Min(ImportLimits.UnpackedBytes, Math.Max(ImportLimits.RatioFreeBytes, entry.CompressedLength * ImportLimits.UnpackRatio));
        if (entry.Length > most)
            throw new ImportException($"The workbook's part {entry.Name} unpacks to {entry.Length >> 20:N0} MiB, over {ImportLimits.UnpackRatio} times its size: that is no ordinary sheet. Save it as CSV and import that.");
        return XmlReader.Create(new BoundedStream(entry.Open(), most, entry.Name),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true, CheckCharacters = false });
    }

    public static bool Is(XmlReader xml, string name) =>
        xml.NodeType == XmlNodeType.Element && xml.LocalName == name && xml.NamespaceURI is (Main or StrictMain);

    /// <summary>Sheets in the order of their tabs, with their parts.</summary>
    public IReadOnlyList<(string Name, string Part)> Sheets()
    {
        var targets = new Dictionary<string, string>();
        using (var relations = Open("xl/_rels/workbook.xml.rels") ?? throw new ImportException("The workbook is damaged: xl/_rels/workbook.xml.rels is missing."))
            while (relations.Read())
                if (relations.NodeType == XmlNodeType.Element && relations.LocalName == "Relationship" && relations.GetAttribute("Id") is { } id && relations.GetAttribute("Target") is { } target)
                    targets[id] = target.StartsWith('/') ? target[1..] : "xl/" + target;
        var sheets = new List<(string, string)>();
        using var book = Open("xl/workbook.xml")!;
        while (book.Read())
        {
            if (!Is(book, "sheet") || book.GetAttribute("name") is not { } name) continue;
            var id = book.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships") ?? book.GetAttribute("id", "http://purl.oclc.org/ooxml/officeDocument/relationships");
            if (id is not null && targets.TryGetValue(id, out var part) && zip.GetEntry(part) is not null) sheets.Add((name, part));
        }
        return sheets.Count > 0 ? sheets : throw new ImportException("The workbook has no sheet.");
    }

    public void Dispose() => zip.Dispose();
}
