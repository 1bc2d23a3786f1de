using System.Text;
using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Tests.Sentences;

/// <summary>The texts between quotes and between tags of the portal's source, with their line.</summary>
internal static partial class SourceLiterals
{
    /// <summary>Two words beside each other, or a word beside a value that is put in.</summary>
    public static bool IsSentence(string text) => Words().IsMatch(text);

    /// <summary>C# and JavaScript: regular, interpolated and template literals; a hole is a single '\0'. Verbatim and raw ones are code or
    /// patterns, and are left out.</summary>
    public static IEnumerable<(int Line, string Text)> OfCode(string source, bool isScript)
    {
        for (int at = 0, line = 1; at < source.Length; at++)
        {
            var c = source[at];
            if (c == '\n') line++;
            else if (Starts(source, at, "//")) at = End(source, at, "\n") - 1;
            else if (Starts(source, at, "/*") || Starts(source, at, "@*"))
            {
                var end = End(source, at + 2, c == '@' ? "*@" : "*/");
                line += source.AsSpan(at, end - at).Count('\n');
                at = end + 1;
            }
            else if (Starts(source, at, "\"\"\"") || c == '@' && Starts(source, at + 1, "\""))
            {
                var end = Starts(source, at, "\"\"\"") ? End(source, at + 3, "\"\"\"") + 2 : End(source, at + 2, "\"");
                line += source.AsSpan(at, end - at).Count('\n');
                at = end;
            }
            else if (!isScript && c == '\'') at = CharacterEnd(source, at);
            else if (c == '"' || isScript && c is '\'' or '`')
            {
                var begun = line;
                var text = Read(source, ref at, ref line, c, isScript ? c == '`' : at > 0 && source[at - 1] == '$', isScript);
                yield return (begun, text);
            }
        }
    }

    /// <summary>What stands between the tags of a page, and in the attributes that people read.</summary>
    public static IEnumerable<(int Line, string Text)> OfMarkup(string razor)
    {
        var code = Code().Match(razor);
        var markup = Comment().Replace(code.Success ? razor[..code.Index] : razor, m => new string('\n', m.Value.Count(c => c == '\n')));
        foreach (Match node in Node().Matches(markup))
            yield return (1 + markup.AsSpan(0, node.Index).Count('\n'), Blanks().Replace(node.Groups["text"].Value, " ").Trim());
    }

    private static string Read(string source, ref int at, ref int line, char quote, bool hasHoles, bool isScript)
    {
        var text = new StringBuilder();
        for (at++; at < source.Length && source[at] != quote; at++)
        {
            if (source[at] == '\n')
            {
                line++;
                // no literal at all: a quote in a regular expression or in markup
                if (quote != '`') return "";
            }
            if (source[at] == '\\') { at++; continue; }
            var opens = isScript ? Starts(source, at, "${") : source[at] == '{';
            if (!hasHoles || !opens) { text.Append(source[at]); continue; }
            if (!isScript && Starts(source, at, "{{")) { at++; continue; }
            at = HoleEnd(source, at + (isScript ? 2 : 1), ref line);
            text.Append('\0');
        }
        return text.ToString();
    }

    private static int HoleEnd(string source, int at, ref int line)
    {
        for (var depth = 0; at < source.Length; at++)
        {
            if (source[at] == '\n') line++;
            if (source[at] is '"' or '`')
            {
                var quote = source[at];
                Read(source, ref at, ref line, quote, quote == '`' || source[at - 1] == '$', quote == '`');
            }
            else if (source[at] == '{') depth++;
            else if (source[at] == '}' && depth-- == 0) break;
        }
        return at;
    }

    private static int CharacterEnd(string source, int at) =>
        Character().Match(source, at) is { Success: true } match ? at + match.Length - 1 : at;

    private static bool Starts(string source, int at, string with) => string.CompareOrdinal(source, at, with, 0, with.Length) == 0;

    private static int End(string source, int from, string with) =>
        source.IndexOf(with, Math.Min(from, source.Length), StringComparison.Ordinal) is >= 0 and var end ? end : source.Length;

    [GeneratedRegex("[\\p{L}’']{2,}[,.:;)”’']*\\s+[(“]?\\p{L}{2,}|\\p{L}{2,}[,:;]?\\s\0|\0[,:;]?\\s\\p{L}{2,}")]
    private static partial Regex Words();

    [GeneratedRegex(@"\G'(\\[^']*|[^'\\])'")]
    private static partial Regex Character();

    [GeneratedRegex(@"(?<=[^=\s]>)(?<text>[^<>@{}]*\p{L}{2}[^<>@{}]*)(?=<|@if)|"
        + @"\b(?:aria-label|title|placeholder|data-label|DataLabel|Title|Text|What)=""(?<text>[^""@]*\p{L}{2}[^""@]*)""")]
    private static partial Regex Node();

    [GeneratedRegex(@"^@code\b", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
