using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <summary>One JSON value a line. A broken line costs itself only.</summary>
public sealed class JsonLinesReader(Stream stream, SourceFormat format) : IRowReader
{
    private readonly StreamReader _text = MarkedText.Open(stream, format.Encoding);
    private readonly JsonColumns _columns = new(format.HasHeader);

    public IReadOnlyList<string> Columns => _columns.Names;
    public long BytesRead => stream.Position;

    public IEnumerable<SourceRow> Rows()
    {
        var buffer = new char[1 << 15];
        var row = new StringBuilder();
        var (number, tooLong) = (1, false);
        while (true)
        {
            var read = _text.Read(buffer, 0, buffer.Length);
            var start = 0;
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] != '\n') continue;
                Append(start, i);
                if (Finished() is { } finished) yield return finished;
                start = i + 1;
                number++;
            }
            if (read > 0) Append(start, read);
            else
            {
                if (Finished() is { } last) yield return last;
                yield break;
            }
        }

        void Append(int from, int to)
        {
            if (row.Length + to - from > ImportLimits.RowCharacters) tooLong = true;
            else row.Append(buffer, from, to - from);
        }

        SourceRow? Finished()
        {
            var json = row.ToString();
            var wasTooLong = tooLong;
            row.Clear();
            tooLong = false;
            if (wasTooLong)
                return new SourceRow(number, [], new(RowFault.TooLong,
                    ImportingWords.LineLongerThanMillionCharacters(ImportLimits.RowCharacters >> 20)));
            // a comma behind the value is left over from an array
            var value = json.AsSpan().TrimEnd();
            if (value is [.., ',']) json = value[..^1].ToString();
            return string.IsNullOrWhiteSpace(json) ? null : _columns.Row(number, json);
        }
    }

    public void Dispose() => _text.Dispose();
}
