using System.Globalization;
using System.Text;

namespace DataEfficiency.Portal.Sentences;

/// <summary>
/// A sentence in ICU's message syntax, as far as sentences here need it: {name}, {name, number}, {name, number, 0.00},
/// {name, plural, =0 {none} one {# label} other {# labels}} and {name, select, gold {..} other {..}}. An apostrophe stands for itself;
/// before a brace it begins what is taken as it is, and two of them are one.
/// </summary>
internal sealed class MessagePattern(string pattern, IReadOnlyDictionary<string, object?> arguments, CultureInfo language,
    CultureInfo numbers)
{
    private readonly StringBuilder _said = new();
    private int _at;
    private bool _silent;

    public override string ToString()
    {
        _said.Clear();
        _at = 0;
        Text(null);
        return _said.ToString();
    }

    // up to the brace that closes this part, or the end
    private void Text(object? counted)
    {
        while (_at < pattern.Length && pattern[_at] != '}')
            switch (pattern[_at])
            {
                case '\'': Quoted(); break;
                case '{': Argument(counted); break;
                case '#' when counted is not null: Say(Number(counted, "")); _at++; break;
                default: Say(pattern[_at++].ToString()); break;
            }
    }

    private void Quoted()
    {
        var next = _at + 1 < pattern.Length ? pattern[_at + 1] : ' ';
        if (next is not ('{' or '}'))
        {
            Say("'");
            _at += next == '\'' ? 2 : 1;
            return;
        }
        var end = pattern.IndexOf('\'', _at + 1);
        Say(pattern[(_at + 1)..end]);
        _at = end + 1;
    }

    private void Argument(object? counted)
    {
        _at++;
        var value = arguments[Word()];
        var kind = pattern[_at++] == '}' ? "" : Word();
        if (kind is "plural" or "select")
        {
            _at++;
            Choose(kind == "plural", value, counted);
            return;
        }
        var style = kind.Length > 0 && pattern[_at++] == ',' ? Until('}') : null;
        if (style is not null) _at++;
        Say(Number(value, style ?? ""));
    }

    private void Choose(bool isPlural, object? value, object? counted)
    {
        var (chosen, rank, silent) = (-1, 0, _silent);
        var wanted = isPlural ? PluralForm.Of(language, ValueOf(value)) : FormOf(value);
        _silent = true;
        while (pattern[_at] != '}')
        {
            var selector = Until('{');
            var isNumber = isPlural && selector.StartsWith('=');
            var fits = isNumber && ValueOf(value) == double.Parse(selector[1..], CultureInfo.InvariantCulture) ? 3
                : selector == wanted ? 2 : selector == "other" ? 1 : 0;
            if (fits > rank) (chosen, rank) = (_at + 1, fits);
            _at++;
            Text(null);
            _at++;
            while (char.IsWhiteSpace(pattern[_at])) _at++;
        }
        var end = _at + 1;
        (_silent, _at) = (silent, chosen);
        Text(isPlural ? value : counted);
        _at = end;
    }

    private string Number(object? value, string style) => value switch
    {
        null => "",
        sbyte or byte or short or ushort or int or uint or long or ulong =>
            ((IFormattable)value).ToString(style.Length > 0 ? style : "N0", numbers),
        float or double or decimal => ((IFormattable)value).ToString(style.Length > 0 ? style : "#,##0.###", numbers),
        IFormattable other => other.ToString(null, numbers),
        _ => SetApart(value.ToString() ?? ""),
    };

    // a name that runs from the right would move the words and numbers around it: it is set apart, as <bdi> does in markup
    private static string SetApart(string text) => text.AsSpan().IndexOfAnyInRange('\u0590', '\u08ff') >= 0
        || text.AsSpan().IndexOfAnyInRange('\ufb1d', '\ufdff') >= 0 || text.AsSpan().IndexOfAnyInRange('\ufe70', '\ufefc') >= 0
            ? $"\u2068{text}\u2069" : text;

    // "none" is the form for what is not there, and no text, whatever it says, is that
    private static string FormOf(object? value) => value is null ? "none" : value.ToString() is { } text and not "none" ? text : "other";

    private static double ValueOf(object? value) => value is Figure figure ? figure.Value
        : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private void Say(string text)
    {
        if (!_silent) _said.Append(text);
    }

    // ends at the comma or the brace behind it
    private string Word()
    {
        var end = pattern.AsSpan(_at).IndexOfAny(',', '}') + _at;
        var word = pattern[_at..end].Trim();
        _at = end;
        return word;
    }

    private string Until(char sign)
    {
        var end = pattern.IndexOf(sign, _at);
        var text = pattern[_at..end].Trim();
        _at = end;
        return text;
    }
}
