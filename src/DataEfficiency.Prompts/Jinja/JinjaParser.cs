// Tokens to statements.
namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaParser : JinjaExpressionParser
{
    private const string Supported = "for, if, set, macro, generation, raw, break, continue";

    private JinjaParser(List<JinjaToken> tokens) : base(tokens) { }

    /// <exception cref="ChatTemplateException">The template is malformed or uses a statement that is not supported; the message names line and construct.</exception>
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
                body.Add(new Output(ParseTuple(), token.Line));
                Close();
            }
            else if (Current.Kind == TokenKind.Name && ends.Contains(Current.Text)) return body;
            else body.Add(ParseStatement());
        }
        return ends.Length == 0 ? body : throw Error($"{ends[^1]} is missing");
    });

    private Statement ParseStatement()
    {
        var line = Current.Line;
        switch (ExpectName())
        {
            case "for": return ParseFor(line);
            case "if": return ParseIf(line);
            case "set": return ParseSet(line);
            case "macro": return ParseMacro(line);
            case "generation":
                Close();
                var body = ParseBody("endgeneration");
                End();
                return new Group(body, line);
            case "break":
                Close();
                return new Jump(Continues: false, line);
            case "continue":
                Close();
                return new Jump(Continues: true, line);
            case var name: throw Error($"the statement '{name}' is not supported; supported: {Supported}", line);
        }
    }

    private For ParseFor(int line)
    {
        var targets = new List<string>();
        var bracket = Take("(");
        do targets.Add(ExpectName());
        while (Take(","));
        if (bracket) Expect(")");
        if (!TakeName("in")) throw Error($"'in' is needed instead of {Current}");
        var over = ParseOr();
        var where = TakeName("if") ? ParseOr() : null;
        if (Current.IsName("recursive")) throw Error("'recursive' loops are not supported");
        Close();
        var body = ParseBody("else", "endfor");
        IReadOnlyList<Statement> otherwise = [];
        if (TakeName("else"))
        {
            Close();
            otherwise = ParseBody("endfor");
        }
        End();
        return new For(targets, over, where, body, otherwise, line);
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        IReadOnlyList<Statement> otherwise = [];
        while (true)
        {
            var test = ParseTuple();
            Close();
            branches.Add((test, ParseBody("elif", "else", "endif")));
            if (TakeName("elif")) continue;
            if (TakeName("else"))
            {
                Close();
                otherwise = ParseBody("endif");
            }
            End();
            return new If(branches, otherwise, line);
        }
    }

    private Statement ParseSet(int line)
    {
        var targets = new List<Expression>();
        do targets.Add(ParseTarget());
        while (Take(","));
        if (Take("="))
        {
            var value = ParseTuple();
            Close();
            return new Set(targets, value, line);
        }
        var wrap = Current.Is("|") ? ParseFilters(new Name(SetBlock.Captured, line)) : null;
        if (targets.Count != 1) throw Error("a set block has one name");
        Close();
        var body = ParseBody("endset");
        End();
        return new SetBlock(targets[0], wrap, body, line);
    }

    private Expression ParseTarget()
    {
        var line = Current.Line;
        var name = new Name(ExpectName(), line);
        return Take(".") ? new Attribute(name, ExpectName(), line) : name;
    }

    private Macro ParseMacro(int line)
    {
        var name = ExpectName();
        var parameters = new List<(string, Expression?)>();
        Expect("(");
        while (!Take(")"))
        {
            if (parameters.Count > 0) Expect(",");
            parameters.Add((ExpectName(), Take("=") ? ParseExpression() : null));
        }
        Close();
        var body = ParseBody("endmacro");
        End();
        return new Macro(name, parameters, body, line);
    }

    /// <summary>The name of an end tag, then its close; endmacro may repeat the name.</summary>
    private void End()
    {
        ExpectName();
        if (Current.Kind == TokenKind.Name) Next();
        Close();
    }

    private void Close()
    {
        if (Current.Kind != TokenKind.Close) throw Error($"the end of the tag is needed instead of {Current}");
        Next();
    }
}
