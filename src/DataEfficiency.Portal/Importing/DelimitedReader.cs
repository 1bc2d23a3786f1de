// CSV and TSV as people really save them: RFC 4180 quotes with embedded newlines and doubled quotes, where the separator has quoting at
// all; behind a closing quote only a separator or a line end may stand, and what breaks that is a row error, never a guess; a quote inside
// an unquoted field is a character like any other; CRLF, LF and CR end a row; Excel's first line "sep=;" is no row. Memory is bounded by
// one row.
using System.Text;

namespace DataEfficiency.Portal.Importing;

public sealed class DelimitedReader : IRowReader
{
    private const char EndOfFile = '\u001A';
    private readonly Stream _stream;
    private readonly StreamReader _text;
    private readonly SourceFormat _format;
    private readonly char[] _buffer = new char[1 << 15];
    private readonly StringBuilder _field = new();
    private readonly List<string> _columns = [];
    private int _position, _filled, _line = 1, _rowCharacters;
    private bool _fieldTooLong;

    /// <exception cref="ImportException">The encoding or the separator cannot be used.</exception>
    public DelimitedReader(Stream stream, SourceFormat format)
    {
        if (format.Delimiter is '"' or '\r' or '\n' or MarkedText.Bad)
            throw new ImportException(ImportingWords.QuoteIsNoSeparator);
        (_stream, _format) = (stream, format);
        _text = MarkedText.Open(stream, format.Encoding);
    }

    /// <summary>Each line that is not blank as one field.</summary>
    public static DelimitedReader OfLines(Stream stream, SourceFormat format) =>
        new(stream, format with { Kind = FileKind.Delimited, Delimiter = '\0', HasHeader = false, Quoted = false });

    public IReadOnlyList<string> Columns => _columns;
    public long BytesRead => _stream.Position;

    /// <summary>The separator that Excel's first line names ("sep=;"), '\0' where it leaves it out, or null where the line is
    /// none.</summary>
    public static char? NamedSeparator(ReadOnlySpan<char> line)
    {
        var bare = line.TrimEnd("\r\n").Trim('"');
        if (!bare.StartsWith("sep", StringComparison.OrdinalIgnoreCase) || bare[3..].TrimStart(' ') is not ['=', .. var named]) return null;
        named = named.Trim(' ').Trim('"');
        if (named.IsEmpty) return '\0';
        if (named is "\\t") return '\t';
        // a program that took the line for a row ends it with as many separators as the table has
        return !char.IsLetterOrDigit(named[0]) && named.IndexOfAnyExcept(named[0]) < 0 ? named[0] : null;
    }

    public IEnumerable<SourceRow> Rows()
    {
        var (first, above) = (true, _format.Above);
        foreach (var row in Read())
        {
            if (above-- > 0) continue;
            if (first)
            {
                first = false;
                if (row.Fields.Count > ImportLimits.Columns)
                    throw new ImportException(ImportingWords.FirstRowMoreThanColumns(ImportLimits.Columns));
                _columns.AddRange(_format.HasHeader ? ColumnNames.From(row.Fields) : ColumnNames.Numbered(row.Fields.Count));
                if (_format.HasHeader && row.Fault is null) continue;
            }
            yield return Checked(row);
        }
    }

    /// <summary>The rows as they stand, whatever number of fields each has.</summary>
    internal IEnumerable<SourceRow> Read()
    {
        SkipNamedSeparator();
        while (NextRow() is { } row) yield return row;
    }

    public void Dispose() => _text.Dispose();

    // seen within the first buffer: the line is short
    private void SkipNamedSeparator()
    {
        if (_format.Delimiter == '\0' || Peek() < 0) return;
        var start = _buffer.AsSpan(0, _filled);
        var end = start.IndexOfAny('\r', '\n');
        if (end < 0 || NamedSeparator(start[..end]) is null) return;
        while (_position < end) Take();
        if (Take() == '\r' && Peek() == '\n') Take();
        _line++;
    }

