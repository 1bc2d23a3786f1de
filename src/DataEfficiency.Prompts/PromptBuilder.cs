// The one prompt builder of ranking, gradients, fine-tuning, evaluation and calibration (method section 1).
using System.Text.Json;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts;

/// <summary>Texts to prompts and ids in the format of one model. Prompt and answer are tokenised separately,
/// so that no merge crosses the border.</summary>
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
        End = generation.EosIds.Count > 0 ? generation.EosIds[0] : null;
        takesSystem = template is not null && TakesSystem(template);
    }

    /// <summary>Reads tokenizer, chat template and EOS ids of a model folder.</summary>
    /// <exception cref="ModelException">A file is missing, damaged or not supported.</exception>
    public static PromptBuilder Load(string folder)
    {
        var tokenizer = Tokenizer.Load(folder);
        return new PromptBuilder(tokenizer, ChatTemplate.Load(folder), GenerationConfig.Load(folder, tokenizer));
    }

    /// <summary>The same for the model in this folder. A tokenizer may have fewer tokens than the model has rows in its embedding, and
    /// files in use add a token or two beyond them; more is a folder mixed of two models.</summary>
    /// <param name="warn">Told where the model has no row for an added token.</param>
    /// <exception cref="ModelException">The same, or the model has no row for a token of the vocabulary
    /// or for one that every prompt holds.</exception>
    public static PromptBuilder Load(string folder, Action<string>? warn)
    {
        var prompts = Load(folder);
        if (VocabularySize(folder) is not { } size) return prompts;
        var beyond = prompts.Tokenizer.TokensFrom(size).ToList();
        if (beyond.Count == 0) return prompts;
        var (file, rows) = (Path.Combine(folder, "tokenizer.json"), $"but the model has {size} tokens (vocab_size of config.json)");
        const string cure = "Tokenizer and weights are of two models: put the tokenizer.json and chat template of these weights there, "
            + "or get the whole folder again.";
        if (beyond.FirstOrDefault(t => !t.IsAdded) is { Text: { } text } word)
            throw new ModelException($"{file}: \"{text}\" has id {word.Id}, {rows}. {cure}");
        if (prompts.Prompt(new TaskPrompt("x"), "x").Where(id => id >= size).Select(id => (int?)id).FirstOrDefault() is { } id)
            throw new ModelException(
                $"{file}: \"{prompts.Tokenizer.TokenText(id)}\", which every prompt holds, has id {id}, {rows}. {cure}");
        warn?.Invoke(
            $"{file}: the added token \"{beyond[0].Text}\" has id "
            + $"{beyond[0].Id}{(beyond.Count > 1 ? $" (and {beyond.Count - 1} more)" : "")}, {rows}: texts that hold it are left out.");
        return prompts;
    }

    // Null where the file does not say: whoever loads the model names that.
    private static int? VocabularySize(string folder) => JsonPart.Read(Path.Combine(folder, "config.json"),
        root => root.Optional("vocab_size") is { Element.ValueKind: JsonValueKind.Number } part && part.Element.TryGetInt32(out var size)
            ? size : (int?)null);

    public Tokenizer Tokenizer { get; }

    public IReadOnlySet<int> Masked { get; }

    public IReadOnlySet<int> Eos { get; }

    public int? End { get; }

    public int[] Prompt(TaskPrompt? task, string text) => Tokenizer.Encode(task is null ? text : Text(task, text));

    public int[] Answer(string answer) => Tokenizer.Encode(answer);

    public string Decode(IReadOnlyList<int> ids) => Tokenizer.Decode(ids, skipSpecial: true);

    /// <summary>The full prompt of a text, ending in the assistant header (plain format: in "Answer:").</summary>
    /// <exception cref="ChatTemplateException">The template fails on these messages.</exception>
    public string Text(TaskPrompt task, string text)
    {
        var instruction = Instruction(task);
        if (template is null) return $"{instruction}\n\n{text}\n\nAnswer:\n";
        return template.Apply(takesSystem ? [new("system", instruction), new("user", text)] : [new("user", $"{instruction}\n\n{text}")],
            addGenerationPrompt: true);
    }

    /// <summary>The instruction; for a fixed answer set, where wanted, an empty line and the answers in their order.</summary>
    public static string Instruction(TaskPrompt task) =>
        task is { ListAnswers: true, Answers.Count: > 0 } ? $"{task.Instruction}\n\nAnswer with one of: {string.Join("; ", task.Answers)}"
            : task.Instruction;

    /// <summary>A template may refuse a system role or pass over it in silence; both mean that the
    /// instruction belongs into the user message.</summary>
    private static bool TakesSystem(ChatTemplate template)
    {
        try
        {
            if (template.Apply([new("system", Probe), new("user", "x")], addGenerationPrompt: true)
                .Contains(Probe, StringComparison.Ordinal)) return true;
        }
        catch (ChatTemplateException e) when (e.RaisedByTemplate)
        {
        }
        template.Apply([new("user", "x")], addGenerationPrompt: true);
        return false;
    }
}
