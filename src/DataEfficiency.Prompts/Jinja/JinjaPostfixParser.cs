// What follows an operand: attributes, items, slices, calls, filters and tests.
namespace DataEfficiency.Prompts.Jinja;

internal abstract class JinjaPostfixParser(List<JinjaToken> tokens) : JinjaTokenReader(tokens)
{
    protected abstract Expression ParseExpression(bool withIf = true);

    protected abstract Expression ParsePrimary();

    /// <summary>Items with commas between them, and one more comma where the template likes.</summary>
    protected List<T> ParseItems<T>(string end, Func<T> parse)
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

    protected Expression ParsePostfix(Expression expression)
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
        if (expression is Attribute attribute && JinjaRefused.Find("method", attribute.Key) is { } method)
            throw JinjaRefused.At(method, line);
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

    protected Expression ParseFiltersAndTests(Expression expression)
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
        if (name is "selectattr" or "rejectattr" && arguments.Positional is [_, Literal { Value: string second }, ..])
            JinjaTests.Check(second, line);
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
