
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts.Tests;

public sealed class PromptBuilderTests : IDisposable
{
    private const string Turns = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
    private static readonly TaskPrompt Task = new("Sort it.", ["yes", "no"]);
    private readonly string folder = Directory.CreateTempSubdirectory("prompts").FullName;
    private readonly Tokenizer tokenizer;

    public PromptBuilderTests()
    {
        var chat = new ChatTokens();
        TokenizerWriter.Write(folder, ByteLevelBpeTrainer.Train(["some text\n\n", "more text\n\n"], 300, chat.All), chat, 2048);
        tokenizer = Tokenizer.Load(folder);
    }

    private string Text(string? template, TaskPrompt task) =>
        new PromptBuilder(tokenizer, template is null ? null : new ChatTemplate(template), new GenerationConfig([2], 0)).Text(task, "TEXT");

    [Fact]
    public void Text_TemplateTakesSystem_InstructionIsTheSystemMessage() =>
        Assert.Equal("[system]Sort it.\n\nAnswer with one of: yes; no[user]TEXT", Text(Turns, Task));

    [Theory]
    [InlineData("{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + Turns)]
    [InlineData("{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endfor %}")]
    public void Text_TemplateRefusesOrDropsSystem_InstructionGoesBeforeTheText(string template) =>
        Assert.Equal("[user]Sort it.\n\nTEXT", Text(template, Task with { ListAnswers = false }));

    [Fact]
    public void Text_NoTemplate_PlainFormat() => Assert.Equal("Sort it.\n\nTEXT\n\nAnswer:\n", Text(null, new TaskPrompt("Sort it.")));

    [Fact]
    public void Load_WrittenTokenizer_PromptEndsInTheAssistantHeader()
    {
        var prompts = PromptBuilder.Load(folder);
        Assert.EndsWith("<|im_start|>assistant\n", tokenizer.Decode(prompts.Prompt(Task, "TEXT"), skipSpecial: false));
        Assert.Equal(
            "<|im_start|>system\nSort it.\n\nAnswer with one of: yes; "
            + "no<|im_end|>\n<|im_start|>user\nTEXT<|im_end|>\n<|im_start|>assistant\n", prompts.Text(Task, "TEXT"));
        // A null task: the text is a full prompt already, special tokens in it are recognised.
        Assert.Equal([2], prompts.Prompt(null, "<|im_end|>"));
        // Neither config file is there: EOS and pad are those that tokenizer_config.json names.
        Assert.Equal([2], prompts.Eos);
        Assert.Superset(new HashSet<int> { 0, 2, tokenizer.Encode("\n")[0] }, prompts.Masked.ToHashSet());
    }

    [Fact]
    public void GenerationConfig_BothFiles_TheFirstCounts()
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"eos_token_id": 1, "pad_token_id": 7}""");
        Assert.Equal([1], GenerationConfig.Load(folder, tokenizer).EosIds);
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": [5, 6]}""");
        var both = GenerationConfig.Load(folder, tokenizer);
        Assert.Equal(([5, 6], 7), (both.EosIds.ToArray(), both.PadId), (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2 == b.Item2);
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"eos_token_id": "x"}""");
        Assert.Contains("eos_token_id", Assert.Throws<ModelException>(() => GenerationConfig.Load(folder, tokenizer)).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
