using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <summary>The rows of a JSON document: elements of an array, values of an object, or values one after the other; each is read
/// alone.</summary>
public sealed class JsonReader : IRowReader
{
    private readonly Stream _stream;
    private readonly SourceFormat _format;
    private readonly JsonText _text;
    private readonly JsonColumns _columns;
    // of how many objects the rows are inside
    private int _entered;

    public JsonReader(Stream stream, SourceFormat format)
    {
        (_stream, _format) = (stream, format);
        _text = new JsonText(MarkedText.Open(stream, format.Encoding));
        _columns = new JsonColumns(format.HasHeader);
    }

    public IReadOnlyList<string> Columns => _columns.Names;
    public long BytesRead => _stream.Position;

    public IEnumerable<SourceRow> Rows()
    {
        if (_format.Kind == FileKind.JsonValues) return Values('\0');
        if (_format.RowsAt is { } path) Find(path);
        var (open, close) = _format.Kind == FileKind.JsonMap ? ('{', '}') : ('[', ']');
        if (!_text.Take(open))
            throw new ImportException(ImportingWords.JsonExpected(line: _text.Line, kind: open == '{' ? "object" : "array"));
        return Values(close);
    }

    public void Dispose() => _text.Dispose();

    // comes to stand before the value of the property; names may hold dots themselves
    private void Find(string path)
    {
        var before = "";
        while (_text.Take('{'))
        {
            var entered = false;
            while (_text.Name() is { } name)
            {
                var full = before + name;
                if (full == path)
                {
                    _entered++;
                    return;
                }
                if (path.StartsWith(full + ".", StringComparison.Ordinal) && _text.Next() == '{')
                {
                    (before, entered) = (full + ".", true);
                    _entered++;
                    break;
                }
                if (!_text.Read(null)) break;
                _text.Take(',');
            }
            if (!entered) break;
        }
        throw new ImportException(ImportingWords.FileHasNoRowsUnder(path));
    }

    private IEnumerable<SourceRow> Values(char close)
    {
        var json = new StringBuilder();
        for (var count = 0; ; count++)
        {
            var (commas, comma) = (0, _text.Line);
            while (_text.Take(',')) if (++commas == 1) comma = _text.Line;
            var next = _text.Next();
            if (close != '\0' && next >= 0 && next != close && commas != Math.Min(count, 1))
                yield return new SourceRow(commas == 0 ? _text.Line : comma, [],
                    new(RowFault.BadRow, ImportingWords.OneCommaExpected(commas)));
            if (next < 0)
            {
                if (close != '\0') yield return CutOff(_text.Line);
                yield break;
            }
            if (next == close)
            {
                if (Rest() is { } rest) yield return rest;
                yield break;
            }
            var line = _text.Line;
            string? key = null;
            if (_format.Kind == FileKind.JsonMap && (key = _text.Name()) is null)
            {
                yield return new SourceRow(line, [], new(RowFault.BadRow,
                ImportingWords.NameAndColonExpected));
                yield break;
            }
            json.Clear();
            if (!_text.Read(json))
            {
                yield return CutOff(line);
                yield break;
            }
            if (_text.TooLong)
                yield return new SourceRow(line, [], new(RowFault.TooLong,
                    ImportingWords.ElementLongerThanMillionCharacters(ImportLimits.RowCharacters >> 20)));
            else if (_columns.Row(line, json.ToString(), key) is { } row) yield return row;
        }
    }

    // what stands behind the rows, to the end of the file; null where all of it is JSON
    private SourceRow? Rest()
    {
        _text.Take();
        for (; _entered > 0; _entered--)
        {
            while (_text.Take(',') && _text.Name() is not null) if (!_text.Read(null)) return CutOff(_text.Line);
            if (_text.Next() < 0) return CutOff(_text.Line);
            if (!_text.Take('}')) break;
        }
        if (_text.Next() < 0) return null;
        var (line, start) = (_text.Line, new StringBuilder());
        while (start.Length < 40 && _text.Take() is >= 0 and var c and not '\n') start.Append((char)c);
        return new SourceRow(line, [start.ToString()], new(RowFault.BadRow, ImportingWords.RestBehindJson(start.ToString().Trim())));
    }

    private static SourceRow CutOff(int line) =>
        new(line, [], new(RowFault.BadRow, ImportingWords.FileEndsInsideJson));
}
