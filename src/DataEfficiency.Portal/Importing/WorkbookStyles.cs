using System.Globalization;

namespace DataEfficiency.Portal.Importing;

/// <summary>The number formats of a workbook's cell styles.</summary>
internal sealed class WorkbookStyles
{
    private const int MostStyles = 100_000;
    private readonly List<ExcelFormat> _formats = [];
    private readonly bool _is1904;

    public WorkbookStyles(WorkbookPackage package)
    {
        _is1904 = package.Is1904;
        using var xml = package.Open("styles");
        if (xml is null) return;
        var custom = new Dictionary<int, ExcelFormat>();
        var inCells = false;
        while (xml.Next())
        {
            if (xml.Is("numFmt") && int.TryParse(xml.Attribute("numFmtId"), out var format) && custom.Count < MostStyles)
                custom[format] = ExcelFormat.Parse(xml.Attribute("formatCode") ?? "");
            else if (xml.Name == "cellXfs") inCells = xml.IsElement;
            else if (inCells && xml.Is("xf") && _formats.Count < MostStyles)
                // a style without a format is General
                _formats.Add(int.TryParse(xml.Attribute("numFmtId"), out var id) ? custom.TryGetValue(id, out var own) ? own
                    : ExcelFormat.BuiltIn(id) : default);
        }
    }

    /// <summary>The number as its style shows it.</summary>
    public string Show(string stored, string? style) => ExcelNumber.Show(stored, Of(style), _is1904);

    /// <summary>A day or time that is written out, as its style shows it.</summary>
    public string ShowDay(string stored, string? style)
    {
        var format = Of(style);
        if (format.Kind == ExcelKind.Number || !DateTime.TryParse(stored, CultureInfo.InvariantCulture,
            DateTimeStyles.NoCurrentDateDefault | DateTimeStyles.AdjustToUniversal, out var day)) return stored;
        // a time alone has no day, and no number stands for one
        var serial = day.Year == 1 ? day.TimeOfDay.TotalDays : day.ToOADate();
        return ExcelNumber.Show(serial.ToString("R", CultureInfo.InvariantCulture), format, is1904: false);
    }

    private ExcelFormat Of(string? style) => int.TryParse(style, out var index) && index >= 0 && index < _formats.Count ? _formats[index]
        : default;
}
