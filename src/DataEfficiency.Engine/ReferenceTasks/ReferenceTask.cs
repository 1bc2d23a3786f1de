// A generated task: unlimited labelled examples whose rule, noise and ceiling are known, to
// measure how fast a model learns (method section 10).
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.ReferenceTasks;

/// <summary>A seeded generator of labelled examples of one task.</summary>
/// <remarks>Equal arguments give equal examples; a shorter list is a prefix of a longer one, so that training subsets are nested.</remarks>
public sealed class ReferenceTask : ITaskSource
{
    private const int DrawsPerFreshText = 200;

    private readonly Func<TaskRandom, Example> _draw;

    internal ReferenceTask(string name, string instruction, IReadOnlyList<string>? answers, Func<TaskRandom, Example> draw,
        double noise = 0)
    {
        if (noise > 0 && answers is null)
            throw new ArgumentException($"Task '{name}': only tasks with a fixed answer set can have noisy labels.", nameof(noise));
        (Name, Prompt, Noise, _draw) = (name, new TaskPrompt(instruction, answers), noise, draw);
    }

    public string Name { get; }

    public string Key => Name;

    /// <summary>Instruction and answer set; a null answer set means free short answers.</summary>
    public TaskPrompt Prompt { get; }

    /// <summary>Share of labels, in every split, that are replaced by another one at random.</summary>
    public double Noise { get; }

    /// <summary>The best exact-match score that is possible: one minus the noise.</summary>
    public double Ceiling => 1 - Noise;

    public int Most(TaskSplit split) => int.MaxValue;

    /// <summary>Draws <paramref name="count"/> examples, without an upper limit.</summary>
    /// <remarks>Texts differ from each other until a small grammar is used up; then they come again. Two seeds of one split
    /// may share texts, two splits never do.</remarks>
    public IReadOnlyList<Example> Generate(TaskSplit split, int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var random = new TaskRandom($"{Name}/{split}/{seed}");
        var seen = new HashSet<string>();
        var examples = new List<Example>(count);
        while (examples.Count < count)
            examples.Add(Noisy(Fresh(split, seen, random), random));
        return examples;
    }

    // The first draw settles the answer, so that answers with few texts stay as frequent as the others.
    private Example Fresh(TaskSplit split, HashSet<string> seen, TaskRandom random)
    {
        Example? first = null;
        for (var draws = 0; first is null || draws < DrawsPerFreshText; draws++)
        {
            var example = _draw(random);
            if (SplitOf(example.Text) != split || (first is not null && example.Answer != first.Answer)) continue;
            if (seen.Add(example.Text)) return example;
            first ??= example;
        }
        return first;
    }

    private Example Noisy(Example example, TaskRandom random)
    {
        if (Noise == 0 || !random.Chance(Noise)) return example;
        return example with { Answer = random.Pick(Prompt.Answers!.Where(a => a != example.Answer).ToList()) };
    }

    // By the text itself: 6 of 10 texts train, 2 validate, 2 test, whatever the seed.
    internal static TaskSplit SplitOf(string text) =>
        (TaskRandom.Hash(text) % 10) switch { < 6 => TaskSplit.Train, < 8 => TaskSplit.Validation, _ => TaskSplit.Test };
}
