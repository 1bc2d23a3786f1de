using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <summary>Rows of one sheet, forward only, as Excel shows them. Formulas give their stored result; one that has none is a fault of its
/// cell.</summary>
public sealed class XlsxReader : IRowReader
{
    // Excel's own limits: what is beyond them was made to be beyond them
    private const int MostRows = 1_048_576, MostCells = 16_384, MostMerged = 50_000;
    private readonly Stream _stream;
    private readonly SourceFormat _format;
    private readonly WorkbookPackage _package;
    private readonly WorkbookStyles _styles;
    private readonly List<string> _columns = [];
    private readonly string _part;
    private const string MergedMark = "mergeCell";
    private static readonly string[] HiddenMarks = [.. from quote in "\"'" from value in "1t" select $"hidden={quote}{value}"];
    private readonly Lazy<IReadOnlySet<string>> _mentioned;
    private readonly StringBuilder _text = new();
    private readonly List<Merged> _merged = [];
    private SharedStrings? _shared;

    /// <exception cref="ImportException">The workbook is damaged or has no such sheet.</exception>
    public XlsxReader(Stream stream, SourceFormat format)
    {
        (_stream, _format) = (stream, format);
        _package = new WorkbookPackage(stream);
        var sheet = format.Sheet is { } name
            ? _package.Sheets.FirstOrDefault(s => s.Name == name) ?? throw new ImportException(ImportingWords.WorkbookNoSheet(name))
            : _package.Sheets.FirstOrDefault(s => !s.IsHidden && HasCells(s)) ?? _package.Sheets.FirstOrDefault(s => !s.IsHidden)
                ?? _package.Sheets[0];
        (Sheet, _part) = (sheet.Name, sheet.Part);
        _styles = new WorkbookStyles(_package);
        // its bytes are looked through once, for all that is worth a reading of its own
        _mentioned = new(() => _package.Mentioned(_part, [MergedMark, .. HiddenMarks]));
    }

    public IReadOnlyList<string> SheetNames => [.. _package.Sheets.Select(s => s.Name)];

    /// <summary>The one that is read.</summary>
    public string Sheet { get; }

    public IReadOnlyList<string> Columns => _columns;
    public long BytesRead => _stream.Position;

    public IEnumerable<SourceRow> Rows()
    {
        _shared = new SharedStrings(_package);
        ReadMerged();
        using var xml = _package.OpenPart(_part);
        var (number, count, first, above) = (0, 0, true, _format.Above);
        while (xml.Next())
        {
            if (!xml.Is("row")) continue;
            if (++count > MostRows)
                throw new ImportException(ImportingWords.SheetWithTooManyRows(MostRows));
            number = int.TryParse(xml.Attribute("r"), out var given) && given > 0 ? given : number + 1;
            var row = xml.IsEmpty ? new SourceRow(number, []) : ReadRow(xml, number);
            if (row is { Fault: null, FieldFaults: null } && row.Fields.All(string.IsNullOrEmpty)) continue;
            if (above-- > 0) continue;
            if (_merged.Count > 0) row = Filled(row);
            if (first)
            {
                first = false;
                _columns.AddRange(_format.HasHeader ? ColumnNames.From(row.Fields) : ColumnNames.Numbered(row.Fields.Count));
                if (_format.HasHeader && row.Fault is null) continue;
            }
            xml.Progressed();
            yield return Checked(row);
        }
    }

    public void Dispose()
    {
        _package.Dispose();
        _stream.Dispose();
    }

    /// <summary>Rows with cells, and columns of those that were read, which Excel does not show: hidden by hand, grouped or filtered
    /// out.</summary>
    public (int Rows, int Columns) Hidden()
    {
        var (rows, columns, isHidden) = (0, 0, false);
        if (!_mentioned.Value.Overlaps(HiddenMarks)) return (0, 0);
        using var xml = _package.OpenPart(_part);
        while (xml.Next())
            if (xml.Is("row"))
            {
                xml.Progressed();
                isHidden = IsHidden();
            }
            else if (isHidden && (xml.Is("v") || xml.Is("is"))) (rows, isHidden) = (rows + 1, false);
            else if (xml.Is("col") && IsHidden() && int.TryParse(xml.Attribute("min"), out var min)
                && int.TryParse(xml.Attribute("max"), out var max))
                columns += Math.Max(0, Math.Min(max, _columns.Count) - Math.Max(1, min) + 1);
        return (rows, columns);

        bool IsHidden() => xml.Attribute("hidden") is "1" or "true";
    }

    // they stand behind the cells, but say what rows are: one read through for them alone
    private void ReadMerged()
    {
        if (!_mentioned.Value.Contains(MergedMark)) return;
        using var xml = _package.OpenPart(_part);
        while (xml.Next())
            if (xml.Is("row")) xml.Progressed();
            else if (xml.Is("mergeCell") && xml.Attribute("ref")?.Split(':') is [var first, var last] && RowOf(first) is var top
                && RowOf(last) is var bottom && top < bottom && _merged.Count < MostMerged)
                _merged.Add(new Merged(ColumnOf(first), top, bottom));
        _merged.Sort((a, b) => a.Top.CompareTo(b.Top));
    }

