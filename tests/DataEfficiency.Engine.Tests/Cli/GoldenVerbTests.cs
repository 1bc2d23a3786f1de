using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Prompts.Tests;

namespace DataEfficiency.Engine.Tests.Cli;

/// <summary>The verbs on the golden folders: texts in, the reference's numbers out.</summary>
public sealed class GoldenVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verbs").FullName;

    private string Write(string name, IEnumerable<JsonNode> items)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, new JsonArray([.. items]).ToJsonString());
        return path;
    }

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetDouble())];

    [Theory, Miniature, GoldenModels]
    public void TokenizeAndChat_EveryItem_GiveTheReferencesPromptsAndIds(string name)
    {
        using var model = new GoldenModel(name);
        var prompts = CommandLineTests.Json("chat", "--model", model.Folder, "--messages",
            Write("messages.json", model.Items.Select(i => i["messages"]!.DeepClone()))).GetProperty("prompts");
        Assert.Equal(model.Items.Select(i => (string)i["prompt"]!), prompts.EnumerateArray().Select(p => p.GetString()));
        var tokens = CommandLineTests.Json("tokenize", "--tokenizer", model.Folder, "--texts",
            Write("texts.json", model.Items.Select(i => i["prompt"]!.DeepClone())));
        Assert.Equal(model.Items.Select(i => GoldenModel.Ints(i["prompt_ids"])), tokens.GetProperty("ids").EnumerateArray()
            .Select(l => l.EnumerateArray().Select(id => id.GetInt32()).ToArray()));
        Assert.Equal(model.Items.Select(i => (string)i["decoded_prompt"]!), tokens.GetProperty("decoded").EnumerateArray()
            .Select(d => d.GetString()));
    }

    [Theory, Miniature, GoldenModels]
    public void RankAndEstimate_EveryItem_GiveTheReferencesNumbers(string name)
    {
        using var model = new GoldenModel(name);
        var pool = Write("pool.json", model.Items.Select(i => new JsonObject { ["input_text"] = i["prompt"]!.DeepClone() }));
        var items = CommandLineTests.Json("rank", "--model", model.Folder, "--pool", pool, "--threads", "1").GetProperty("items")
            .EnumerateArray().ToList();
        for (var n = 0; n < items.Count; n++)
        {
            Assert.Equal(GoldenModel.Ints(model.Items[n]["greedy_ids"]), items[n].GetProperty("tokens").EnumerateArray()
                .Select(t => t.GetInt32()));
            Assert.Equal((string)model.Items[n]["greedy_text"]!, items[n].GetProperty("answer").GetString());
            Assert.Equal((bool)model.Items[n]["no_kept_token"]!, items[n].GetProperty("noKeptToken").GetBoolean());
            GoldenModel.Near((double)model.Items[n]["confidence"]!, items[n].GetProperty("confidence").GetDouble(), 1e-5, $"item {n}");
            GoldenModel.Near(1, items[n].GetProperty("perplexity").GetDouble() / (double)model.Items[n]["perplexity"]!, 3e-5,
                $"item {n} perplexity");
        }
        var byRank = items.OrderBy(i => i.GetProperty("rank").GetInt32()).Select(i => i.GetProperty("confidence").GetDouble()).ToArray();
        Assert.Equal(byRank.Order(), byRank);

        var labelled = model.Json["labelled"]!.AsArray().Select(id => model.Items.First(i => (string)i["id"]! == (string)id!));
        var file = Write(
            "labelled.json",
            labelled.Select(
            i => new JsonObject { ["input_text"] = i["prompt"]!.DeepClone(), ["ground_truth"] = i["answer"]!.DeepClone() }));
        var estimate = CommandLineTests.Json("estimate", "--model", model.Folder, "--labeled", file, "--adapter-a",
            Path.Combine(model.Folder, "adapter_A.safetensors"), "--alpha", "4", "--threads", "1");
        GoldenModel.Near((double)model.Json["gradients"]!["cos_low"]!, estimate.GetProperty("cosLow").GetDouble(), 1e-5, "CoS-Low");
        double[] losses = GoldenModel.Doubles(model.Json["gradients"]!["losses"]), found = Doubles(estimate.GetProperty("losses"));
        Assert.Equal(losses.Length, found.Length);
        for (var i = 0; i < losses.Length; i++) GoldenModel.Near(losses[i], found[i], Math.Max(5e-5, 5e-6 * losses[i]), $"loss {i}");
        using var scope = TorchSharp.torch.NewDisposeScope();
        var cosines = model.Arrays.Read("cosine", TorchSharp.torch.ScalarType.Float64).data<double>().ToArray();
        var pairs = estimate.GetProperty("pairs").EnumerateArray().SelectMany(Doubles).ToArray();
        Assert.Equal(cosines.Length, pairs.Length);
        for (var i = 0; i < cosines.Length; i++) GoldenModel.Near(cosines[i], pairs[i], 1e-5, $"pair {i}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
