// Draws regular expressions in Oniguruma's dialect and texts that they may match.
using System.Text;

namespace DataEfficiency.Prompts.Tests.Tokenization.Patterns;

internal sealed class PatternDraw(Random random)
{
    public string One(params string[] choices) => choices[random.Next(choices.Length)];

    public string Pattern(int depth = 3)
    {
        var text = new StringBuilder(Sequence(depth));
        while (random.Next(4) == 0) text.Append('|').Append(random.Next(8) == 0 ? "" : Sequence(depth));
        return text.ToString();
    }

    public string Text() =>
        string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => One("a", "a", "b", "b", "c", "s", "s", "S", "ß", "k",
        "K", "A", "t", " ", "\n", "\r\n", "1", ".", "é", "я", "\U0001D400", "\U0001F600", "\u017F", "\uFB06", "\u1E9E", "-", "fi", "\u00B2",
            "\u2028")));

    private string Sequence(int depth) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Atom(depth) + Quantifier()));

    private string Atom(int depth) => random.Next(depth > 0 ? 19 : 11) switch
    {
        < 3 => One("a", "b", "s", "S", "ß", "st", "k", "é", "\U0001D400", "\U0001F600", " ", "ss", "\uFB01"),
        3 => ".",
        4 or 5 => Class(1),
        6 => One(@"\w", @"\W", @"\d", @"\s", @"\S", @"\h", @"\H", @"\R", @"\N", @"\O", @"\n"),
        7 => One(@"\p{L}", @"\p{Lu}", @"\P{L}", @"\p{Latin}", @"\p{^Latin}", @"\p{Alphabetic}", @"\p{Word}", @"\p{Emoji}"),
        // Anchors at the end of a text are refused behind, and drawn there too.
        8 => One("^", "$", @"\b", @"\B", @"\A", @"\G"),
        9 or 10 => One("a", "b", "c", "s"),
        11 or 12 => $"(?:{Pattern(depth - 1)})",
        13 => $"({Pattern(depth - 1)})",
        14 => One("(?=", "(?!") + Pattern(depth - 1) + ")",
        15 => One("(?<=", "(?<!") + One("a", @"\w|b", "[a-c]+", "s", ".", "^", @"\s*") + ")",
        16 => $"(?>{Pattern(depth - 1)})",
        17 => One("(?i:", "(?m:", "(?im:", "(?-i:", "(?x:") + Pattern(depth - 1) + ")",
        _ => One("(?i)", "(?m)", "(?#c)"),
    };

    private string Class(int depth)
    {
        var text = new StringBuilder(random.Next(4) == 0 ? "[^" : "[");
        for (var i = random.Next(1, 4); i > 0; i--)
            text.Append(
                One("a", "b", "s", "a-c", "ß", "k-t", @"\w", @"\d", @"\s", @"\p{Lu}", @"\P{Latin}", @"\p{^L}", "[:alpha:]", "[:^punct:]",
                "[:word:]", @"\h", "-", "&&", "\U0001D400-\U0001D419", "\U0001F600", @"\n", ".", "é", "\u017F", depth > 0
                    ? Class(depth - 1) : "c"));
        return text.Append(']').ToString();
    }

    private string Quantifier() =>
        random.Next(3) > 0 ? "" : One("?", "*", "+", "??", "*?", "+?", "?+", "*+", "++", "{2}", "{1,2}", "{,2}", "{2,}",
        "{2}?", "{1,2}?", "{1,2}+", "{2,1}", "{", "{,}") + (random.Next(6) == 0 ? One("?", "*", "+", "??", "{2}") : "");
}
