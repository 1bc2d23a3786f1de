// A search pattern over a text: a plain string, or a regular expression in Oniguruma's dialect, translated to .NET's (Patterns/).
using System.Text;
using System.Text.RegularExpressions;
using DataEfficiency.Prompts.Tokenization.Patterns;

namespace DataEfficiency.Prompts.Tokenization;

internal sealed class SplitPattern
{
    private const int LongestExpression = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly string _written;
    private readonly bool _isLiteral;
    private readonly Regex? _regex;
    private readonly Lazy<(StandIns StandIns, Regex Regex)>? _beyond;

    private SplitPattern(string literal) => (_written, _isLiteral) = (literal, true);

    private SplitPattern(string written, PatternNode node)
    {
        (_written, TakesNothing) = (written, node.Least == 0);
        _regex = Compile(PatternWriter.Write(node, null));
        _beyond = new(() => new StandIns(node.Sets) is var standIns ? (standIns, Compile(PatternWriter.Write(node, standIns))) : default);
    }

    public static SplitPattern Literal(string text) => text.Length == 0 ? Expression("") : new(text);

    /// <exception cref="ArgumentException">The expression uses something that is not supported, or is longer than any
    /// tokenizer's.</exception>
    public static SplitPattern Expression(string expression) =>
        expression.Length <= LongestExpression ? new(expression, PatternReader.Read(expression))
            : throw new ArgumentException($"an expression of more than {LongestExpression:N0} characters is not read");

    /// <summary>Whether it may match without taking a character.</summary>
    public bool TakesNothing { get; }

    /// <summary>Cuts a text into matches and what lies between, in order. A match may be empty (it cuts all the same), a run between is
    /// not.</summary>
    public void Find(ReadOnlySpan<char> text, List<(int Start, int Length, bool Match)> runs)
    {
        if (text.IsEmpty) return;
        if (_isLiteral) FindLiteral(text, runs);
        else if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0) FindExpression(_regex!, text, runs);
        else FindThroughStandIns(text, runs);
    }

    private static Regex Compile(string pattern) => new(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant, Patience);

    private void FindLiteral(ReadOnlySpan<char> text, List<(int, int, bool)> runs)
    {
        var done = 0;
        while (text[done..].IndexOf(_written, StringComparison.Ordinal) is var next and >= 0)
        {
            if (next > 0) runs.Add((done, next, false));
            runs.Add((done + next, _written.Length, true));
            done += next + _written.Length;
        }
        if (done < text.Length) runs.Add((done, text.Length - done, false));
    }

    private void FindExpression(Regex regex, ReadOnlySpan<char> text, List<(int, int, bool)> runs)
    {
        var done = 0;
        try
        {
            if (TakesNothing) done = FindWithEmptyMatches(regex, text, runs);
            else foreach (var match in regex.EnumerateMatches(text)) done = Add(runs, done, match.Index, match.Length);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new ModelException($"The tokenizer's pattern {_written} takes more than {Patience.TotalSeconds:0} seconds on a text of "
                + $"{text.Length:N0} characters: use another tokenizer.json.", e);
        }
        if (done < text.Length) runs.Add((done, text.Length - done, false));
    }

    // As Hugging Face's tokenizers go on: an empty match right behind a match does not count, and the search begins anew a character later
    // (.NET would look for another match at the same place).
    private static int FindWithEmptyMatches(Regex regex, ReadOnlySpan<char> text, List<(int, int, bool)> runs)
    {
        var (done, lastEnd) = (0, -1);
        for (var at = 0; at <= text.Length;)
        {
            var matches = regex.EnumerateMatches(text, at);
            if (!matches.MoveNext()) break;
            var (start, length) = (matches.Current.Index, matches.Current.Length);
            if (length == 0 && start == lastEnd)
            {
                at++;
                continue;
            }
            at = lastEnd = done = Add(runs, done, start, length);
        }
        return done;
    }

    private static int Add(List<(int, int, bool)> runs, int done, int start, int length)
    {
        if (start > done) runs.Add((done, start - done, false));
        runs.Add((start, length, true));
        return start + length;
    }

    private void FindThroughStandIns(ReadOnlySpan<char> text, List<(int, int, bool)> runs)
    {
        var (standIns, regex) = _beyond!.Value;
        var shadow = new char[text.Length];
        var origin = new int[text.Length + 1];
        int n = 0, at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            origin[n] = at;
            shadow[n++] = rune.IsBmp ? (char)rune.Value : standIns.Of(rune.Value);
            at += rune.Utf16SequenceLength;
        }
        origin[n] = at;
        var found = new List<(int Start, int Length, bool Match)>();
        FindExpression(regex, shadow.AsSpan(0, n), found);
        foreach (var (start, length, match) in found) runs.Add((origin[start], origin[start + length] - origin[start], match));
    }
}
