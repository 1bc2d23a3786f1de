// Streams the labels into the report: the small workbook's zip is copied entry by entry, and where a sheet of labels comes by, its rows are
// written straight into the compressed entry. Memory does not grow with the number of labels. Text is written as inline strings, which are
// never formulas.
using System.Globalization;
using System.IO.Compression;
using System.Xml;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace DataEfficiency.Portal.Export;

internal static class LabelSheets
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    public static async Task WriteAsync(Stream small, Stream report, ExportSnapshot snapshot, CancellationToken cancel)
    {
        var sheets = Parts(small, snapshot.LabelCount);
        await using var rows = snapshot.RowsAsync().GetAsyncEnumerator(cancel);
        var gold = await snapshot.GoldAsync(cancel);
        small.Position = 0;
        using var from = new ZipArchive(small, ZipArchiveMode.Read, leaveOpen: true);
        using var to = new ZipArchive(report, ZipArchiveMode.Create, leaveOpen: true);
        // the sheets in their order, since the rows are read once
        foreach (var entry in from.Entries.OrderBy(e => sheets.IndexOf(e.FullName)))
        {
            await using var input = entry.Open();
            await using var output = to.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
            if (sheets.Contains(entry.FullName)) await FillAsync(input, output, rows, snapshot.Names, gold);
            else await input.CopyToAsync(output, cancel);
        }
    }

    private static List<string> Parts(Stream small, int labels)
    {
        var names = Enumerable.Range(0, ReportWorkbook.SheetsOf(labels)).Select(ReportWorkbook.LabelSheet).ToHashSet();
        using var document = SpreadsheetDocument.Open(small, isEditable: false);
        var book = document.WorkbookPart!;
        return [.. book.Workbook.Descendants<Sheet>().Where(s => names.Contains(s.Name!.Value!))
            .Select(s => book.GetPartById(s.Id!).Uri.ToString().TrimStart('/'))];
    }

    private static async Task FillAsync(Stream input, Stream output, IAsyncEnumerator<LabelRow> rows, IReadOnlyDictionary<string,
        string> names, GoldTexts gold)
    {
        using var reader = XmlReader.Create(input);
        await using var writer = XmlWriter.Create(output, new XmlWriterSettings { Async = true });
        var styles = new Dictionary<int, string>();
        while (reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.EndElement, LocalName: "sheetData" }) await WriteRowsAsync(writer, rows, styles,
                    names, gold);
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "col" } && reader.GetAttribute("style") is { } style)
                for (var c = int.Parse(reader.GetAttribute("min")!); c <= int.Parse(reader.GetAttribute("max")!)
                    && c <= ReportWorkbook.LabelColumns.Length; c++) styles[c] = style;
            // its size is not known before the end, and nobody needs it
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "dimension" }) continue;
            Copy(reader, writer);
        }
    }

    private static void Copy(XmlReader reader, XmlWriter writer)
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
                writer.WriteAttributes(reader, defattr: true);
                if (reader.IsEmptyElement) writer.WriteEndElement();
                break;
            case XmlNodeType.EndElement: writer.WriteFullEndElement(); break;
            case XmlNodeType.Text or XmlNodeType.CDATA: writer.WriteString(reader.Value); break;
            case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace: writer.WriteWhitespace(reader.Value); break;
        }
    }

    private static async Task WriteRowsAsync(XmlWriter writer, IAsyncEnumerator<LabelRow> rows, Dictionary<int, string> styles,
        IReadOnlyDictionary<string, string> names, GoldTexts gold)
    {
        // the last row of a full sheet leaves the enumerator where the next sheet goes on
        for (var number = 2; number <= ReportWorkbook.RowsPerSheet + 1 && await rows.MoveNextAsync(); number++)
        {
            var r = rows.Current;
            object?[] cells =
            [
                r.Line, r.ExternalId, r.Text, r.Answer,
                r.Role == AnswerRole.Review ? (string)ExportWords.QueueReview : Strata.Name(r.Stratum), names.GetValueOrDefault(r.UserId,
                    ExportWords.RemovedPerson),
                ReportWorkbook.Time(r.CreatedAt).ToOADate(),
                r.ActiveMilliseconds > 0 ? r.ActiveMilliseconds / 1000.0 : null, r.Revision, r.Surplus ? (string)ExportWords.Yes : null,
                    r.Confidence,
                r.ModelAnswer,
                r.Gold is null ? null : string.Join(" / ", GoldAnswers.Of(r.Gold, r.RightAnswers)),
                gold.Agree(r.Gold, r.RightAnswers, r.Given) switch { null => null, true => (string)ExportWords.Yes,
                    false => ExportWords.No },
            ];
            writer.WriteStartElement("row", Main);
            writer.WriteAttributeString("r", number.ToString(CultureInfo.InvariantCulture));
            for (var c = 0; c < cells.Length; c++) if (cells[c] is { } value) Cell(writer, $"{(char)('A' + c)}{number}",
                styles.GetValueOrDefault(c + 1), value);
            writer.WriteEndElement();
        }
    }

    private static void Cell(XmlWriter writer, string place, string? style, object value)
    {
        writer.WriteStartElement("c", Main);
        writer.WriteAttributeString("r", place);
        if (style is not null) writer.WriteAttributeString("s", style);
        if (value is string text)
        {
            writer.WriteAttributeString("t", "inlineStr");
            writer.WriteStartElement("is", Main);
            writer.WriteStartElement("t", Main);
            writer.WriteAttributeString("xml", "space", "http://www.w3.org/XML/1998/namespace", "preserve");
            writer.WriteString(ExcelText.Encode(text));
            writer.WriteEndElement();
            writer.WriteEndElement();
        }
        else writer.WriteElementString("v", Main, Convert.ToDouble(value).ToString("R", CultureInfo.InvariantCulture));
        writer.WriteEndElement();
    }
}
