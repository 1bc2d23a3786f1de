using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// CoNLL: a token and its tag a line (further columns between them are passed over), a blank line behind each item. The tokens joined by
/// blanks are the text; tags are IOB1, IOB2, IOBES or BILOU. Columns: "text", and "spans" as JSON.
/// </summary>
public sealed partial class ConllReader(Stream stream, SourceFormat format) : IRowReader
{
    private static readonly string[] Names = ["text", "spans"];
    private readonly DelimitedReader _lines = DelimitedReader.OfLines(stream, format);

    public IReadOnlyList<string> Columns => Names;
    public long BytesRead => _lines.BytesRead;

    /// <summary>Lines that look so: tokens with tags, of which one begins a part at least where the file's name does not say it.</summary>
    public static bool Looks(IReadOnlyList<string> lines, string extension) => lines.Count > 1 && lines.All(l => Tagged().IsMatch(l))
        && (extension is ".conll" or ".iob" or ".iob2" or ".bio" || lines.Any(l => Begins().IsMatch(l)));

    public IEnumerable<SourceRow> Rows()
    {
        var (first, before) = (0, 0);
        var tokens = new List<(string Token, string Tag)>();
        foreach (var line in _lines.Rows())
        {
            var fields = line.Fault is not null ? null : line.Field(0)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            // an empty line is no row of the reader, but a gap in the numbers; one of blanks is
            if (tokens.Count > 0 && (line.Line > before + 1 || fields is []))
            {
                yield return Item(first, tokens);
                tokens.Clear();
            }
            before = line.Line;
            if (fields is null)
            {
                yield return line;
                continue;
            }
            if (fields is [] or ["-DOCSTART-", ..]) continue;
            if (fields.Length < 2 || !Tag().IsMatch(fields[^1]))
            {
                yield return line with { Fault = new(RowFault.BadRow, ImportingWords.LineWithoutTag) };
                continue;
            }
            if (tokens.Count == 0) first = line.Line;
            tokens.Add((fields[0], fields[^1]));
        }
        if (tokens.Count > 0) yield return Item(first, tokens);
    }

    public void Dispose() => _lines.Dispose();

    private static SourceRow Item(int line, List<(string Token, string Tag)> tokens)
    {
        var text = new StringBuilder();
        var spans = new List<(int Start, int End, string Label)>();
        var (at, inside) = (0, (string?)null);
        foreach (var (token, tag) in tokens)
        {
            if (text.Length > 0) text.Append(' ');
            var start = at > 0 ? at + 1 : 0;
            at = start + token.EnumerateRunes().Count();
            text.Append(token);
            var label = tag.Length > 2 ? tag[2..] : null;
            if (label is not null && label == inside && tag[0] is not ('B' or 'S' or 'U'))
                spans[^1] = spans[^1] with { End = at };
            else if (label is not null) spans.Add((start, at, label));
            inside = label;
        }
        var marked = JsonSerializer.Serialize(spans.Select(s => new object[] { s.Start, s.End, s.Label }));
        return new SourceRow(line, [text.ToString(), marked]);
    }

    [GeneratedRegex(@"^(?:-DOCSTART-.*|\S+(?:\s+\S+)*\s+(?:O|[BIESLU]-\S+))$")]
    private static partial Regex Tagged();

    [GeneratedRegex(@"\s[BIESLU]-\S+$")]
    private static partial Regex Begins();

    [GeneratedRegex(@"^(?:O|[BIESLU]-\S+)$")]
    private static partial Regex Tag();
}
