namespace DataEfficiency.Portal.Tests.Sentences;

/// <summary>
/// What a translation may not change of a sentence: its placeholders, each with its kind and style, and which words a select knows. Plural
/// forms are each language's own, but for those of one number.
/// </summary>
internal sealed class PatternShape
{
    private readonly string _pattern;
    private readonly SortedSet<string> _found = [];
    private int _at;

    private PatternShape(string pattern)
    {
        _pattern = pattern;
        Text();
        if (_at < pattern.Length) throw new FormatException($"A brace is closed that was not opened: {pattern}");
    }

    public static string Of(string pattern) => string.Join("; ", new PatternShape(pattern)._found);

    private void Text()
    {
        for (; _at < _pattern.Length && _pattern[_at] != '}'; _at++)
            if (_pattern[_at] == '{') Argument();
            else if (_pattern[_at] == '\'' && _at + 1 < _pattern.Length && _pattern[_at + 1] == '\'') _at++;
            else if (_pattern[_at] == '\'' && _at + 1 < _pattern.Length && _pattern[_at + 1] is '{' or '}')
                _at = _pattern.IndexOf('\'', _at + 1);
    }

    // from the opening brace to the closing one
    private void Argument()
    {
        _at++;
        var (name, kind) = (Until(",}"), _pattern[_at] == ',' ? Skip(Until, ",}") : "");
        if (kind is not ("plural" or "select"))
        {
            _found.Add($"{name} {kind} {(_pattern[_at] == ',' ? Skip(Until, "}") : "")}".Trim());
            return;
        }
        _at++;
        List<string> forms = [];
        while (true)
        {
            while (_pattern[_at] == ' ') _at++;
            if (_pattern[_at] == '}') break;
            forms.Add(Until("{"));
            _at++;
            Text();
            if (_at == _pattern.Length) throw new FormatException($"A brace is not closed: {_pattern}");
            _at++;
        }
        if (!forms.Contains("other")) throw new FormatException($"{name} has no form for the others: {_pattern}");
        var kept = kind == "select" ? forms : forms.Where(f => f[0] == '=');
        _found.Add($"{name} {kind} {string.Join('/', kept.Order(StringComparer.Ordinal))}".Trim());
    }

    private string Skip(Func<string, string> read, string ends)
    {
        _at++;
        return read(ends);
    }

    private string Until(string ends)
    {
        var end = _pattern.AsSpan(_at).IndexOfAny(ends) + _at;
        if (end < _at) throw new FormatException($"A brace is not closed: {_pattern}");
        var text = _pattern[_at..end].Trim();
        _at = end;
        return text;
    }
}