    private SourceRow Checked(SourceRow row)
    {
        if (row.Fault is not null) return row;
        if (row.Fields.Count > _columns.Count && row.Fields.Skip(_columns.Count).Any(f => !string.IsNullOrWhiteSpace(f)))
            return row with
            {
                Fault = new(RowFault.BadRow,
                ImportingWords.OtherNumberOfFields(fields: row.Fields.Count, expected: _columns.Count)),
            };
        for (var i = 0; i < row.Fields.Count; i++)
            if (row.Fields[i] is { } value && MarkedText.FaultOf(value, i < _columns.Count ? _columns[i] : null) is { } fault)
                return row with { Fault = fault };
        return row;
    }

    /// <summary>The next row that is not an empty line, or null at the end.</summary>
    private SourceRow? NextRow()
    {
        while (true)
        {
            if (Peek() < 0) return null;
            var start = _line;
            var fields = new List<string?>(_columns.Count);
            _rowCharacters = 0;
            RowFault? fault = null;
            while (true)
            {
                var (end, fieldFault) = ReadField();
                if (fields.Count <= ImportLimits.Columns) fields.Add(_field.ToString());
                fault ??= fieldFault is null ? null : fieldFault with { Column = fields.Count <= _columns.Count ? _columns[fields.Count - 1]
                    : null };
                if (end) break;
            }
            if (fields is [""] && fault is null) continue;
            return new SourceRow(start, fields, fault);
        }
    }

    /// <summary>Fills the field; the first value says whether the row ended with it.</summary>
    private (bool RowEnded, RowFault? Fault) ReadField()
    {
        _field.Clear();
        _fieldTooLong = false;
        RowFault? fault = null;
        if (_format.QuotesEnclose && Peek() == '"')
        {
            Take();
            fault = ReadQuoted(_line);
        }
        while (true)
        {
            var c = Take();
            // DOS ended its files with this character
            if (c == EndOfFile && Peek() < 0) c = -1;
            if (c < 0 || c is '\n' or '\r')
            {
                if (c == '\r' && Peek() == '\n') Take();
                if (c >= 0) _line++;
                return (true, fault ?? LengthFault());
            }
            // where a quote went wrong, nobody knows which separators count: the rest of the line belongs to the fault
            if (c == _format.Delimiter && _format.Delimiter != '\0' && fault is null) return (false, LengthFault());
            Append((char)c);
        }
    }

    /// <summary>After the opening quote, to behind the closing one.</summary>
    private RowFault? ReadQuoted(int from)
    {
        while (true)
        {
            var c = Take();
            if (c < 0)
                return new(RowFault.BadRow,
                    ImportingWords.QuoteNeverClosed(from));
            if (c == '"')
            {
                var next = Peek();
                if (next != '"')
                    return next < 0 || next is '\n' or '\r' || next == _format.Delimiter ? null
                        : new(RowFault.BadRow,
                            ImportingWords.QuoteClosedInAField(from: from, line: _line, reach: _line > from ? "lines" : "line"));
                Take();
            }
            else if (c == '\n' || (c == '\r' && Peek() != '\n')) _line++;
            Append((char)c);
        }
    }

    private RowFault? LengthFault() => !_fieldTooLong ? null : new(RowFault.TooLong,
        ImportingWords.FieldOrRowTooLong(kibibytes: ImportLimits.TextBytes >> 10, millions: ImportLimits.RowCharacters >> 20));

    private void Append(char c)
    {
        if (_field.Length >= ImportLimits.TextBytes || ++_rowCharacters > ImportLimits.RowCharacters) _fieldTooLong = true;
        else _field.Append(c);
    }

    private int Peek() => _position < _filled || Fill() ? _buffer[_position] : -1;

    private int Take() => _position < _filled || Fill() ? _buffer[_position++] : -1;

    private bool Fill()
    {
        _position = 0;
        _filled = _text.Read(_buffer, 0, _buffer.Length);
        return _filled > 0;
    }
}
