// The examples of one reference task as a model takes them: to train on, to look at, to be tested with.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Calibrating;

/// <summary>Prompts with answers and their end (recipe 2). Those longer than the model's context are left out. Every token of an answer
/// counts: method section 2's mask is for confidences and gradients, but exact match asks for a line break inside an answer too.</summary>
internal sealed class TaskExamples(ITaskSource task, IPrompts prompts, int context, CalibrationOptions options)
{
    private static readonly HashSet<int> NoneMasked = [];

    public IReadOnlyList<TokenSequence> Train(int count) => [.. Fitting(TaskSplit.Train, count).Select(e => e.Sequence)];

    public IReadOnlyList<TokenSequence> Validation() => [.. Fitting(TaskSplit.Validation, options.ValidationSize).Select(e => e.Sequence)];

    public IReadOnlyList<Example> Test() => [.. Fitting(TaskSplit.Test, options.TestSize).Select(e => e.Example)];

    private IEnumerable<(Example Example, TokenSequence Sequence)> Fitting(TaskSplit split, int count) =>
        task.Generate(split, count, options.Seed)
            .Select(e => (Example: e, Sequence: TokenSequence.Answer(prompts.Prompt(task.Prompt, e.Text), prompts.Answer(e.Answer),
                NoneMasked, prompts.End)))
            .Where(e => e.Sequence.Ids.Length <= context);
}