    // Excel shows the value of merged cells beside all of their rows
    private SourceRow Filled(SourceRow row)
    {
        if (_merged.RemoveAll(m => m.Bottom < row.Line) >= 0 && _merged.Count == 0) return row;
        List<string?>? fields = null;
        foreach (var merged in _merged)
            if (merged.Top > row.Line) break;
            else if (merged.Top == row.Line) merged.Value = row.Field(merged.Column);
            else if (merged.Value is not null && row.Field(merged.Column) is null or "")
            {
                fields ??= [.. row.Fields];
                while (fields.Count <= merged.Column) fields.Add(null);
                fields[merged.Column] = merged.Value;
            }
        return fields is null ? row : row with { Fields = fields };
    }

    private static int RowOf(string place) => int.TryParse(place.AsSpan().TrimStart("ABCDEFGHIJKLMNOPQRSTUVWXYZ$"), out var row) ? row : 0;

    /// <summary>Cells of several rows that are one.</summary>
    private sealed record Merged(int Column, int Top, int Bottom)
    {
        public string? Value { get; set; }
    }

    // a new workbook's first sheet can be one that nobody wrote on
    private bool HasCells(WorkbookSheet sheet)
    {
        using var xml = _package.OpenPart(sheet.Part);
        while (xml.Next()) if (xml.Is("v") || xml.Is("is")) return true;
        return false;
    }

    private SourceRow Checked(SourceRow row)
    {
        if (row.Fault is not null) return row;
        while (_columns.Count < row.Fields.Count) _columns.Add($"Column {_columns.Count + 1}");
        for (var i = 0; i < row.Fields.Count; i++)
            if (row.Fields[i] is { } value && MarkedText.FaultOf(value, _columns[i]) is { } fault) return row with { Fault = fault };
        return row;
    }

    private SourceRow ReadRow(WorkbookXml xml, int number)
    {
        var fields = new List<string?>(_columns.Count);
        RowFault? fault = null;
        Dictionary<int, RowFault>? faults = null;
        var (depth, next, cells) = (xml.Depth, 0, 0);
        while (xml.NextInside(depth))
        {
            if (!xml.Is("c")) continue;
            if (++cells > MostCells)
                throw new ImportException(ImportingWords.RowWithTooManyCells(number: number, most: MostCells));
            var column = xml.Attribute("r") is { Length: > 0 } place ? ColumnOf(place) : next;
            next = column + 1;
            var (value, wrong) = ReadCell(xml);
            if (column >= ImportLimits.Columns)
            {
                if (value is { Length: > 0 }) fault ??= new(RowFault.TooManyColumns,
                    ImportingWords.ValueBeyondColumn(ImportLimits.Columns));
                continue;
            }
            while (fields.Count <= column) fields.Add(null);
            fields[column] = value;
            var name = column < _columns.Count ? _columns[column] : null;
            if (wrong?.Code == RowFault.TooLong) fault ??= wrong with { Column = name };
            else if (wrong is not null) (faults ??= [])[column] = wrong with { Column = name };
        }
        return new SourceRow(number, fields, fault, faults);
    }

    private (string? Value, RowFault? Fault) ReadCell(WorkbookXml xml)
    {
        var (type, style) = (xml.Attribute("t"), xml.Attribute("s"));
        if (xml.IsEmpty) return (null, null);
        _text.Clear();
        var (depth, fits, isFormula, hasValue) = (xml.Depth, true, false, false);
        while (xml.NextInside(depth))
        {
            if (xml.Is("f")) isFormula = true;
            else if (xml.Is("v")) (fits, hasValue) = (fits & xml.ReadText(_text), true);
            else if (xml.Is("is")) (fits, hasValue) = (fits & xml.ReadRuns(_text), true);
        }
        if (isFormula && (!hasValue || _text.Length == 0 && type != "str"))
            return (null, new(RowFault.NoResult,
                ImportingWords.FormulaWithoutResult));
        var value = _text.ToString();
        var place = -1;
        var text = type == "s" && int.TryParse(value, out place) ? _shared![place] : null;
        if (type == "s" && value.Length > 0 && text is null)
            return (null, new(RowFault.CellError, ImportingWords.SharedTextMissing(value)));
        var (shown, isLong) = type switch
        {
            "s" => (text, _shared!.TooLong.Contains(place)),
            "inlineStr" or "str" => (ExcelEscapes.Decode(value), !fits),
            "b" => (value is "1" or "true" ? "TRUE" : value.Length == 0 ? null : "FALSE", false),
            "e" => (value, false),
            "d" => (value.Length == 0 ? null : _styles.ShowDay(value, style), false),
            _ => (value.Length == 0 ? null : _styles.Show(value, style), !fits),
        };
        if (isLong) return (shown, new(RowFault.TooLong, ImportingWords.CellLongerThanKiB(ImportLimits.TextBytes >> 10)));
        return (shown, type == "e" ? new(RowFault.CellError, ImportingWords.CellShowsError(value)) : null);
    }

    /// <summary>"AB12" is column 27, counted from 0.</summary>
    private static int ColumnOf(string place)
    {
        var column = 0;
        foreach (var c in place.ToUpperInvariant())
        {
            if (c == '$') continue;
            if (c is < 'A' or > 'Z' || column > 20_000) break;
            column = column * 26 + (c - 'A' + 1);
        }
        return column - 1 < 0 ? 0 : column - 1;
    }
}
