// Where a parser stands in the tokens, and what it expects there.
namespace DataEfficiency.Prompts.Jinja;

internal abstract class JinjaTokenReader(List<JinjaToken> tokens)
{
    private const int Deepest = 100;
    private int at, depth;

    protected JinjaNames Names { get; } = new();

    protected JinjaToken Current => tokens[at];

    protected JinjaToken Following => tokens[Math.Min(at + 1, tokens.Count - 1)];

    protected JinjaToken Next() => tokens[at + 1 < tokens.Count ? at++ : at];

    protected bool Take(string operatorText)
    {
        if (!Current.Is(operatorText)) return false;
        at++;
        return true;
    }

    protected bool TakeName(string name)
    {
        if (!Current.IsName(name)) return false;
        at++;
        return true;
    }

    protected void Expect(string operatorText)
    {
        if (!Take(operatorText)) throw Error($"'{operatorText}' is needed instead of {Current}");
    }

    protected string ExpectName() => Current.Kind == TokenKind.Name ? Next().Text : throw Error($"a name is needed instead of {Current}");

    protected ChatTemplateException Error(string what, int? line = null) => new($"line {line ?? Current.Line}: {what}");

    /// <summary>Bounds recursion: a hostile template must not end the process with a full stack.</summary>
    protected T Nested<T>(Func<T> parse)
    {
        if (++depth > Deepest) throw Error($"nested more than {Deepest} deep");
        var result = parse();
        depth--;
        return result;
    }
}
