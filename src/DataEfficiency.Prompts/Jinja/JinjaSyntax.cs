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
internal sealed record Test(Expression Of, string Text, bool Negated, Arguments Arguments, int Line) : Expression(Line);
internal sealed record Unary(string Operator, Expression Of, int Line) : Expression(Line);
internal sealed record Binary(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Right)> Rest, int Line) : Expression(Line);
internal sealed record Conditional(Expression Test, Expression Then, Expression? Else, int Line) : Expression(Line);

internal sealed record Arguments(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static readonly Arguments None = new([], []);
}

internal abstract record Statement(int Line);

internal sealed record TextOutput(string Text, int Line) : Statement(Line);
internal sealed record Output(Expression Value, int Line) : Statement(Line);
internal sealed record If(IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else, int Line) : Statement(Line);
internal sealed record For(IReadOnlyList<string> Targets, Expression Over, Expression? Where, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else, int Line) : Statement(Line);
internal sealed record Set(IReadOnlyList<Expression> Targets, Expression Value, int Line) : Statement(Line);
/// <param name="Wrap">Applies the filters of {% set x | filter %}; its innermost operand is the name <see cref="Captured"/>.</param>
internal sealed record SetBlock(Expression Target, Expression? Wrap, IReadOnlyList<Statement> Body, int Line) : Statement(Line)
{
    public const string Captured = "{captured}";
}
internal sealed record Macro(string Text, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, int Line) : Statement(Line);
internal sealed record Jump(bool Continues, int Line) : Statement(Line);
/// <summary>{% generation %}: marks the assistant's part for training; here its body is written as it is.</summary>
internal sealed record Group(IReadOnlyList<Statement> Body, int Line) : Statement(Line);
