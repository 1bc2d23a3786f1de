// CSV and TSV as people really save them: RFC 4180 quotes with embedded newlines and doubled quotes; a quote inside an unquoted field is a
// character like any other; CRLF, LF and CR end a row. Memory is bounded by one row whatever the file holds.
using System.Text;

namespace DataEfficiency.Portal.Importing;

public sealed class DelimitedReader : IRowReader
{
    private readonly Stream stream;
    private readonly StreamReader text;
    private readonly SourceFormat format;
    private readonly char[] buffer = new char[1 << 15];
    private readonly StringBuilder field = new();
    private readonly List<string> columns = [];
    private int position, filled, line = 1, rowCharacters;
    private bool fieldTooLong;

    public DelimitedReader(Stream stream, SourceFormat format)
    {
        (this.stream, this.format) = (stream, format);
        text = MarkedText.Open(stream, format.Encoding);
    }

    public IReadOnlyList<string> Columns => columns;
    public long BytesRead => stream.Position;

    public IEnumerable<SourceRow> Rows()
    {
        var first = true;
        while (NextRow() is { } row)
        {
            if (first)
            {
                first = false;
                if (row.Fields.Count > ImportLimits.Columns)
                    throw new ImportException($"The first row has {row.Fields.Count:N0} columns; {ImportLimits.Columns} are the most. Is the right separator chosen?");
                columns.AddRange(format.HasHeader ? ColumnNames.From(row.Fields) : ColumnNames.Numbered(row.Fields.Count));
                if (format.HasHeader) continue;
            }
            yield return Checked(row);
        }
    }

    public void Dispose() => text.Dispose();

    private SourceRow Checked(SourceRow row)
    {
        if (row.Fault is not null) return row;
        if (row.Fields.Count > columns.Count && row.Fields.Skip(columns.Count).Any(f => !string.IsNullOrWhiteSpace(f)))
            return row with { Fault = new(RowFault.BadRow, $"{row.Fields.Count} fields where {columns.Count} were expected. A field that contains the separator needs quotes.") };
        for (var i = 0; i < row.Fields.Count; i++)
            if (row.Fields[i] is { } value && MarkedText.FaultOf(value, i < columns.Count ? columns[i] : null) is { } fault) return row with { Fault = fault };
        return row;
    }

    /// <summary>The next row that is not an empty line, or null at the end.</summary>
    private SourceRow? NextRow()
    {
        while (true)
        {
            if (Peek() < 0) return null;
            var start = line;
            var fields = new List<string?>(columns.Count);
            rowCharacters = 0;
            RowFault? fault = null;
            while (true)
            {
                var (end, fieldFault) = ReadField();
                if (fields.Count <= ImportLimits.Columns) fields.Add(field.ToString());
                fault ??= fieldFault is null ? null : fieldFault with { Column = fields.Count <= columns.Count ? columns[fields.Count - 1] : null };
                if (end) break;
            }
            if (fields is [""] && fault is null) continue;
            return new SourceRow(start, fields, fault);
        }
    }

    /// <summary>Fills <see cref="field"/>; the first value says whether the row ended with it.</summary>
    private (bool RowEnded, RowFault? Fault) ReadField()
    {
        field.Clear();
        fieldTooLong = false;
        RowFault? fault = null;
        if (format.Delimiter != '\0' && Peek() == '"')
        {
            Take();
            if (!ReadQuoted())
                fault = new(RowFault.BadRow, "A quote is opened in this row and never closed: everything after it was taken for one field, and nothing of it was imported.");
        }
        while (true)
        {
            var c = Take();
            if (c < 0 || c is '\n' or '\r')
            {
                if (c == '\r' && Peek() == '\n') Take();
                if (c >= 0) line++;
                return (true, fault ?? LengthFault());
            }
            if (c == format.Delimiter && format.Delimiter != '\0') return (false, fault ?? LengthFault());
            Append((char)c);
        }
    }

    /// <summary>After the opening quote, to behind the closing one; false where the file ends first.</summary>
    private bool ReadQuoted()
    {
        while (true)
        {
            var c = Take();
            if (c < 0) return false;
            if (c == '"')
            {
                if (Peek() != '"') return true;
                Take();
            }
            else if (c == '\n' || (c == '\r' && Peek() != '\n')) line++;
            Append((char)c);
        }
    }

    private RowFault? LengthFault() => fieldTooLong
        ? new(RowFault.TooLong, $"Longer than {ImportLimits.TextBytes >> 10} KiB in one field or {ImportLimits.RowCharacters >> 20} million characters in one row.") : null;

    private void Append(char c)
    {
        if (field.Length >= ImportLimits.TextBytes || ++rowCharacters > ImportLimits.RowCharacters) fieldTooLong = true;
        else field.Append(c);
    }

    private int Peek() => position < filled || Fill() ? buffer[position] : -1;

    private int Take() => position < filled || Fill() ? buffer[position++] : -1;

    private bool Fill()
    {
        position = 0;
        filled = text.Read(buffer, 0, buffer.Length);
        return filled > 0;
    }
}
