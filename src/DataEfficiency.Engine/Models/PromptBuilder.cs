// The one prompt builder of ranking, gradients, fine-tuning, evaluation and calibration (method section 1).
namespace DataEfficiency.Engine.Models;

/// <summary>Texts to prompts and ids in the format of one model. Prompt and answer are tokenised separately, so that no merge crosses the border.</summary>
public sealed class PromptBuilder : IPrompts
{
    private const string Probe = "system-role-probe";
    private readonly ChatTemplate? template;
    private readonly bool takesSystem;

    /// <param name="template">Null: the plain format.</param>
    /// <exception cref="ChatTemplateException">The template takes neither a system and a user message nor a user message alone.</exception>
    public PromptBuilder(Tokenizer tokenizer, ChatTemplate? template, GenerationConfig generation)
    {
        (Tokenizer, this.template) = (tokenizer, template);
        Masked = AnswerMask.MaskedIds(tokenizer, generation);
        Eos = generation.EosIds.ToHashSet();
        takesSystem = template is not null && TakesSystem(template);
    }

    /// <summary>Reads tokenizer, chat template and EOS ids of a model folder.</summary>
    /// <exception cref="EngineException">A file is missing, damaged or not supported.</exception>
    public static PromptBuilder Load(string folder)
    {
        var tokenizer = Tokenizer.Load(folder);
        return new PromptBuilder(tokenizer, ChatTemplate.Load(folder), GenerationConfig.Load(folder, tokenizer));
    }

    public Tokenizer Tokenizer { get; }

    public IReadOnlySet<int> Masked { get; }

    public IReadOnlySet<int> Eos { get; }

    public int[] Prompt(TaskPrompt? task, string text) => Tokenizer.Encode(task is null ? text : Text(task, text));

    public int[] Answer(string answer) => Tokenizer.Encode(answer);

    public string Decode(IReadOnlyList<int> ids) => Tokenizer.Decode(ids, skipSpecial: true);

    /// <summary>The full prompt of a text, ending in the assistant header (plain format: in "Answer:").</summary>
    /// <exception cref="ChatTemplateException">The template fails on these messages.</exception>
    public string Text(TaskPrompt task, string text)
    {
        var instruction = Instruction(task);
        if (template is null) return $"{instruction}\n\n{text}\n\nAnswer:\n";
        return template.Apply(takesSystem ? [new("system", instruction), new("user", text)] : [new("user", $"{instruction}\n\n{text}")], addGenerationPrompt: true);
    }

    /// <summary>The instruction; for a fixed answer set, where wanted, an empty line and the answers in their order.</summary>
    public static string Instruction(TaskPrompt task) =>
        task is { ListAnswers: true, Answers.Count: > 0 } ? $"{task.Instruction}\n\nAnswer with one of: {string.Join("; ", task.Answers)}" : task.Instruction;

    /// <summary>A template may refuse a system role or pass over it in silence; both mean that the instruction belongs into the user message.</summary>
    private static bool TakesSystem(ChatTemplate template)
    {
        try
        {
            if (template.Apply([new("system", Probe), new("user", "x")], addGenerationPrompt: true).Contains(Probe, StringComparison.Ordinal)) return true;
        }
        catch (ChatTemplateException e) when (e.RaisedByTemplate)
        {
        }
        template.Apply([new("user", "x")], addGenerationPrompt: true);
        return false;
    }
}
