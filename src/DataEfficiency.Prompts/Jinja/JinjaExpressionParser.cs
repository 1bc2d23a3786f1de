// Tokens to expressions, by Jinja's grammar: filters and tests bind tighter than any operator.
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal class JinjaExpressionParser(List<JinjaToken> tokens)
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

    protected Expression ParseExpression(bool withIf = true) => Nested(() =>
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
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=") rest.Add((Next().Text, ParseSum()));
            else if (TakeName("in")) rest.Add(("in", ParseSum()));
            else if (Current.IsName("not") && Following.IsName("in"))
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
        var token = Current;
        var expression = Take("-") || Take("+")
            ? Nested<Expression>(() => new Unary(token.Text, ParseUnary(withFilters: false), token.Line))
            : ParsePrimary();
        expression = ParsePostfix(expression);
        return withFilters ? ParseFiltersAndTests(expression) : expression;
    }

    private Expression ParsePrimary()
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

    /// <summary>Items with commas between them, and one more comma where the template likes.</summary>
    private List<T> ParseItems<T>(string end, Func<T> parse)
    {
        var items = new List<T>();
        while (!Take(end))
        {
            if (items.Count > 0)
            {
                Expect(",");
                if (Take(end)) break;
            }
            items.Add(parse());
        }
        return items;
    }

    private Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            if (Current.Is(".") || Current.Is("[")) expression = ParseSubscript(expression);
            else if (Current.Is("(")) expression = ParseCall(expression);
            else return expression;
        }
    }

    private Expression ParseSubscript(Expression expression)
    {
        var opening = Next();
        if (opening.Text == ".")
        {
            var key = Next();
            return key.Kind switch
            {
                TokenKind.Name => new Attribute(expression, key.Text, opening.Line),
                TokenKind.Integer => new Index(expression, new Literal(JinjaLiteral.Whole(key.Text, key.Line), key.Line), opening.Line),
                _ => throw Error($"a name or a number is needed instead of {key}", key.Line),
            };
        }
        var parts = new Expression?[3];
        var colons = 0;
        while (!Current.Is("]"))
        {
            if (colons == 0 && Current.Is(",") && parts[0] is not null) return ParseTupleKey(expression, parts[0]!, opening.Line);
            if (Take(":"))
            {
                if (++colons > 2) throw Error("a slice has at most two colons");
            }
            else if (parts[colons] is null) parts[colons] = ParseExpression();
            else throw Error($"']' is needed instead of {Current}");
        }
        Expect("]");
        if (colons > 0) return new Slice(expression, parts[0], parts[1], parts[2], opening.Line);
        return new Index(expression, parts[0] ?? new ListOf([], true, opening.Line), opening.Line);
    }

    private Index ParseTupleKey(Expression expression, Expression first, int line)
    {
        var items = new List<Expression> { first };
        while (!Take("]"))
        {
            Expect(",");
            items.Add(ParseExpression());
        }
        return new Index(expression, new ListOf(items, true, line), line);
    }

    private Call ParseCall(Expression expression)
    {
        var line = Current.Line;
        if (expression is Attribute attribute && JinjaRefused.Find("method", attribute.Key) is { } method) throw JinjaRefused.At(method, line);
        return new Call(expression, ParseArguments(), line);
    }

    private Arguments ParseArguments()
    {
        Expect("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? rest = null, namedRest = null;
        ParseItems(")", () =>
        {
            if (namedRest is not null) throw Error("nothing may follow the arguments **");
            if (Take("**")) namedRest = ParseExpression();
            else if (Take("*")) rest = rest is null ? ParseExpression() : throw Error("a call has one *");
            else if (Current.Kind == TokenKind.Name && Following.Is("="))
            {
                var name = ExpectName();
                if (named.Any(n => n.Item1 == name)) throw Error($"the argument '{name}' is given twice");
                Expect("=");
                named.Add((name, ParseExpression()));
            }
            else if (rest is not null || named.Count > 0) throw Error("an argument without a name may not follow one with a name or *");
            else positional.Add(ParseExpression());
            return true;
        });
        return positional.Count + named.Count == 0 && rest is null && namedRest is null ? Arguments.None
            : new Arguments(positional, named, rest, namedRest);
    }

    private Expression ParseFiltersAndTests(Expression expression)
    {
        while (true)
        {
            if (Current.Is("|"))
            {
                Next();
                expression = ParseFilter(expression);
            }
            else if (Current.IsName("is")) expression = ParseTest(expression);
            else if (Current.Is("(")) expression = ParseCall(expression);
            else return expression;
        }
    }

    /// <summary>The name of a filter and its arguments, and those that follow.</summary>
    protected Expression ParseFilters(Expression expression)
    {
        do expression = ParseFilter(expression);
        while (Take("|"));
        return expression;
    }

    private Filter ParseFilter(Expression expression)
    {
        var line = Current.Line;
        var name = ExpectDottedName();
        JinjaFilters.Check(name, line);
        var arguments = Current.Is("(") ? ParseArguments() : Arguments.None;
        // map, select and their kin name a filter or test in a string
        if (name == "map" && arguments.Positional is [Literal { Value: string filter }, ..]) JinjaFilters.Check(filter, line);
        if (name is "select" or "reject" && arguments.Positional is [Literal { Value: string first }, ..]) JinjaTests.Check(first, line);
        if (name is "selectattr" or "rejectattr" && arguments.Positional is [_, Literal { Value: string second }, ..]) JinjaTests.Check(second, line);
        return new Filter(expression, name, arguments, line);
    }

    private string ExpectDottedName()
    {
        var name = ExpectName();
        while (Take(".")) name += "." + ExpectName();
        return name;
    }

    private Expression ParseTest(Expression expression)
    {
        var line = Next().Line;
        var negated = TakeName("not");
        var name = ExpectDottedName();
        JinjaTests.Check(name, line);
        var test = new Test(expression, name, ParseTestArguments(), line);
        return negated ? new Unary("not", test, line) : test;
    }

    /// <summary>A test may have one argument without brackets: x is divisibleby 3.</summary>
    private Arguments ParseTestArguments()
    {
        if (Current.Is("(")) return ParseArguments();
        var starts = Current.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || Current.Is("[") || Current.Is("{")
            || Current.Kind == TokenKind.Name && Current.Text is not ("else" or "or" or "and");
        if (Current.IsName("is")) throw Error("tests cannot follow each other; join them with 'and'");
        return starts ? new Arguments([ParsePostfix(ParsePrimary())], []) : Arguments.None;
    }
}
