// The syntax tree of a template.
namespace DataEfficiency.Prompts.Jinja;

internal abstract record Expression(int Line);

internal sealed record Literal(object? Value, int Line) : Expression(Line);
internal sealed record Name(string Text, int Line) : Expression(Line);
internal sealed record ListOf(IReadOnlyList<Expression> Items, bool IsTuple, int Line) : Expression(Line);
internal sealed record DictionaryOf(IReadOnlyList<(Expression Key, Expression Value)> Items, int Line) : Expression(Line);
internal sealed record Attribute(Expression Of, string Key, int Line) : Expression(Line);
internal sealed record Index(Expression Of, Expression Key, int Line) : Expression(Line);
internal sealed record Slice(Expression Of, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);
internal sealed record Call(Expression Of, Arguments Arguments, int Line) : Expression(Line);
internal sealed record Filter(Expression Of, string Text, Arguments Arguments, int Line) : Expression(Line);
internal sealed record Test(Expression Of, string Text, Arguments Arguments, int Line) : Expression(Line);
internal sealed record Unary(string Operator, Expression Of, int Line) : Expression(Line);
internal sealed record Binary(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Right)> Rest, int Line) : Expression(Line);
internal sealed record Conditional(Expression Test, Expression Then, Expression? Else, int Line) : Expression(Line);

/// <param name="Rest">*list</param>
/// <param name="NamedRest">**mapping</param>
internal sealed record Arguments(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Rest = null,
    Expression? NamedRest = null)
{
    public static readonly Arguments None = new([], []);

    public bool AreNone => Positional.Count + Named.Count == 0 && Rest is null && NamedRest is null;
}

internal abstract record Statement(int Line);

internal sealed record TextOutput(string Text, int Line) : Statement(Line);
internal sealed record Output(IReadOnlyList<Expression> Values, int Line) : Statement(Line);
internal sealed record If(
    IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else, int Line) : Statement(Line);
/// <param name="Target">A name, or a tuple of targets.</param>
internal sealed record For(
    Expression Target, Expression Over, Expression? Where, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else, bool Recursive,
    int Line) : Statement(Line);
/// <param name="Target">A name, an attribute of a namespace, or a tuple of targets.</param>
internal sealed record Set(Expression Target, Expression Value, int Line) : Statement(Line);
/// <param name="Wrap">Applies the filters of {% set x | filter %}; its innermost operand is the name <see cref="Captured"/>.</param>
internal sealed record SetBlock(Expression Target, Expression Wrap, IReadOnlyList<Statement> Body, int Line) : Statement(Line)
{
    public const string Captured = "{captured}";
}
internal sealed record FilterBlock(Expression Wrap, IReadOnlyList<Statement> Body, int Line) : Statement(Line);
internal sealed record With(IReadOnlyList<(Expression Target, Expression Value)> Names, IReadOnlyList<Statement> Body, int Line)
    : Statement(Line);
internal sealed record Macro(MacroBody Body, int Line) : Statement(Line);
internal sealed record CallBlock(Call Call, MacroBody Caller, int Line) : Statement(Line);
/// <summary>{% generation %}: marks the assistant's part for training; here its body is written as it is, in a scope of its own.</summary>
internal sealed record Generation(MacroBody Body, int Line) : Statement(Line);
internal sealed record Block(string Name, bool Scoped, IReadOnlyList<Statement> Body, int Line) : Statement(Line);
internal sealed record Jump(bool Continues, int Line) : Statement(Line);

/// <param name="Name">Null for the body of a call block.</param>
/// <param name="TakesCaller">The body speaks of caller; likewise of kwargs and varargs: only then the macro takes them.</param>
internal sealed record MacroBody(string? Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body,
    bool TakesCaller, bool TakesNamed, bool TakesMore)
{
    public bool NamesCaller => Parameters.Any(p => p.Name == "caller");
}
