using System.Diagnostics;
using System.Text;
using System.Xml;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// One XML part of a workbook, read forward only and with suspicion: no document type, no deep nesting, few different names, and a limit
/// on the time between two results. What is wrong with it is told as an <see cref="ImportException"/>.
/// </summary>
internal sealed class WorkbookXml : IDisposable
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string StrictMain = "http://purl.oclc.org/ooxml/spreadsheetml/main";
    private const int Deepest = 64, BetweenLooks = 4096;

    private readonly XmlReader _xml;
    private readonly char[] _chunk = new char[4096];
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private int _reads;

    public WorkbookXml(Stream stream)
    {
        _xml = XmlReader.Create(stream, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CheckCharacters = false, NameTable = new BoundedNames(),
        });
    }

    public int Depth => _xml.Depth;
    public bool IsEmpty => _xml.IsEmptyElement;
    public string Name => _xml.LocalName;
    public bool IsElement => _xml.NodeType == XmlNodeType.Element;

    public bool Next()
    {
        if (++_reads % BetweenLooks == 0 && _since.Elapsed > ImportLimits.WorkbookPatience)
            throw new ImportException(ImportingWords.WorkbookGivesNoRowSeconds(ImportLimits.WorkbookPatience.TotalSeconds));
        try
        {
            if (!_xml.Read()) return false;
        }
        catch (Exception e) when (e is XmlException or InvalidDataException or ArgumentException)
        {
            throw new ImportException(ImportingWords.WorkbookDamaged(e.Message));
        }
        return _xml.Depth <= Deepest ? true : throw new ImportException(ImportingWords.WorkbookNestedTooDeep);
    }

    /// <summary>A result was given: the patience begins anew.</summary>
    public void Progressed() => _since.Restart();

    /// <summary>The start of a spreadsheet element of that name.</summary>
    public bool Is(string name) => _xml.NodeType == XmlNodeType.Element && _xml.LocalName == name && _xml.NamespaceURI is Main
        or StrictMain;

    public string? Attribute(string name) => _xml.GetAttribute(name);

    /// <summary>An attribute that names a relationship.</summary>
    public string? Relation(string name) => _xml.GetAttribute(name, "http://schemas.openxmlformats.org/officeDocument/2006/relationships")
        ?? _xml.GetAttribute(name, "http://purl.oclc.org/ooxml/officeDocument/relationships");

    /// <summary>Goes on inside the element that began at this depth; false at its end.</summary>
    public bool NextInside(int depth) => Next() && !(_xml.NodeType == XmlNodeType.EndElement && _xml.Depth == depth);

    /// <summary>Adds the element's own text; false where it is longer than a text may be.</summary>
    public bool ReadText(StringBuilder into)
    {
        if (_xml.IsEmptyElement) return true;
        var (depth, fits) = (_xml.Depth, true);
        while (NextInside(depth))
        {
            if (_xml.NodeType is not (XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA))
                continue;
            int read;
            while ((read = Chunk()) > 0)
                if (into.Length + read > ImportLimits.TextBytes) fits = false;
                else into.Append(_chunk, 0, read);
        }
        return fits;
    }

    /// <summary>A string item or inline string: its runs one after the other, without what tells how to pronounce it.</summary>
    public bool ReadRuns(StringBuilder into)
    {
        if (_xml.IsEmptyElement) return true;
        var (depth, phonetic, fits) = (_xml.Depth, 0, true);
        while (NextInside(depth))
        {
            if (_xml.LocalName == "rPh" && !_xml.IsEmptyElement) phonetic += _xml.NodeType == XmlNodeType.Element ? 1 : -1;
            else if (phonetic == 0 && Is("t")) fits &= ReadText(into);
        }
        return fits;
    }

    public void Dispose() => _xml.Dispose();

    private int Chunk()
    {
        try { return _xml.ReadValueChunk(_chunk, 0, _chunk.Length); }
        catch (Exception e) when (e is XmlException or InvalidDataException)
        {
            throw new ImportException(ImportingWords.WorkbookDamaged(e.Message));
        }
    }

    /// <summary>The names of elements and attributes are kept for ever by a reader: a part of nothing but new names is refused.</summary>
    private sealed class BoundedNames : NameTable
    {
        private const int Most = 20_000;
        private int _added;

        public override string Add(char[] key, int start, int len) => Get(key, start, len) ?? Counted(base.Add(key, start, len));

        public override string Add(string key) => Get(key) ?? Counted(base.Add(key));

        private string Counted(string added) =>
            ++_added <= Most ? added : throw new ImportException(ImportingWords.WorkbookTooManyNames);
    }
}
