// The tokenizer against ids and decoded texts of Hugging Face tokenizers: five real vocabularies, the four small models, SmolLM2's prompts.
using System.Text.Json.Nodes;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Prompts.Tests.Tokenization;

public class TokenizerGoldenTests
{
    private static string Folder(string name) =>
        name == "smollm2" ? Fixtures.At("models", "SmolLM2-135M-Instruct") : Fixtures.At("golden", "tokenizers", name);

    private static JsonNode Read(params string[] path) => JsonNode.Parse(File.ReadAllText(Fixtures.At(path)))!;

    private static int[] Ints(JsonNode? list) => [.. list!.AsArray().Select(i => (int)i!)];

    [GoldenTheory]
    [InlineData("llama-3.1")]
    [InlineData("qwen2.5")]
    [InlineData("mistral-v0.3")]
    [InlineData("mistral-v0.1")]
    [InlineData("smollm2")]
    public void RealTokenizer_EveryText_SameIdsAndDecodedTexts(string name)
    {
        var golden = Read("golden", "tokenizers", name + ".json");
        var tokenizer = Tokenizer.Load(Folder(name));
        Assert.Equal((int)golden["size"]!, tokenizer.VocabularySize);
        Assert.Equal(63, golden["texts"]!.AsArray().Count);
        var template = SingleTemplate(Folder(name), tokenizer);
        foreach (var item in golden["texts"]!.AsArray())
        {
            var (kind, text, ids) = ((string)item!["kind"]!, (string)item["text"]!, Ints(item["ids"]));
            Assert.True(
                ids.SequenceEqual(tokenizer.Encode(text)),
                $"{kind}: expected {string.Join(' ', ids)}, got {string.Join(' ', tokenizer.Encode(text))}");
            // The engine never adds special tokens, as chat templates have them; what a tokenizer would add stands around what it gives
            // here.
            Assert.Equal(
                Ints(item["ids_with_special"] ?? item["ids"]),
                template.SelectMany(added => added is { } id ? [id] : tokenizer.Encode(text)));
            Assert.Equal((string)item["decoded"]!, tokenizer.Decode(ids, skipSpecial: false));
            Assert.Equal((string)item["decoded_skip_special"]!, tokenizer.Decode(ids, skipSpecial: true));
        }
    }

    // As python's hashlib gives them; v0.3 of Mistral's tokenizer differs from v0.1 in control tokens alone.
    [GoldenTheory]
    [InlineData("llama-3.1", "ae21acd894222093f9fa5b4fdba4c0c6db57a2d46bbb3d2b6026d0c2be0a348a")]
    [InlineData("qwen2.5", "dd48ab6d33f5e75b04b07c8c0fe11e2d3a25350b3f5e75d628217098a2d7e58c")]
    [InlineData("mistral-v0.3", "c26d67c5f788488e0a7919dade8567dc66c9cbcb80e21200b1c1402384dbabc6")]
    [InlineData("mistral-v0.1", "c26d67c5f788488e0a7919dade8567dc66c9cbcb80e21200b1c1402384dbabc6")]
    public void RealTokenizer_Vocabulary_HasItsHash(string name, string sha256) =>
        Assert.Equal(sha256, Tokenizer.Load(Folder(name)).VocabularySha256());

    // post_processor of tokenizer.json for one text: the ids that it adds, and null where the text stands.
    private static List<int?> SingleTemplate(string folder, Tokenizer tokenizer)
    {
        var post = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer.json")))!["post_processor"];
        var parts = post?["processors"]?.AsArray() ?? [post?.DeepClone()];
        if (parts.SingleOrDefault(p => (string?)p?["type"] == "TemplateProcessing") is not { } template) return [null];
        List<int?> single = [];
        foreach (var part in template["single"]!.AsArray())
        {
            if (part!["SpecialToken"] is not { } special) single.Add(null);
            else
            {
                var token = template["special_tokens"]![(string)special["id"]!]!;
                Assert.Equal(token["tokens"]!.AsArray().Select(t => tokenizer.TokenId((string)t!)!.Value), Ints(token["ids"]));
                single.AddRange(Ints(token["ids"]).Select(id => (int?)id));
            }
        }
        return single;
    }

    [GoldenTheory]
    [InlineData("llama-3.1", new[] { 198 }, new[] { 271 })]
    [InlineData("qwen2.5", new[] { 198 }, new[] { 271 })]
    [InlineData("smollm2", new[] { 198 }, new[] { 1116 })]
    [InlineData("mistral-v0.3", new[] { 29473, 781 }, new[] { 29473, 781, 781 })]
    public void RealTokenizer_NewLines_SameIds(string name, int[] one, int[] two)
    {
        var tokenizer = Tokenizer.Load(Folder(name));
        Assert.Equal(one, tokenizer.Encode("\n"));
        Assert.Equal(two, tokenizer.Encode("\n\n"));
    }

    [GoldenTheory]
    [InlineData("llama3-tiny")]
    [InlineData("mistral-tiny")]
    [InlineData("qwen2-tiny")]
    [InlineData("smollm2-tiny")]
    public void SmallModel_EveryItem_SameIdsAndDecodedTexts(string name)
    {
        var golden = Read("golden", "engine", name, "golden.json");
        var tokenizer = Tokenizer.Load(Fixtures.At("golden", "engine", name));
        Assert.Equal((int)golden["tokenizer_size"]!, tokenizer.VocabularySize);
        foreach (var item in golden["items"]!.AsArray())
        {
            int[] prompt = Ints(item!["prompt_ids"]), answer = Ints(item["answer_ids"]);
            Assert.Equal(prompt, tokenizer.Encode((string)item["prompt"]!));
            Assert.Equal(answer, tokenizer.Encode((string)item["answer"]!));
            Assert.Equal((string)item["decoded_prompt"]!, tokenizer.Decode(prompt, skipSpecial: false));
            Assert.Equal((string)item["decoded_answer"]!, tokenizer.Decode(answer, skipSpecial: true));
            Assert.Equal((string)item["greedy_text"]!, tokenizer.Decode(Ints(item["greedy_ids"]), skipSpecial: true));
        }
        foreach (var entry in golden["tfew"]!.AsArray())
        {
            Assert.Equal(Ints(entry!["prompt_ids"]), tokenizer.Encode((string)entry["prompt"]!));
            foreach (var (choice, ids) in entry["choices"]!.AsArray().Zip(entry["choice_ids"]!.AsArray(), (c, i) => ((string)c!, Ints(i))))
            {
                Assert.Equal(choice, tokenizer.Decode(ids, skipSpecial: true));
                // Choices that were made of ids (the entry's note) are no tokenizer's way to write their text.
                if (entry["note"] is null) Assert.Equal(ids, tokenizer.Encode(choice));
            }
        }
    }

    [GoldenFact]
    public void SmolLM2_EveryPromptAndAnswer_SameIds()
    {
        var golden = Read("golden", "smollm2", "golden.json");
        var tokenizer = Tokenizer.Load(Folder("smollm2"));
        foreach (var item in golden["prompts"]!.AsArray().Concat(golden["labelled"]!.AsArray()))
        {
            Assert.Equal(Ints(item!["prompt_ids"]), tokenizer.Encode((string)item["prompt"]!));
            if (item["answer_ids"] is { } answer) Assert.Equal(Ints(answer), tokenizer.Encode((string)item["gold"]!));
            if (item["greedy_ids"] is { } greedy)
                Assert.Equal((string)item["greedy_text"]!, tokenizer.Decode(Ints(greedy), skipSpecial: true));
        }
    }
}
