// A search pattern over a text: a plain string or a regular expression in the dialect of tokenizer.json.
// .NET's engine sees UTF-16 units, where a letter outside the basic plane is two surrogates and no letter. So a text with
// surrogates is searched through a copy in which each such character is one stand-in of the same Unicode category.
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DataEfficiency.Prompts.Jinja;

namespace DataEfficiency.Prompts.Tokenization;

internal sealed class SplitPattern
{
    private const int LongestExpression = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly char[] StandIns = BuildStandIns();
    private readonly string? literal;
    private readonly Regex? regex;

    private SplitPattern(string? literal, Regex? regex) => (this.literal, this.regex) = (literal, regex);

    public static SplitPattern Literal(string text) => new(text, null);

    /// <exception cref="ArgumentException">The expression uses something that .NET's engine does not know, or is longer than any tokenizer's.</exception>
    public static SplitPattern Expression(string expression)
    {
        if (expression.Length > LongestExpression) throw new ArgumentException($"an expression of more than {LongestExpression:N0} characters is not read");
        // Unicode's case folding makes the long s an s; .NET's does not. It matters in the contractions that every GPT pattern begins with.
        expression = expression.Replace("(?i:'s|", "(?i:'[s\u017F]|").Replace("(?i:[sdmt]|", "(?i:[sdmt\u017F]|");
        return new SplitPattern(null, new Regex(expression, RegexOptions.Compiled | RegexOptions.CultureInvariant, Patience));
    }

    /// <summary>Cuts a text into matches and what lies between, in order; no run is empty.</summary>
    public void Find(ReadOnlySpan<char> text, List<(int Start, int Length, bool Match)> runs)
    {
        if (literal is not null) FindLiteral(text, runs);
        else if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0) FindExpression(text, runs);
        else FindThroughStandIns(text, runs);
    }

    private void FindLiteral(ReadOnlySpan<char> text, List<(int, int, bool)> runs)
    {
        var done = 0;
        while (literal!.Length > 0 && text[done..].IndexOf(literal, StringComparison.Ordinal) is var next and >= 0)
        {
            if (next > 0) runs.Add((done, next, false));
            runs.Add((done + next, literal.Length, true));
            done += next + literal.Length;
        }
        if (done < text.Length) runs.Add((done, text.Length - done, false));
    }

    private void FindExpression(ReadOnlySpan<char> text, List<(int, int, bool)> runs)
    {
        var done = 0;
        try
        {
            foreach (var match in regex!.EnumerateMatches(text))
            {
                if (match.Length == 0) continue;
                if (match.Index > done) runs.Add((done, match.Index - done, false));
                runs.Add((match.Index, match.Length, true));
                done = match.Index + match.Length;
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new ModelException($"The tokenizer's pattern {regex} takes more than {Patience.TotalSeconds:0} seconds on a text of {text.Length:N0} characters: use another tokenizer.json.", e);
        }
        if (done < text.Length) runs.Add((done, text.Length - done, false));
    }

    private void FindThroughStandIns(ReadOnlySpan<char> text, List<(int, int, bool)> runs)
    {
        var shadow = new char[text.Length];
        var origin = new int[text.Length + 1];
        int n = 0, at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            origin[n] = at;
            shadow[n++] = rune.IsBmp ? (char)rune.Value : StandIns[(int)Rune.GetUnicodeCategory(rune)];
            at += rune.Utf16SequenceLength;
        }
        origin[n] = at;
        var found = new List<(int Start, int Length, bool Match)>();
        FindExpression(shadow.AsSpan(0, n), found);
        foreach (var (start, length, match) in found) runs.Add((origin[start], origin[start + length] - origin[start], match));
    }

    private static char[] BuildStandIns()
    {
        var standIns = Enumerable.Repeat('\uFFFF', Enum.GetValues<UnicodeCategory>().Length).ToArray();
        // Seldom used characters are taken, so that none is one that a pattern names; the last of a category wins.
        for (var c = 0x0100; c < 0xFFF0; c++)
            if (!char.IsSurrogate((char)c)) standIns[(int)CharUnicodeInfo.GetUnicodeCategory((char)c)] = (char)c;
        return standIns;
    }
}
