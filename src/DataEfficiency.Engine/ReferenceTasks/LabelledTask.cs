// A task that people have labelled: a finished project, or a file. Its curve goes as far as its labels do.
using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.ReferenceTasks;

/// <summary>Labelled texts, split by the text itself as generated ones are. A text that stands there twice counts once.</summary>
public sealed class LabelledTask : ITaskSource
{
    /// <summary>With fewer labels the curve has one point of some 100 examples behind it and a test of less than 40.</summary>
    public const int Fewest = 200;

    private const int FewestInASplit = 20;

    private readonly ILookup<TaskSplit, Example> _examples;

    /// <param name="ceiling">The best score thought possible.</param>
    /// <exception cref="ArgumentException">Too few different texts, or an answer that is not in the answer set; the message names the task
    /// and what to do.</exception>
    public LabelledTask(string name, TaskPrompt prompt, IReadOnlyList<Example> examples, double ceiling = 1)
    {
        if (!(ceiling is > 0 and <= 1)) throw new ArgumentException($"Task {name}: a ceiling of {ceiling} is not above 0 and at most 1.");
        if (prompt.Answers is { } set && examples.FirstOrDefault(e => !set.Contains(e.Answer)) is { } strange)
            throw new ArgumentException($"Task {name}: the answer \"{strange.Answer}\" is not one of {string.Join("; ", set)}.");
        Example[] texts = [.. examples.DistinctBy(e => e.Text)];
        (Name, Prompt, Ceiling) = (name, prompt, ceiling);
        _examples = texts.ToLookup(e => ReferenceTask.SplitOf(e.Text));
        if (texts.Length < Fewest)
            throw new ArgumentException($"Task {name} has {texts.Length} different labelled texts; a curve needs at least {Fewest}.");
        if (new[] { TaskSplit.Train, TaskSplit.Validation, TaskSplit.Test }.Min(Most) < FewestInASplit)
            throw new ArgumentException($"Task {name}: a split of its {texts.Length} labels has fewer than {FewestInASplit}; label more.");
        var content = new { Ceiling, Prompt, Examples = texts.OrderBy(e => e.Text, StringComparer.Ordinal) };
        Key = $"{name}#{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content)))[..16]}";
    }

    public string Name { get; }

    public string Key { get; }

    public TaskPrompt Prompt { get; }

    public double Ceiling { get; }

    public int Most(TaskSplit split) => _examples[split].Count();

    public IReadOnlyList<Example> Generate(TaskSplit split, int count, long seed)
    {
        Example[] drawn = [.. _examples[split].OrderBy(e => e.Text, StringComparer.Ordinal)];
        new SplitMix64(unchecked((ulong)(long)TaskRandom.Hash($"{Name}/{split}/{seed}"))).Shuffle(drawn.AsSpan());
        return [.. drawn.Take(count)];
    }
}
