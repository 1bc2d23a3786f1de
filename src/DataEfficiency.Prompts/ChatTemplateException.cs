namespace DataEfficiency.Prompts;

/// <summary>A chat template that cannot be read or does not take the messages given.</summary>
/// <param name="raisedByTemplate">The template itself refused the messages (raise_exception), e.g. a system role or an order of
/// roles.</param>
internal sealed class ChatTemplateException(string message, bool raisedByTemplate = false) : ModelException(message)
{
    public bool RaisedByTemplate { get; } = raisedByTemplate;
}
