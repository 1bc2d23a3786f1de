using System.Xml;

namespace DataEfficiency.Portal.Importing;

/// <summary>Which cell styles show a number as a date: a workbook stores dates as days since 1900 (or 1904).</summary>
internal sealed class WorkbookStyles
{
    private readonly List<bool> dates = [];
    private readonly double offset;

    public WorkbookStyles(WorkbookPackage package)
    {
        using (var book = package.Open("xl/workbook.xml"))
            while (book!.Read())
                if (WorkbookPackage.Is(book, "workbookPr") && book.GetAttribute("date1904") is "1" or "true") offset = 1462;
        using var xml = package.Open("xl/styles.xml");
        if (xml is null) return;
        var custom = new Dictionary<int, bool>();
        var inCells = false;
        while (xml.Read())
        {
            if (WorkbookPackage.Is(xml, "numFmt") && int.TryParse(xml.GetAttribute("numFmtId"), out var format)) custom[format] = ShowsDate(xml.GetAttribute("formatCode") ?? "");
            else if (xml.LocalName == "cellXfs") inCells = xml.NodeType == XmlNodeType.Element;
            else if (inCells && WorkbookPackage.Is(xml, "xf") && int.TryParse(xml.GetAttribute("numFmtId"), out var id))
                dates.Add(id is >= 14 and <= 22 or >= 45 and <= 47 || custom.GetValueOrDefault(id));
        }
    }

    /// <summary>The number as ISO date where its style shows one, else as it is.</summary>
    public string Number(string value, string? style)
    {
        if (!int.TryParse(style, out var index) || index < 0 || index >= dates.Count || !dates[index]) return value;
        if (!double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var days) || days + offset is not (> 0 and < 2_958_466)) return value;
        var at = DateTime.FromOADate(days + offset);
        return at.TimeOfDay == TimeSpan.Zero ? at.ToString("yyyy-MM-dd") : at.ToString("yyyy-MM-ddTHH:mm:ss");
    }

    private static bool ShowsDate(string code)
    {
        var (inQuotes, inBrackets) = (false, false);
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] == '"') inQuotes = !inQuotes;
            else if (inQuotes) continue;
            else if (code[i] == '\\') i++;
            else if (code[i] is '[' or ']') inBrackets = code[i] == '[';
            else if (!inBrackets && char.ToLowerInvariant(code[i]) is 'y' or 'd' or 'h' or 'm') return true;
        }
        return false;
    }
}
