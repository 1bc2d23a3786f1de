using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <summary>One JSON array of objects, of any size: finds where each element begins and ends and parses it alone, so that memory is
/// bounded by one element and a fault has its line.</summary>
public sealed class JsonArrayReader(Stream stream, SourceFormat format) : IRowReader
{
    private readonly StreamReader text = MarkedText.Open(stream, format.Encoding);
    private readonly JsonColumns columns = new();

    public IReadOnlyList<string> Columns => columns.Names;
    public long BytesRead => stream.Position;

    public IEnumerable<SourceRow> Rows()
    {
        var buffer = new char[1 << 15];
        var element = new StringBuilder();
        int line = 1, elementLine = 0, depth = 0, read;
        bool inText = false, escaped = false, tooLong = false;
        while ((read = text.Read(buffer, 0, buffer.Length)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                var c = buffer[i];
                if (c == '\n') line++;
                if (inText)
                {
                    if (escaped) escaped = false;
                    else if (c == '\\') escaped = true;
                    else if (c == '"') inText = false;
                }
                else if (c == '"') inText = true;
                else if (c is '[' or '{' && ++depth == 1)
                {
                    if (c != '[') throw new ImportException($"Line {line:N0}: a JSON array was expected, not an object.");
                    continue;
                }
                else if (c is ']' or '}') depth--;

                if ((depth == 1 && c == ',' && !inText) || (depth == 0 && c == ']'))
                {
                    if (element.Length > 0 || tooLong) yield return Finished();
                    if (depth == 0) yield break;
                    continue;
                }
                if (depth == 0 || (element.Length == 0 && char.IsWhiteSpace(c))) continue;
                if (element.Length == 0) elementLine = line;
                if (element.Length >= ImportLimits.RowCharacters) tooLong = true;
                else element.Append(c);
            }
        }
        if (depth > 0) yield return new SourceRow(elementLine == 0 ? line : elementLine, [], new(RowFault.BadRow, "The file ends inside the array: it was cut off, or a bracket or quote is missing."));

        SourceRow Finished()
        {
            var json = element.ToString();
            var wasTooLong = tooLong;
            element.Clear();
            tooLong = false;
            return wasTooLong
                ? new SourceRow(elementLine, [], new(RowFault.TooLong, $"The element is longer than {ImportLimits.RowCharacters >> 20} million characters."))
                : columns.Row(elementLine, json);
        }
    }

    public void Dispose() => text.Dispose();
}
