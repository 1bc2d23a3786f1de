namespace DataEfficiency.Prompts;

/// <param name="Role">system, user or assistant.</param>
public sealed record ChatMessage(string Role, string Content);
