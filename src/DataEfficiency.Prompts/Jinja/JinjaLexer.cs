// Template text to tokens, with the white-space rules of transformers: trim_blocks and lstrip_blocks on, one last newline dropped.
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaLexer
{
    // Longest first.
    private static readonly string[] Operators = ["**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string source;
    private readonly List<JinjaToken> tokens = [];
    private int at, line = 1;
    // What the tag before does to the text that follows it.
    private bool stripNext, lineStarts = true;

    private JinjaLexer(string text)
    {
        text = text.ReplaceLineEndings("\n");
        source = text.EndsWith('\n') ? text[..^1] : text;
    }

    public static List<JinjaToken> Tokens(string template) => new JinjaLexer(template).Run();

    private List<JinjaToken> Run()
    {
        while (at < source.Length)
        {
            var tag = NextTag(at);
            AddText(tag < 0 ? source.Length : tag, tag);
            if (tag < 0) break;
            switch (source[tag + 1])
            {
                case '#': SkipComment(); break;
                case '{': ReadTag("{{", "}}"); break;
                default: ReadTag("{%", "%}"); break;
            }
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

    private void AddText(int end, int tag)
    {
        var text = source[at..end];
        var sign = tag >= 0 && tag + 2 < source.Length ? source[tag + 2] : ' ';
        var kept = stripNext ? text.TrimStart() : text;
        if (sign == '-') kept = kept.TrimEnd();
        else if (tag >= 0 && sign != '+' && source[tag + 1] != '{') kept = StripLine(kept, stripNext ? text.Length > kept.Length && text[text.Length - kept.Length - 1] == '\n' || text.Length == kept.Length && lineStarts : lineStarts);
        if (kept.Length > 0) tokens.Add(new JinjaToken(TokenKind.Text, kept, line));
        Advance(end);
        stripNext = false;
    }

    /// <summary>lstrip_blocks: blanks between the start of the line and a block go.</summary>
    private static string StripLine(string text, bool lineStarts)
    {
        var lineStart = text.LastIndexOf('\n') + 1;
        if (lineStart == 0 && !lineStarts) return text;
        return string.IsNullOrWhiteSpace(text[lineStart..]) ? text[..lineStart] : text;
    }

    private void SkipComment()
    {
        var end = source.IndexOf("#}", at + 2, StringComparison.Ordinal);
        if (end < 0) throw Error("a comment {# is not closed");
        EndTag(end, isVariable: false);
    }

    private void ReadTag(string open, string close)
    {
        var begin = at;
        tokens.Add(new JinjaToken(TokenKind.Open, open, line));
        at += 2;
        if (at < source.Length && source[at] is '-' or '+') at++;
        var depth = 0;
        while (true)
        {
            while (at < source.Length && char.IsWhiteSpace(source[at])) Advance(at + 1);
            if (at >= source.Length) throw Error($"a tag {open} is not closed by {close}");
            // A brace that the expression itself opened is no end of the tag.
            if (depth == 0 && EndsHere(close) is var end and >= 0)
            {
                tokens.Add(new JinjaToken(TokenKind.Close, close, line));
                var raw = open == "{%" && tokens.Count >= 3 && tokens[^3].Kind == TokenKind.Open && tokens[^2].IsName("raw");
                EndTag(end, isVariable: open == "{{");
                if (raw) ReadRaw(begin);
                return;
            }
            depth += ReadToken();
        }
    }

    private int EndsHere(string close)
    {
        var sign = source[at] is '-' or '+' ? 1 : 0;
        return string.CompareOrdinal(source, at + sign, close, 0, 2) == 0 && !(sign == 1 && source[at] == '+' && close == "}}") ? at + sign : -1;
    }

    /// <param name="end">Where the closing two characters stand; a sign may stand before them.</param>
    private void EndTag(int end, bool isVariable)
    {
        var sign = source[end - 1];
        Advance(end + 2);
        stripNext = sign == '-';
        if (!stripNext && !isVariable && sign != '+' && at < source.Length && source[at] == '\n') Advance(at + 1);
        lineStarts = at > 0 && source[at - 1] == '\n';
    }

    private void ReadRaw(int begin)
    {
        tokens.RemoveRange(tokens.Count - 3, 3);
        for (var tag = at; (tag = source.IndexOf("{%", tag, StringComparison.Ordinal)) >= 0; tag += 2)
        {
            var inner = source.IndexOf("%}", tag, StringComparison.Ordinal);
            if (inner < 0 || source[(tag + 2)..inner].Trim('-', '+', ' ', '\t', '\n') != "endraw") continue;
            AddText(tag, tag);
            EndTag(inner, isVariable: false);
            return;
        }
        at = begin;
        throw Error("raw is not closed by endraw");
    }

    /// <summary>Reads one token of an expression; returns the change in depth of brackets.</summary>
    private int ReadToken()
    {
        var c = source[at];
        if (c is '"' or '\'')
        {
            ReadString(c);
            return 0;
        }
        var start = at;
        if (char.IsLetter(c) || c == '_')
        {
            while (at < source.Length && (char.IsLetterOrDigit(source[at]) || source[at] == '_')) at++;
            tokens.Add(new JinjaToken(TokenKind.Name, source[start..at], line));
            return 0;
        }
        if (char.IsAsciiDigit(c))
        {
            ReadNumber();
            return 0;
        }
        var found = Operators.FirstOrDefault(o => string.CompareOrdinal(source, at, o, 0, o.Length) == 0) ?? throw Error($"the character '{c}' is not understood");
        at += found.Length;
        tokens.Add(new JinjaToken(TokenKind.Operator, found, line));
        return found switch { "(" or "[" or "{" => 1, ")" or "]" or "}" => -1, _ => 0 };
    }

    private void ReadNumber()
    {
        var start = at;
        var isFloat = false;
        while (at < source.Length && (char.IsAsciiDigit(source[at]) || source[at] == '_')) at++;
        if (at + 1 < source.Length && source[at] == '.' && char.IsAsciiDigit(source[at + 1]))
        {
            isFloat = true;
            at++;
            while (at < source.Length && char.IsAsciiDigit(source[at])) at++;
        }
        if (at < source.Length && source[at] is 'e' or 'E')
        {
            var exponent = at + 1 < source.Length && source[at + 1] is '+' or '-' ? at + 2 : at + 1;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                isFloat = true;
                for (at = exponent; at < source.Length && char.IsAsciiDigit(source[at]);) at++;
            }
        }
        tokens.Add(new JinjaToken(isFloat ? TokenKind.Float : TokenKind.Integer, source[start..at].Replace("_", ""), line));
    }

    private void ReadString(char quote)
    {
        var text = new StringBuilder();
        var first = line;
        for (Advance(at + 1); at < source.Length && source[at] != quote;)
        {
            if (source[at] != '\\' || at + 1 >= source.Length)
            {
                text.Append(source[at]);
                Advance(at + 1);
                continue;
            }
            var (value, length) = Escape(source[at + 1]);
            text.Append(value);
            Advance(at + length);
        }
        if (at >= source.Length) throw Error("a string is not closed", first);
        at++;
        tokens.Add(new JinjaToken(TokenKind.String, text.ToString(), first));
    }

    private (string Value, int Length) Escape(char c) => c switch
    {
        'n' => ("\n", 2),
        't' => ("\t", 2),
        'r' => ("\r", 2),
        'b' => ("\b", 2),
        'f' => ("\f", 2),
        'v' => ("\v", 2),
        'a' => ("\a", 2),
        '0' => ("\0", 2),
        '\n' => ("", 2),
        '\\' or '\'' or '"' => (c.ToString(), 2),
        'x' => (Code(2), 4),
        'u' => (Code(4), 6),
        'U' => (Code(8), 10),
        // Python keeps an escape that it does not know.
        _ => ("\\" + c, 2),
    };

    private string Code(int digits)
    {
        if (at + 2 + digits > source.Length || !int.TryParse(source.AsSpan(at + 2, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code) || code is < 0 or > 0x10FFFF)
            throw Error("an escape in a string is damaged");
        return code <= 0xFFFF ? ((char)code).ToString() : char.ConvertFromUtf32(code);
    }

    private void Advance(int to)
    {
        for (; at < to; at++)
            if (source[at] == '\n') line++;
    }

    private ChatTemplateException Error(string what, int? where = null) => new($"line {where ?? line}: {what}");
}
