// Python's textwrap.wrap without expanding tabs or replacing white space, as the filter wordwrap uses it.
using System.Text.RegularExpressions;

namespace DataEfficiency.Prompts.Jinja;

internal sealed partial class JinjaTextWrapper(long width, bool breaksLongWords, bool breaksOnHyphens)
{
    private const string Blank = @"[\t\n\x0b\x0c\r ]";

    // textwrap's own pattern: blanks; an em-dash between words; a word up to a hyphen between letters, a blank, or an em-dash
    private const string Pieces = $@"({Blank}+|(?<=[\w!""'&.,?])-{{2,}}(?=\w)|[^\t\n\x0b\x0c\r ]+?"
        + $@"(?:-(?:(?<=[^\d\W]{{2}}-)|(?<=[^\d\W]-[\w!""'&.,?]-))(?=[^\d\W]-?[^\d\W])|(?={Blank}|\z)|(?<=[\w!""'&.,?])(?=-{{2,}}\w)))";

    [GeneratedRegex(Pieces)]
    private static partial Regex OnHyphens();

    [GeneratedRegex($"({Blank}+)")]
    private static partial Regex OnBlanks();

    public IEnumerable<string> Wrap(string line)
    {
        if (width <= 0) throw new ChatTemplateException("wordwrap needs a width of 1 or more");
        var chunks = new Stack<string>(Chunks(line).Reverse());
        var lines = new List<string>();
        while (chunks.Count > 0)
        {
            JinjaLimits.Running.Step();
            if (lines.Count > 0 && IsBlank(chunks.Peek())) chunks.Pop();
            var (current, length) = (new List<string>(), 0L);
            while (chunks.TryPeek(out var next) && length + CodePoints.Count(next) <= width)
            {
                current.Add(chunks.Pop());
                length += CodePoints.Count(next);
            }
            if (chunks.TryPeek(out var longer) && CodePoints.Count(longer) > width) Break(chunks, current, width - length);
            if (current.Count > 0 && IsBlank(current[^1])) current.RemoveAt(current.Count - 1);
            if (current.Count > 0) lines.Add(string.Concat(current));
        }
        return lines;
    }

    private void Break(Stack<string> chunks, List<string> current, long left)
    {
        if (!breaksLongWords)
        {
            if (current.Count == 0) current.Add(chunks.Pop());
            return;
        }
        var chunk = chunks.Pop();
        var end = CodePoints.Unit(chunk, Math.Max(left, width < 1 ? 1 : left));
        if (breaksOnHyphens && CodePoints.Count(chunk) > left && left > 0)
        {
            var hyphen = chunk[..end].LastIndexOf('-');
            if (hyphen > 0 && chunk[..hyphen].Any(c => c != '-')) end = hyphen + 1;
        }
        current.Add(chunk[..end]);
        chunks.Push(chunk[end..]);
        JinjaLimits.Running.MayMake(chunk.Length);
    }

    private string[] Chunks(string line)
    {
        JinjaLimits.Running.Search(line, line.Length > 1000 ? line[..1000] : line);
        return [.. (breaksOnHyphens ? OnHyphens() : OnBlanks()).Split(line).Where(p => p.Length > 0)];
    }

    private static bool IsBlank(string text) => text.All(CodePoints.IsSpace);
}
