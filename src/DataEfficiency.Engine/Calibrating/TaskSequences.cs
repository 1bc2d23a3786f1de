
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Calibrating;

/// <summary>The examples of one reference task as prompts with answers. Prompts longer than the model's context are left out.</summary>
internal sealed class TaskSequences(ReferenceTask task, IPrompts prompts, int context, CalibrationOptions options)
{
    public IReadOnlyList<TokenSequence> Train(int count) => Sequences(TaskSplit.Train, count);

    public IReadOnlyList<TokenSequence> Validation() => Sequences(TaskSplit.Validation, options.ValidationSize);

    public IReadOnlyList<TokenSequence> Test() => Sequences(TaskSplit.Test, options.TestSize);

    private IReadOnlyList<TokenSequence> Sequences(TaskSplit split, int count) =>
        [.. task.Generate(split, count, options.Seed).Select(e => TokenSequence.Answer(prompts.Prompt(task.Prompt, e.Text), prompts.Answer(e.Answer), prompts.Masked)).Where(s => s.Ids.Length <= context)];
}
