namespace DataEfficiency.Prompts.Jinja;

/// <summary>A template that was read.</summary>
/// <param name="Hidden">By the body of a scope, the names that it sets before it reads them.</param>
internal sealed record JinjaTemplate(
    IReadOnlyList<Statement> Body, IReadOnlyDictionary<IReadOnlyList<Statement>, IReadOnlySet<string>> Hidden)
{
    /// <exception cref="ChatTemplateException">The template is malformed or uses what is refused; the message names line and construct.
    /// </exception>
    public static JinjaTemplate Read(string text)
    {
        var body = JinjaParser.Parse(text);
        return new JinjaTemplate(body, JinjaHiddenNames.Of(body));
    }
}
