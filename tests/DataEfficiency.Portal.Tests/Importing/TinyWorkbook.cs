using System.IO.Compression;
using System.Text;

namespace DataEfficiency.Portal.Tests.Importing;

/// <summary>A workbook written part by part, so that each test says what is odd about it.</summary>
internal sealed class TinyWorkbook
{
    public const string Main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>Name of the sheet, its attributes, and what stands inside of sheetData.</summary>
    public List<(string Name, string Attributes, string Rows)> Sheets { get; } = [];

    public string BookPart { get; init; } = "xl/workbook.xml";
    public string SharedPart { get; init; } = "xl/sharedStrings.xml";
    public string BookProperties { get; init; } = "";
    public string? Shared { get; init; }
    /// <summary>What stands before the cells of each sheet.</summary>
    public string Head { get; init; } = "";
    /// <summary>What stands behind the cells of each sheet.</summary>
    public string Tail { get; init; } = "";
    /// <summary>Number formats by id, and the id of each cell style.</summary>
    public (string NumFmts, int[] Styles) Formats { get; init; } = ("", [0]);

    public static TinyWorkbook Of(string rows) => new() { Sheets = { ("S", "", rows) } };

    public byte[] Bytes()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            var book = BookPart[(BookPart.LastIndexOf('/') + 1)..];
            Write(zip, "_rels/.rels", Relations($"<Relationship Id=\"r1\" Type=\"{Office}/officeDocument\" Target=\"/{BookPart}\"/>"));
            Write(zip, BookPart, $"<workbook {Main} xmlns:r=\"{Office}\">{BookProperties}<sheets>" + string.Concat(Sheets.Select((s, i) =>
                $"<sheet name=\"{s.Name}\" sheetId=\"{i + 1}\" {s.Attributes} r:id=\"s{i}\"/>")) + "</sheets></workbook>");
            Write(zip, $"{BookPart[..(BookPart.LastIndexOf('/') + 1)]}_rels/{book}.rels", Relations(string.Concat(Sheets.Select((_, i) =>
                $"<Relationship Id=\"s{i}\" Type=\"{Office}/worksheet\" Target=\"/xl/worksheets/part{i}.xml\"/>")) +
                $"<Relationship Id=\"st\" Type=\"{Office}/styles\" Target=\"/xl/styles.xml\"/>" +
                (Shared is null ? "" : $"<Relationship Id=\"sh\" Type=\"{Office}/sharedStrings\" Target=\"/{SharedPart}\"/>")));
            Write(zip, "xl/styles.xml", $"<styleSheet {Main}><numFmts>{Formats.NumFmts}</numFmts><cellXfs>" +
                string.Concat(Formats.Styles.Select(s => $"<xf numFmtId=\"{s}\"/>")) + "</cellXfs></styleSheet>");
            if (Shared is not null) Write(zip, SharedPart, $"<sst {Main}>{Shared}</sst>");
            for (var i = 0; i < Sheets.Count; i++)
                Write(zip, $"xl/worksheets/part{i}.xml",
                    $"<worksheet {Main}>{Head}<sheetData>{Sheets[i].Rows}</sheetData>{Tail}</worksheet>");
        }
        return file.ToArray();
    }

    /// <summary>A row of inline strings and other cells: what begins with '&lt;' is a cell as it stands.</summary>
    public static string Row(params string[] cells) => $"<row>{string.Concat(cells.Select(c => c.StartsWith('<') ? c : Text(c)))}</row>";

    public static string Text(string text) => $"<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>";

    public static string Number(string stored, int style = 0) => $"<c s=\"{style}\"><v>{stored}</v></c>";

    public static void Write(ZipArchive zip, string name, string content)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name).Open(), new UTF8Encoding(false));
        writer.Write(content);
    }

    private static string Relations(string inside) =>
        $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>";
}
