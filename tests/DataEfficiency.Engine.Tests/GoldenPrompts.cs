using System.Text.Json.Nodes;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests;

/// <summary>Prompts whose ids are those the reference wrote down: a text is an item's prompt, an answer an item's answer. Shows the
/// estimator's own arithmetic apart from the tokenizer's.</summary>
public sealed class GoldenPrompts(IEnumerable<JsonNode> items, IReadOnlySet<int> masked, IReadOnlySet<int> eos,
    string answerField = "answer") : IPrompts
{
    private readonly Dictionary<string, int[]> _prompts = items.DistinctBy(i => (string)i["prompt"]!)
        .ToDictionary(i => (string)i["prompt"]!, i => GoldenModel.Ints(i["prompt_ids"]));
    private readonly Dictionary<string, int[]> _answers = items.Where(i => i["answer_ids"] is not null)
        .DistinctBy(i => (string)i[answerField]!).ToDictionary(i => (string)i[answerField]!, i => GoldenModel.Ints(i["answer_ids"]));

    public int[] Prompt(TaskPrompt? task, string text) => _prompts[text];

    public int[] Answer(string answer) => _answers[answer];

    public string Decode(IReadOnlyList<int> ids) => string.Join(' ', ids);

    public IReadOnlySet<int> Masked => masked;

    public IReadOnlySet<int> Eos => eos;
}
