// Which folders are the three models whose fits the paper's authors published. Names alone are cheap: shape and vocabulary must agree too.
// The weights are not looked at, and a page that shows such a fit says so.
using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Engine.Catalog;

/// <param name="Vocabulary">The tokenizer's <see cref="Tokenizer.VocabularySha256"/>.</param>
internal sealed record PublishedModel(PublishedFit Fit, int Layers, int HiddenSize, int IntermediateSize, int Heads, int KeyValueHeads,
    int VocabularySize, string Vocabulary)
{
    public static IReadOnlyList<PublishedModel> All { get; } =
    [
        new(Named("Llama-3.1-8B-Instruct"), 32, 4096, 14336, 32, 8, 128256,
            "ae21acd894222093f9fa5b4fdba4c0c6db57a2d46bbb3d2b6026d0c2be0a348a"),
        new(Named("Mistral-7B-Instruct-v0.3"), 32, 4096, 14336, 32, 8, 32768,
            "c26d67c5f788488e0a7919dade8567dc66c9cbcb80e21200b1c1402384dbabc6"),
        new(Named("Qwen2.5-14B-Instruct"), 48, 5120, 13824, 40, 8, 152064,
            "dd48ab6d33f5e75b04b07c8c0fe11e2d3a25350b3f5e75d628217098a2d7e58c"),
    ];

    /// <summary>The published fit of the model in a folder, by the folder's name or the one in config.json, its shape and its vocabulary;
    /// null where one of them is another model's.</summary>
    public static PublishedFit? Find(string folder, ModelConfig config, IPrompts prompts, IReadOnlyList<PublishedModel>? among = null)
    {
        if ((PublishedFit.Find(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))))
            ?? PublishedFit.Find(NameIn(folder))) is not { } fit) return null;
        var model = (among ?? All).FirstOrDefault(m => m.Fit.Model == fit.Model);
        // a large vocabulary takes a moment to hash: last
        return model is not null && model.HasShape(config) && prompts is PromptBuilder { Tokenizer: var tokenizer }
            && tokenizer.VocabularySha256() == model.Vocabulary ? fit : null;
    }

    private bool HasShape(ModelConfig config) =>
        (config.Layers, config.HiddenSize, config.IntermediateSize, config.VocabularySize)
            == (Layers, HiddenSize, IntermediateSize, VocabularySize)
        && (config.Heads, config.KeyValueHeads, config.HeadDim) == (Heads, KeyValueHeads, HiddenSize / Heads);

    private static string NameIn(string folder)
    {
        try
        {
            var json = JsonNode.Parse(SmallFile.Text(Path.Combine(folder, "config.json"))) as JsonObject;
            return json?["_name_or_path"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static PublishedFit Named(string model) =>
        PublishedFit.Find(model) ?? throw new InvalidOperationException($"There is no published fit of {model}.");
}
