namespace DataEfficiency.Prompts;

/// <summary>How the texts of a project become prompts (method: one prompt builder for ranking, gradients, fine-tuning,
/// evaluation).</summary>
/// <param name="Instruction">The task instruction: system message.</param>
/// <param name="Answers">The answer texts in fixed order, or null for free short text.</param>
/// <param name="ListAnswers">Adds an empty line and "Answer with one of: a; b; c" to the system message.</param>
public sealed record TaskPrompt(string Instruction, IReadOnlyList<string>? Answers = null, bool ListAnswers = true);
