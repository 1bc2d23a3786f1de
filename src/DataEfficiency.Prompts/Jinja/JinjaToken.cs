namespace DataEfficiency.Prompts.Jinja;

internal enum TokenKind { Text, Open, Close, Name, String, Integer, Float, Operator, End }

/// <param name="Text">Text between tags; "{{" or "{%" of an opening; the name, operator or string value.</param>
internal readonly record struct JinjaToken(TokenKind Kind, string Text, int Line)
{
    public bool Is(string operatorText) => Kind == TokenKind.Operator && Text == operatorText;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Text => "text",
        _ => $"'{Text}'",
    };
}
