// Chat prompts, masked and EOS ids against transformers.
using System.Text.Json.Nodes;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts.Tests;

public class ChatTemplateGoldenTests
{
    private static ChatMessage[] Messages(JsonNode item) =>
        [.. item["messages"]!.AsArray().Select(m => new ChatMessage((string)m!["role"]!, (string)m["content"]!))];

    private static JsonNode Read(params string[] path) => JsonNode.Parse(File.ReadAllText(Fixtures.At(path)))!;

    private static int[] Ints(JsonNode? list) => [.. list!.AsArray().Select(i => (int)i!).Order()];

    [GoldenTheory]
    [InlineData("llama3-tiny")]
    [InlineData("mistral-tiny")]
    [InlineData("qwen2-tiny")]
    [InlineData("smollm2-tiny")]
    public void SmallModel_EveryItem_SamePromptAndIds(string name)
    {
        var golden = Read("golden", "engine", name, "golden.json");
        var folder = Fixtures.At("golden", "engine", name);
        var template = ChatTemplate.Load(folder)!;
        foreach (var item in golden["items"]!.AsArray())
            Assert.Equal((string)item!["prompt"]!, template.Apply(Messages(item), addGenerationPrompt: true));

        var prompts = PromptBuilder.Load(folder);
        Assert.Equal(Ints(golden["eos_ids"]), prompts.Eos.Order());
        Assert.Equal(Ints(golden["masked_ids"]), prompts.Masked.Order());
        Assert.Equal(Ints(golden["single_newline_ids"]), AnswerMask.NewlineIds(prompts.Tokenizer).Order());
        Assert.Equal((int?)golden["pad_id"], GenerationConfig.Load(folder, prompts.Tokenizer).PadId);
    }

    [GoldenFact]
    public void SmolLM2_EveryPrompt_SamePromptAndMask()
    {
        var golden = Read("golden", "smollm2", "golden.json");
        var folder = Fixtures.At("models", "SmolLM2-135M-Instruct");
        var template = ChatTemplate.Load(folder)!;
        foreach (var item in golden["prompts"]!.AsArray().Concat(golden["labelled"]!.AsArray()))
            Assert.Equal((string)item!["prompt"]!, template.Apply(Messages(item), addGenerationPrompt: true));
        var prompts = PromptBuilder.Load(folder);
        Assert.Equal(Ints(golden["masked_ids"]), prompts.Masked.Order());
        Assert.Equal(Ints(golden["eos_ids"]), prompts.Eos.Order());
    }

    [GoldenTheory]
    [InlineData("llama-3.1", new[] { 271, 128009 })]
    [InlineData("qwen2.5", new[] { 198, 151643, 151645 })]
    [InlineData("mistral-v0.3", new[] { 2, 29473 })]
    public void RealTokenizer_OfAFamily_HasTheFamilysMask(string name, int[] masked) =>
        Assert.Equal(masked, PromptBuilder.Load(Fixtures.At("golden", "tokenizers", name)).Masked.Order());
}
