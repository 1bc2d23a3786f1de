// As much YAML as stands at the head of a data set's README.md: maps and lists by their indentation, plain and quoted words, lists in
// brackets. What is more is passed over: nothing there is needed to find rows.
using System.Text;

namespace DataEfficiency.Portal.Importing;

internal sealed class YamlHead
{
    private const int Deepest = 32, MostLines = 100_000;
    private readonly List<(int Indent, string Text)> _lines = [];
    private int _at;

    private YamlHead(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            if (line.TrimStart() is { Length: > 0 } text && text[0] != '#') _lines.Add((line.Length - text.Length, text.TrimEnd()));
    }

    /// <summary>Dictionaries, lists and words; null where the text has no head.</summary>
    public static object? Of(string text)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n').Select(l => l.TrimEnd('\r')).Take(MostLines).ToList();
        if (lines[0].TrimEnd() != "---") return null;
        var head = new YamlHead(lines.Skip(1).TakeWhile(l => l.TrimEnd() != "---"));
        return head._lines.Count == 0 ? null : head.Block(head._lines[0].Indent, 0);
    }

    private bool Stands(int indent) => _at < _lines.Count && _lines[_at].Indent == indent;

    private static bool IsEntry(string text) => text == "-" || text.StartsWith("- ", StringComparison.Ordinal);

    private object? Block(int indent, int depth)
    {
        if (depth > Deepest)
        {
            PassOver(indent);
            return null;
        }
        return IsEntry(_lines[_at].Text) ? List(indent, depth) : Map(indent, depth);
    }

    private List<object?> List(int indent, int depth)
    {
        var list = new List<object?>();
        while (Stands(indent) && IsEntry(_lines[_at].Text))
        {
            var rest = _lines[_at].Text[1..].TrimStart();
            if (rest.Length == 0)
            {
                _at++;
                list.Add(_at < _lines.Count && _lines[_at].Indent > indent ? Block(_lines[_at].Indent, depth + 1) : null);
            }
            else if (IsEntry(rest) || Colon(rest) >= 0)
            {
                // what stands behind the dash is a block of its own, as deep as it begins
                var inner = indent + _lines[_at].Text.Length - rest.Length;
                _lines[_at] = (inner, rest);
                list.Add(Block(inner, depth + 1));
            }
            else
            {
                _at++;
                list.Add(Word(rest));
            }
            PassOver(indent + 1);
        }
        return list;
    }

    private Dictionary<string, object?> Map(int indent, int depth)
    {
        var map = new Dictionary<string, object?>();
        while (Stands(indent) && !IsEntry(_lines[_at].Text))
        {
            var text = _lines[_at++].Text;
            if (Colon(text) is var colon && colon >= 0)
            {
                var (name, rest) = (Word(text[..colon]) as string ?? "", text[(colon + 1)..].Trim());
                map[name] = rest.Length == 0 || rest[0] == '#' ? Inner(indent, depth) : rest[0] is '|' or '>' ? null : Word(rest);
            }
            PassOver(indent + 1);
        }
        return map;
    }

    // what belongs to a name; a list may stand as far left as its name
    private object? Inner(int indent, int depth) => _at < _lines.Count && (_lines[_at].Indent > indent
        || _lines[_at].Indent == indent && IsEntry(_lines[_at].Text)) ? Block(_lines[_at].Indent, depth + 1) : null;

    private void PassOver(int indent)
    {
        while (_at < _lines.Count && _lines[_at].Indent >= indent) _at++;
    }

    /// <summary>Where the name ends; -1: the text is none.</summary>
    private static int Colon(string text)
    {
        var quote = text[0] is '"' or '\'' ? text.IndexOf(text[0], 1) : 0;
        if (quote < 0) return -1;
        for (var at = text.IndexOf(':', quote); at >= 0; at = text.IndexOf(':', at + 1))
            if (at == text.Length - 1 || text[at + 1] == ' ') return at;
        return -1;
    }

    private static object? Word(string text)
    {
        var word = text.Trim();
        if (word is ['[', ..])
            return word[1..].TrimEnd(']').Split(',').Select(w => Word(w)).Where(w => w is not null).ToList();
        if (word is ['"' or '\'', ..])
        {
            var said = new StringBuilder();
            for (var i = 1; i < word.Length; i++)
            {
                if (word[i] == word[0] && (word[0] == '"' || i + 1 >= word.Length || word[i + 1] != '\'')) break;
                if (word[0] == '\'' && word[i] == '\'' || word[0] == '"' && word[i] == '\\' && i + 1 < word.Length) i++;
                said.Append(word[i]);
            }
            return said.ToString();
        }
        var comment = word.IndexOf(" #", StringComparison.Ordinal);
        if (comment >= 0) word = word[..comment].TrimEnd();
        return word is "" or "~" or "null" ? null : word;
    }
}
