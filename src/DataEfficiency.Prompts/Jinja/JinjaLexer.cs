// Template text to tokens, with the white-space rules of transformers: trim_blocks and lstrip_blocks on, one last newline dropped.
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaLexer
{
    // Longest first.
    private static readonly string[] Operators =
    [
        "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|",
            ",", ";",
    ];

    private readonly string source;
    private readonly List<JinjaToken> tokens = [];
    private int at, line = 1;
    private bool lineStarts = true;

    private JinjaLexer(string text)
    {
        text = text.Replace("\r\n", "\n").Replace('\r', '\n');
        source = text.EndsWith('\n') ? text[..^1] : text;
    }

    public static List<JinjaToken> Tokens(string template) => new JinjaLexer(template).Run();

    private List<JinjaToken> Run()
    {
        while (at < source.Length)
        {
            var tag = NextTag(at);
            AddText(tag < 0 ? source.Length : tag, tag, isVariable: tag >= 0 && source[tag + 1] == '{');
            if (tag < 0) break;
            if (source[tag + 1] == '#') SkipComment();
            else if (source[tag + 1] == '{') ReadTag("{{", "}}");
            else if (RawEnd(tag) is var end and >= 0) ReadRaw(end);
            else ReadTag("{%", "%}");
        }
        tokens.Add(new JinjaToken(TokenKind.End, "", line));
        return tokens;
    }

    private int NextTag(int from)
    {
        for (var i = from; (i = source.IndexOf('{', i)) >= 0 && i + 1 < source.Length; i++)
            if (source[i + 1] is '{' or '%' or '#') return i;
        return -1;
    }

    /// <summary>Text up to a tag, whose sign says what becomes of the blanks before it.</summary>
    private void AddText(int end, int tag, bool isVariable)
    {
        var text = source[at..end];
        var sign = tag >= 0 && tag + 2 < source.Length ? source[tag + 2] : ' ';
        var lineStart = text.LastIndexOf('\n') + 1;
        if (sign == '-') text = text[..Trimmed(text)];
        // lstrip_blocks: blanks between the start of the line and a block go.
        else if (tag >= 0 && sign != '+' && !isVariable && (lineStart > 0 || lineStarts) && Trimmed(text) <= lineStart)
            text = text[..lineStart];
        if (text.Length > 0) tokens.Add(new JinjaToken(TokenKind.Text, text, line));
        Advance(end);
    }

    /// <summary>The length without white space at the end.</summary>
    private static int Trimmed(string text)
    {
        var length = text.Length;
        while (length > 0 && CodePoints.IsSpace(text[length - 1])) length--;
        return length;
    }

    private void SkipComment()
    {
        // the sign of the opening may be the closing's too, as in {#-#}
        var first = at + 2 < source.Length && source[at + 2] is '-' or '+' ? at + 3 : at + 2;
        // an opening at the very end hides nothing, and jinja2 lets it pass
        if (first >= source.Length)
        {
            at = source.Length;
            return;
        }
        var end = source.IndexOf("#}", first, StringComparison.Ordinal);
        if (end < 0) throw Error("a comment {# is not closed");
        EndTag(end, isVariable: false, hasSign: end > first);
    }

    private void ReadTag(string open, string close)
    {
        tokens.Add(new JinjaToken(TokenKind.Open, open, line));
        at += 2;
        if (at < source.Length && source[at] is '-' or '+') at++;
        var brackets = new Stack<string>();
        while (true)
        {
            while (at < source.Length && CodePoints.IsSpace(source[at])) Advance(at + 1);
            if (at >= source.Length) throw Error($"a tag {open} is not closed by {close}");
            // A brace that the expression itself opened is no end of the tag.
            if (brackets.Count == 0 && EndsHere(close) is var end and >= 0)
            {
                tokens.Add(new JinjaToken(TokenKind.Close, close, line));
                EndTag(end, isVariable: open == "{{", hasSign: end > at);
                return;
            }
            ReadToken(brackets);
        }
    }

    private int EndsHere(string close)
    {
        var sign = source[at] is '-' || source[at] is '+' && close == "%}" ? 1 : 0;
        return string.CompareOrdinal(source, at + sign, close, 0, 2) == 0 ? at + sign : -1;
    }

    /// <param name="end">Where the closing two characters stand; a sign may stand before them.</param>
    private void EndTag(int end, bool isVariable, bool hasSign, bool trims = true)
    {
        var sign = hasSign ? source[end - 1] : ' ';
        Advance(end + 2);
        if (sign == '-') while (at < source.Length && CodePoints.IsSpace(source[at])) Advance(at + 1);
        else if (trims && !isVariable && sign != '+' && at < source.Length && source[at] == '\n') Advance(at + 1);
        lineStarts = source[at - 1] == '\n';
    }

    /// <summary>Where %} of {% raw %} stands; -1 where the tag is another.</summary>
    private int RawEnd(int tag) => WordEnd(tag, "raw") is var end and >= 0 && source[end - 1] != '+' ? end : -1;

    private int WordEnd(int tag, string word)
    {
        var i = tag + 2;
        if (i < source.Length && source[i] is '-' or '+') i++;
        while (i < source.Length && CodePoints.IsSpace(source[i])) i++;
        if (string.CompareOrdinal(source, i, word, 0, word.Length) != 0) return -1;
        for (i += word.Length; i < source.Length && CodePoints.IsSpace(source[i]);) i++;
        if (i < source.Length && source[i] is '-' or '+') i++;
        return string.CompareOrdinal(source, i, "%}", 0, 2) == 0 ? i : -1;
    }

    private void ReadRaw(int end)
    {
        // unlike every other block, {% raw %} keeps the newline behind it
        var opened = line;
        EndTag(end, isVariable: false, hasSign: source[end - 1] == '-', trims: false);
        for (var tag = at; (tag = source.IndexOf("{%", tag, StringComparison.Ordinal)) >= 0; tag++)
        {
            var close = WordEnd(tag, "endraw");
            if (close < 0) continue;
            AddText(tag, tag, isVariable: false);
            EndTag(close, isVariable: false, hasSign: source[close - 1] is '-' or '+');
            return;
        }
        if (at < source.Length) throw Error("raw is not closed by endraw", opened);
    }

    private void ReadToken(Stack<string> brackets)
    {
        var c = source[at];
        var start = at;
        if (char.IsAsciiDigit(c))
        {
            var number = JinjaLiteral.Number(source, at);
            at += number.Length;
            tokens.Add(new JinjaToken(number.IsFloat ? TokenKind.Float : TokenKind.Integer, source[start..at].Replace("_", ""), line));
        }
        else if (char.IsLetter(c) || c == '_')
        {
            while (at < source.Length && (char.IsLetterOrDigit(source[at]) || source[at] == '_')) at++;
            tokens.Add(new JinjaToken(TokenKind.Name, source[start..at], line));
        }
        else if (c is '"' or '\'')
        {
            var end = at + 1;
            while (end < source.Length && source[end] != c) end += source[end] == '\\' ? 2 : 1;
            if (end >= source.Length) throw Error("a string is not closed");
            tokens.Add(new JinjaToken(TokenKind.String, JinjaLiteral.Text(source[(at + 1)..end], line), line));
            Advance(end + 1);
        }
        else ReadOperator(brackets);
    }

    private void ReadOperator(Stack<string> brackets)
    {
        var found = Operators.FirstOrDefault(o => string.CompareOrdinal(source, at, o, 0, o.Length) == 0)
            ?? throw Error($"the character '{source[at]}' is not understood");
        if (found is "(" or "[" or "{") brackets.Push(found switch { "(" => ")", "[" => "]", _ => "}" });
        else if (found is ")" or "]" or "}" && (!brackets.TryPop(out var expected) || expected != found))
            throw Error($"'{found}' closes nothing");
        at += found.Length;
        tokens.Add(new JinjaToken(TokenKind.Operator, found, line));
    }

    private void Advance(int to)
    {
        for (; at < to; at++)
            if (source[at] == '\n') line++;
    }

    private ChatTemplateException Error(string what, int? where = null) => new($"line {where ?? line}: {what}");
}
