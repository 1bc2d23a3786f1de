using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace DataEfficiency.Portal.Importing;

/// <summary>Rows of one sheet, forward only. Formulas give their stored result; what is not shown as a date stays the number as stored.</summary>
public sealed partial class XlsxReader : IRowReader
{
    private readonly Stream stream;
    private readonly SourceFormat format;
    private readonly WorkbookPackage package;
    private readonly WorkbookStyles styles;
    private readonly List<string> shared = [];
    private readonly List<string> columns = [];
    private readonly string part;
    private bool tooLong;

    public XlsxReader(Stream stream, SourceFormat format)
    {
        (this.stream, this.format) = (stream, format);
        package = new WorkbookPackage(stream);
        SheetNames = [.. package.Sheets().Select(s => s.Name)];
        part = package.Sheets().FirstOrDefault(s => s.Name == format.Sheet).Part ?? package.Sheets()[0].Part;
        styles = new WorkbookStyles(package);
    }

    public IReadOnlyList<string> SheetNames { get; }
    public IReadOnlyList<string> Columns => columns;
    public long BytesRead => stream.Position;

    public IEnumerable<SourceRow> Rows()
    {
        ReadShared();
        using var xml = package.Open(part) ?? throw new ImportException("The workbook is damaged: its sheet is missing.");
        var (number, first) = (0, true);
        while (Next(xml))
        {
            if (!WorkbookPackage.Is(xml, "row")) continue;
            number = int.TryParse(xml.GetAttribute("r"), out var given) ? given : number + 1;
            var row = xml.IsEmptyElement ? new SourceRow(number, []) : ReadRow(xml, number);
            if (row.Fault is null && row.Fields.All(string.IsNullOrEmpty)) continue;
            if (first)
            {
                first = false;
                if (row.Fault is { } fault) throw new ImportException($"Row {number:N0}: {fault.Reason}");
                columns.AddRange(format.HasHeader ? ColumnNames.From(row.Fields) : ColumnNames.Numbered(row.Fields.Count));
                if (format.HasHeader) continue;
            }
            yield return Checked(row);
        }
    }

    public void Dispose()
    {
        package.Dispose();
        stream.Dispose();
    }

    private SourceRow Checked(SourceRow row)
    {
        if (row.Fault is not null) return row;
        while (columns.Count < row.Fields.Count) columns.Add($"Column {columns.Count + 1}");
        for (var i = 0; i < row.Fields.Count; i++)
            if (row.Fields[i] is { } value && MarkedText.FaultOf(value, columns[i]) is { } fault) return row with { Fault = fault };
        return row;
    }

    private SourceRow ReadRow(XmlReader xml, int number)
    {
        var fields = new List<string?>(columns.Count);
        RowFault? fault = null;
        var depth = xml.Depth;
        var next = 0;
        while (Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth))
        {
            if (!WorkbookPackage.Is(xml, "c")) continue;
            var column = xml.GetAttribute("r") is { } place ? ColumnOf(place) : next;
            next = column + 1;
            tooLong = false;
            var value = ReadCell(xml);
            if (column >= ImportLimits.Columns)
            {
                if (value is { Length: > 0 }) fault ??= new(RowFault.TooManyColumns, $"Has a value beyond column {ImportLimits.Columns}.");
                continue;
            }
            if (tooLong) fault ??= new(RowFault.TooLong, $"A cell is longer than {ImportLimits.TextBytes >> 10} KiB.", column < columns.Count ? columns[column] : null);
            while (fields.Count <= column) fields.Add(null);
            fields[column] = value;
        }
        return new SourceRow(number, fields, fault);
    }

    private string? ReadCell(XmlReader xml)
    {
        var (type, style) = (xml.GetAttribute("t"), xml.GetAttribute("s"));
        if (xml.IsEmptyElement) return null;
        var text = new StringBuilder();
        var depth = xml.Depth;
        var phonetic = 0;
        while (Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth))
        {
            if (xml.LocalName == "rPh" && !xml.IsEmptyElement) phonetic += xml.NodeType == XmlNodeType.Element ? 1 : -1;
            else if (phonetic == 0 && (WorkbookPackage.Is(xml, "v") || WorkbookPackage.Is(xml, "t"))) ReadText(xml, text);
        }
        var value = text.ToString();
        return type switch
        {
            "s" => int.TryParse(value, out var index) && index >= 0 && index < shared.Count ? shared[index] : null,
            "inlineStr" or "str" => Unescape(value),
            "b" => value == "1" ? "true" : "false",
            "e" => value,
            _ => value.Length == 0 ? null : styles.Number(value, style),
        };
    }

    private void ReadShared()
    {
        using var xml = package.Open("xl/sharedStrings.xml");
        if (xml is null) return;
        long characters = 0;
        var text = new StringBuilder();
        while (Next(xml))
        {
            if (!WorkbookPackage.Is(xml, "si")) continue;
            text.Clear();
            if (!xml.IsEmptyElement)
            {
                var depth = xml.Depth;
                var phonetic = 0;
                while (Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth))
                {
                    if (xml.LocalName == "rPh" && !xml.IsEmptyElement) phonetic += xml.NodeType == XmlNodeType.Element ? 1 : -1;
                    else if (phonetic == 0 && WorkbookPackage.Is(xml, "t")) ReadText(xml, text);
                }
            }
            shared.Add(Unescape(text.ToString()));
            if ((characters += text.Length) > ImportLimits.SharedTextCharacters)
                throw new ImportException($"The workbook holds more than {ImportLimits.SharedTextCharacters >> 20} million characters of text: save the sheet as CSV and import that, it is read row by row.");
        }
    }

    private void ReadText(XmlReader xml, StringBuilder text)
    {
        if (xml.IsEmptyElement) return;
        var depth = xml.Depth;
        var chunk = new char[4096];
        while (Next(xml) && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth))
        {
            if (xml.NodeType is not (XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace or XmlNodeType.CDATA)) continue;
            int read;
            while ((read = xml.ReadValueChunk(chunk, 0, chunk.Length)) > 0)
                if (text.Length + read > ImportLimits.TextBytes) tooLong = true;
                else text.Append(chunk, 0, read);
            // ReadValueChunk leaves the reader on the node; the loop's Read goes on behind it
        }
    }

    private static bool Next(XmlReader xml)
    {
        try { return xml.Read(); }
        catch (Exception e) when (e is XmlException or InvalidDataException)
        {
            throw new ImportException($"The workbook is damaged: {e.Message} Save it again, or save the sheet as CSV.");
        }
    }

    /// <summary>"AB12" is column 27, counted from 0.</summary>
    private static int ColumnOf(string place)
    {
        var column = 0;
        foreach (var c in place)
        {
            if (c is < 'A' or > 'Z' || column > 20_000) break;
            column = column * 26 + (c - 'A' + 1);
        }
        return column - 1 < 0 ? 0 : column - 1;
    }

    private static string Unescape(string text) => text.Contains("_x", StringComparison.Ordinal)
        ? Escaped().Replace(text, m => ((char)Convert.ToUInt16(m.Groups[1].Value, 16)).ToString()) : text;

    [GeneratedRegex("_x([0-9A-Fa-f]{4})_")]
    private static partial Regex Escaped();
}
