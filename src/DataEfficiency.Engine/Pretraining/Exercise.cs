using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Pretraining;

/// <summary>One generated question with its answer, in the form that every project uses.</summary>
internal sealed record Exercise(TaskPrompt Task, string Text, string Answer);
