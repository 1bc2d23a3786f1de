using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Datastore;

/// <summary>Ids written out, parted by spaces; counts how often it is asked.</summary>
internal sealed class CountingPrompts(params int[] masked) : IPrompts
{
    public Dictionary<string, int> Prompts { get; } = [];

    public int[] Prompt(TaskPrompt? task, string text)
    {
        Prompts[text] = Prompts.GetValueOrDefault(text) + 1;
        return Answer(text);
    }

    public int[] Answer(string answer) => [.. answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    public string Decode(IReadOnlyList<int> ids) => string.Join(' ', ids);

    public IReadOnlySet<int> Masked { get; } = masked.ToHashSet();

    public IReadOnlySet<int> Eos { get; } = new HashSet<int>();
}
