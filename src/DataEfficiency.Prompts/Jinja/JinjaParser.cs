// Tokens to statements.
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaParser : JinjaExpressionParser
{
    private static readonly string[] Constants = ["true", "false", "none", "True", "False", "None"];
    private readonly HashSet<string> blocks = [];
    private int loops;

    private JinjaParser(List<JinjaToken> tokens) : base(tokens) { }

    /// <exception cref="ChatTemplateException">The template is malformed or uses what is refused; the message names line and
    /// construct.</exception>
    public static IReadOnlyList<Statement> Parse(string template)
    {
        var parser = new JinjaParser(JinjaLexer.Tokens(template));
        var body = parser.ParseBody();
        return parser.Current.Kind == TokenKind.End ? body : throw parser.Error($"{parser.Current} stands outside of any block");
    }

    /// <summary>Up to a tag named in <paramref name="ends"/>, which is left with its name as the current token.</summary>
    private IReadOnlyList<Statement> ParseBody(params string[] ends) => Nested<IReadOnlyList<Statement>>(() =>
    {
        var body = new List<Statement>();
        while (Current.Kind != TokenKind.End)
        {
            var token = Next();
            if (token.Kind == TokenKind.Text) body.Add(new TextOutput(token.Text, token.Line));
            else if (token.Text == "{{")
            {
                body.Add(new Output([ParseTuple()], token.Line));
                Close();
            }
            else if (Current.Kind == TokenKind.Name && ends.Contains(Current.Text)) return body;
            else
            {
                body.Add(ParseStatement());
                Close();
            }
        }
        return ends.Length == 0 ? body : throw Error($"{ends[^1]} is missing");
    });

    /// <summary>The body of a tag that has an end; the name of the end is the current token then.</summary>
    private IReadOnlyList<Statement> ParseStatements(params string[] ends)
    {
        Take(":");
        Close();
        return ParseBody(ends);
    }

    /// <summary>The same up to one end, which is taken.</summary>
    private IReadOnlyList<Statement> ParseTo(string end)
    {
        var body = ParseStatements(end);
        Next();
        return body;
    }

    private Statement ParseStatement()
    {
        var line = Current.Line;
        switch (ExpectName())
        {
            case "for": return ParseFor(line);
            case "if": return ParseIf(line);
            case "set": return ParseSet(line);
            case "with": return ParseWith(line);
            case "macro": return new Macro(ParseMacro(Names.Assign(new Name(ExpectName(), line)).Text, "endmacro"), line);
            case "call": return ParseCallBlock(line);
            case "filter":
                var wrap = ParseFilters(new Name(SetBlock.Captured, line));
                return new FilterBlock(wrap, ParseTo("endfilter"), line);
            case "block": return ParseBlock(line);
            case "print": return ParsePrint(line);
            case "generation": return new Generation(ParseMacro(null, "endgeneration", signed: false), line);
            case "break" or "continue" when loops == 0: throw Error("break and continue stand in the body of a loop only", line);
            case "break": return new Jump(Continues: false, line);
            case "continue": return new Jump(Continues: true, line);
            case var name when JinjaRefused.Find("statement", name) is { } refused: throw JinjaRefused.At(refused, line);
            case var name: throw Error($"the statement '{name}' is unknown", line);
        }
    }

    private Output ParsePrint(int line)
    {
        var values = new List<Expression>();
        while (Current.Kind != TokenKind.Close)
        {
            if (values.Count > 0) Expect(",");
            values.Add(ParseExpression());
        }
        return new Output(values, line);
    }

    private For ParseFor(int line)
    {
        var target = ParseTarget(withNamespace: false, isLoop: true);
        if (!TakeName("in")) throw Error($"'in' is needed instead of {Current}");
        var over = ParseTuple(withIf: false);
        var where = TakeName("if") ? ParseExpression() : null;
        var recursive = TakeName("recursive");
        loops++;
        var body = ParseStatements("else", "endfor");
        loops--;
        IReadOnlyList<Statement> otherwise = [];
        if (Next().Text == "else") otherwise = recursive ? OutsideLoops(() => ParseTo("endfor")) : ParseTo("endfor");
        return new For(target, over, where, body, otherwise, recursive, line);
    }

    private T OutsideLoops<T>(Func<T> parse)
    {
        var outer = loops;
        loops = 0;
        var result = parse();
        loops = outer;
        return result;
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        while (true)
        {
            var test = ParseTuple(withIf: false);
            branches.Add((test, ParseStatements("elif", "else", "endif")));
            switch (Next().Text)
            {
                case "elif": continue;
                case "else": return new If(branches, ParseTo("endif"), line);
                default: return new If(branches, [], line);
            }
        }
    }

    private Statement ParseSet(int line)
    {
        var target = ParseTarget(withNamespace: true);
        if (Take("=")) return new Set(target, ParseTuple(), line);
        var captured = new Name(SetBlock.Captured, line);
        return new SetBlock(target, Take("|") ? ParseFilters(captured) : captured, ParseTo("endset"), line);
    }

    private With ParseWith(int line)
    {
        var names = new List<(Expression, Expression)>();
        while (Current.Kind != TokenKind.Close)
        {
            if (names.Count > 0) Expect(",");
            var target = ParseTarget(withNamespace: false);
            Expect("=");
            names.Add((target, ParseExpression()));
        }
        return new With(names, ParseTo("endwith"), line);
    }

    private Block ParseBlock(int line)
    {
        var name = ExpectName();
        if (!blocks.Add(name)) throw Error($"the block '{name}' is defined twice", line);
        var scoped = TakeName("scoped");
        if (Current.IsName("required")) throw Error($"the block '{name}' is required, and there is no other template to define it", line);
        var body = OutsideLoops(() => ParseTo("endblock"));
        TakeName(name);
        return new Block(name, scoped, body, line);
    }

    /// <summary>A name, an attribute of a namespace, or several of them.</summary>
    private Expression ParseTarget(bool withNamespace, bool isLoop = false)
    {
        var line = Current.Line;
        var items = new List<Expression>();
        do
        {
            if (items.Count > 0 && (Current.Is(")") || Current.Kind == TokenKind.Close)) return new ListOf(items, true, line);
            items.Add(ParseOneTarget(withNamespace, isLoop));
        }
        while (Take(","));
        return items.Count == 1 ? items[0] : new ListOf(items, true, line);
    }

    private Expression ParseOneTarget(bool withNamespace, bool isLoop)
    {
        var line = Current.Line;
        if (Take("(")) return Nested(() =>
        {
            var inner = ParseTarget(withNamespace: false, isLoop);
            Expect(")");
            return inner;
        });
        var text = ExpectName();
        if (Constants.Contains(text)) throw Error($"'{text}' cannot be assigned", line);
        if (withNamespace && Take(".")) return new Attribute(Names.Read(new Name(text, line)), ExpectName(), line);
        if (text == "loop" && (isLoop || loops > 0)) throw Error("'loop' cannot be assigned in a loop", line);
        return Names.Assign(new Name(text, line));
    }

    private CallBlock ParseCallBlock(int line)
    {
        var parameters = Current.Is("(") ? ParseSignature() : [];
        var call = ParseExpression() as Call ?? throw Error("a call block needs a call", line);
        return new CallBlock(call, ParseMacroBody(null, parameters, "endcall"), line);
    }

    private MacroBody ParseMacro(string? name, string end, bool signed = true) => ParseMacroBody(name, signed ? ParseSignature() : [], end);

    private MacroBody ParseMacroBody(string? name, IReadOnlyList<(string Name, Expression? Default)> parameters, string end)
    {
        Names.BeginMacro();
        var body = OutsideLoops(() => ParseTo(end));
        var read = Names.EndMacro();
        if (read.Contains("caller") && parameters.Any(p => p is { Name: "caller", Default: null }))
            throw Error("the parameter 'caller' of a macro needs a default");
        return new MacroBody(name, parameters, body,
            read.Contains("caller"), read.Contains("kwargs") && Free("kwargs"), read.Contains("varargs") && Free("varargs"));

        bool Free(string special) => parameters.All(p => p.Name != special);
    }

    private List<(string Name, Expression? Default)> ParseSignature()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        Expect("(");
        while (!Take(")"))
        {
            if (parameters.Count > 0) Expect(",");
            var name = Names.Parameter(ExpectName());
            if (parameters.Any(p => p.Name == name)) throw Error($"the parameter '{name}' stands twice");
            if (Take("=")) parameters.Add((name, ParseExpression()));
            else if (parameters.All(p => p.Default is null)) parameters.Add((name, null));
            else throw Error("a parameter without a default follows one with a default");
        }
        return parameters;
    }

    private void Close()
    {
        if (Current.Kind != TokenKind.Close) throw Error($"the end of the tag is needed instead of {Current}");
        Next();
    }
}
