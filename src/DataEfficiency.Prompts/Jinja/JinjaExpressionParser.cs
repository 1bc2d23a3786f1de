// Tokens to expressions, by Jinja's grammar: filters and tests bind tighter than any operator.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal class JinjaExpressionParser(List<JinjaToken> tokens)
{
    private const int Deepest = 100;
    private int at, depth;

    protected JinjaToken Current => tokens[at];

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

    public Expression ParseExpression() => Nested(() =>
    {
        var expression = ParseOr();
        while (Current.IsName("if"))
        {
            var line = Next().Line;
            var test = ParseOr();
            expression = new Conditional(test, expression, TakeName("else") ? ParseExpression() : null, line);
        }
        return expression;
    });

    /// <summary>One expression, or several with commas between them: a tuple.</summary>
    public Expression ParseTuple()
    {
        var first = ParseExpression();
        if (!Current.Is(",")) return first;
        var items = new List<Expression> { first };
        while (Take(",") && Current.Kind != TokenKind.Close && !Current.Is(")") && !Current.Is("=")) items.Add(ParseExpression());
        return new ListOf(items, true, first.Line);
    }

    protected Expression ParseOr() => ParseLeft(ParseAnd, t => t.IsName("or"));

    private Expression ParseAnd() => ParseLeft(ParseNot, t => t.IsName("and"));

    private Expression ParseNot() => Current.IsName("not") ? Nested<Expression>(() => new Unary("not", At(Next(), ParseNot, out var line), line)) : ParseComparison();

    private static Expression At(JinjaToken token, Func<Expression> parse, out int line)
    {
        line = token.Line;
        return parse();
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=") rest.Add((Next().Text, ParseSum()));
            else if (TakeName("in")) rest.Add(("in", ParseSum()));
            else if (Current.IsName("not") && tokens[Math.Min(at + 1, tokens.Count - 1)].IsName("in"))
            {
                at += 2;
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
            left = new Binary(token.Text, left, operand(), token.Line);
        }
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        var expression = Current.Is("-") || Current.Is("+")
            ? Nested<Expression>(() => Next() is var token ? new Unary(token.Text, ParseUnary(withFilters: false), token.Line) : null!)
            : ParsePostfix(ParsePrimary());
        return withFilters ? ParseFilters(expression) : expression;
    }

    private Expression ParsePrimary()
    {
        var token = Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(true, token.Line),
                    "false" or "False" => new Literal(false, token.Line),
                    "none" or "None" => new Literal(null, token.Line),
                    _ => new Name(token.Text, token.Line),
                };
            case TokenKind.String:
                var text = token.Text;
                while (Current.Kind == TokenKind.String) text += Next().Text;
                return new Literal(text, token.Line);
            case TokenKind.Integer:
                return new Literal(long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Error($"the number {token.Text} is too large", token.Line), token.Line);
            case TokenKind.Float:
                return new Literal(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture), token.Line);
            case TokenKind.Operator when token.Text == "(":
                if (Take(")")) return new ListOf([], true, token.Line);
                var inner = ParseTuple();
                Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListOf(ParseItems("]", ParseExpression), false, token.Line);
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

    private List<T> ParseItems<T>(string close, Func<T> parse)
    {
        var items = new List<T>();
        while (!Take(close))
        {
            if (items.Count > 0)
            {
                Expect(",");
                if (Take(close)) break;
            }
            items.Add(parse());
        }
        return items;
    }

    private Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            if (Current.Is(".") && Next() is var dot)
                expression = Current.Kind == TokenKind.Integer ? new Index(expression, ParsePrimary(), dot.Line) : new Attribute(expression, ExpectName(), dot.Line);
            else if (Current.Is("[")) expression = ParseSubscript(expression);
            else if (Current.Is("(")) expression = new Call(expression, ParseArguments(), Current.Line);
            else return expression;
        }
    }

    private Expression ParseSubscript(Expression expression)
    {
        var line = Next().Line;
        var parts = new Expression?[3];
        var colons = 0;
        while (!Current.Is("]"))
        {
            if (Take(":"))
            {
                if (++colons > 2) throw Error("a slice has at most two colons");
            }
            else if (parts[colons] is null) parts[colons] = ParseExpression();
            else throw Error($"']' is needed instead of {Current}");
        }
        Expect("]");
        if (colons > 0) return new Slice(expression, parts[0], parts[1], parts[2], line);
        return new Index(expression, parts[0] ?? throw Error("an index is missing", line), line);
    }

    protected Arguments ParseArguments()
    {
        Expect("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        ParseItems(")", () =>
        {
            if (Current.Is("*") || Current.Is("**")) throw Error("unpacking of arguments (* and **) is not supported");
            if (Current.Kind == TokenKind.Name && tokens[Math.Min(at + 1, tokens.Count - 1)].Is("="))
            {
                var name = ExpectName();
                Expect("=");
                named.Add((name, ParseExpression()));
            }
            else positional.Add(ParseExpression());
            return true;
        });
        return new Arguments(positional, named);
    }

    protected Expression ParseFilters(Expression expression)
    {
        while (true)
        {
            if (Current.Is("|"))
            {
                var line = Next().Line;
                expression = new Filter(expression, ExpectName(), Current.Is("(") ? ParseArguments() : Arguments.None, line);
            }
            else if (Current.IsName("is"))
            {
                var line = Next().Line;
                var negated = TakeName("not");
                expression = new Test(expression, ExpectName(), negated, ParseTestArguments(), line);
            }
            else if (Current.Is("(")) expression = new Call(expression, ParseArguments(), Current.Line);
            else return expression;
        }
    }

    /// <summary>A test may have one argument without brackets: x is divisibleby 3.</summary>
    private Arguments ParseTestArguments()
    {
        if (Current.Is("(")) return ParseArguments();
        var starts = Current.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || Current.Is("[") || Current.Is("{")
            || Current.Kind == TokenKind.Name && Current.Text is not ("else" or "or" or "and" or "if" or "is" or "in" or "not");
        return starts ? new Arguments([ParsePostfix(ParsePrimary())], []) : Arguments.None;
    }
}
