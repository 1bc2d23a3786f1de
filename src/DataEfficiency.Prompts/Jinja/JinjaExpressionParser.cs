// Tokens to expressions, by Jinja's grammar: filters and tests bind tighter than any operator.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal class JinjaExpressionParser(List<JinjaToken> tokens) : JinjaPostfixParser(tokens)
{
    protected sealed override Expression ParseExpression(bool withIf = true) => Nested(() =>
    {
        var expression = ParseOr();
        while (withIf && Current.IsName("if"))
        {
            var line = Next().Line;
            var test = ParseOr();
            expression = new Conditional(test, expression, TakeName("else") ? ParseExpression() : null, line);
        }
        return expression;
    });

    /// <summary>One expression, or several with commas between them: a tuple.</summary>
    protected Expression ParseTuple(bool withIf = true, bool inBrackets = false)
    {
        var line = Current.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0) Expect(",");
            if (Current.Kind == TokenKind.Close || Current.Is(")")) break;
            items.Add(ParseExpression(withIf));
            if (!Current.Is(",")) break;
            isTuple = true;
        }
        if (!isTuple && items.Count > 0) return items[0];
        return isTuple || inBrackets ? new ListOf(items, true, line) : throw Error($"an expression is needed instead of {Current}");
    }

    private Expression ParseOr() => ParseLeft(ParseAnd, t => t.IsName("or"));

    private Expression ParseAnd() => ParseLeft(ParseNot, t => t.IsName("and"));

    private Expression ParseNot()
    {
        if (!Current.IsName("not")) return ParseComparison();
        var line = Next().Line;
        return Nested<Expression>(() => new Unary("not", ParseNot(), line));
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                rest.Add((Next().Text, ParseSum()));
            else if (TakeName("in")) rest.Add(("in", ParseSum()));
            else if (Current.IsName("not") && Following.IsName("in"))
            {
                Next();
                Next();
                rest.Add(("not in", ParseSum()));
            }
            else return rest.Count == 0 ? first : new Comparison(first, rest, first.Line);
        }
    }

    private Expression ParseSum() => ParseLeft(ParseConcatenation, t => t.Is("+") || t.Is("-"));

    private Expression ParseConcatenation() => ParseLeft(ParseProduct, t => t.Is("~"));

    private Expression ParseProduct() => ParseLeft(ParsePower, t => t.Is("*") || t.Is("/") || t.Is("//") || t.Is("%"));

    private Expression ParsePower() => ParseLeft(() => ParseUnary(withFilters: true), t => t.Is("**"));

    private Expression ParseLeft(Func<Expression> operand, Predicate<JinjaToken> isOperator)
    {
        var left = operand();
        while (isOperator(Current))
        {
            var token = Next();
            var operation = new Binary(token.Text, left, operand(), token.Line);
            JinjaUnmade.Check(operation);
            left = operation;
        }
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        var token = Current;
        var expression = Take("-") || Take("+")
            ? Nested<Expression>(() => new Unary(token.Text, ParseUnary(withFilters: false), token.Line))
            : ParsePrimary();
        expression = ParsePostfix(expression);
        return withFilters ? ParseFiltersAndTests(expression) : expression;
    }

    protected sealed override Expression ParsePrimary()
    {
        var token = Next();
        switch (token.Kind)
        {
            case TokenKind.Name when JinjaRefused.Find("function", token.Text) is { } refused && !Names.IsAssigned(token.Text):
                throw JinjaRefused.At(refused, token.Line);
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(true, token.Line),
                    "false" or "False" => new Literal(false, token.Line),
                    "none" or "None" => new Literal(null, token.Line),
                    _ => Names.Read(new Name(token.Text, token.Line)),
                };
            case TokenKind.String:
                var text = token.Text;
                while (Current.Kind == TokenKind.String) text += Next().Text;
                return new Literal(text, token.Line);
            case TokenKind.Integer:
                return new Literal(JinjaLiteral.Whole(token.Text, token.Line), token.Line);
            case TokenKind.Float:
                return new Literal(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture), token.Line);
            case TokenKind.Operator when token.Text == "(":
                var inner = ParseTuple(inBrackets: true);
                Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListOf(ParseItems("]", () => ParseExpression()), false, token.Line);
            case TokenKind.Operator when token.Text == "{":
                return new DictionaryOf(ParseItems("}", () =>
                {
                    var key = ParseExpression();
                    Expect(":");
                    return (key, ParseExpression());
                }), token.Line);
            default:
                throw Error($"an expression is needed instead of {token}", token.Line);
        }
    }
}
