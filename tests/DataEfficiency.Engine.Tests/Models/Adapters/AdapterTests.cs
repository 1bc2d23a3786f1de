using System.Text.Json.Nodes;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models.Adapters;

public sealed class AdapterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adapter").FullName;

    private static Tensor Logits(GoldenModel model, string item, ILinearHook? hook)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var ids = GoldenModel.Ints(model.Items.First(i => (string)i["id"]! == item)["prompt_ids"]).Select(i => (long)i).ToArray();
        return model.Decoder.Logits(model.Decoder.Hidden(tensor(ids).unsqueeze(0), hook)[0, -1].unsqueeze(0)).view(-1)
            .MoveToOuterDisposeScope();
    }

    private static JsonObject Config(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!.AsObject();

    private static void Fill(Tensor flat, long seed)
    {
        using var plain = no_grad();
        using var random = new Generator((ulong)seed, CPU);
        flat.uniform_(.5, 1.5, random);
    }

    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Lora_GoldenFolder_GivesTheReferencesLogitsBesideAndMerged(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        using var scope = NewDisposeScope();
        using var adapter = LoraAdapter.Load(Path.Combine(model.Folder, "lora_trained"), model.Decoder.Config, CPU);
        var prompt = (string)model.Json["training"]!["lora"]!["merged_prompt"]!;
        var expected = model.Arrays.Read("lora_trained.last_logits");
        Assert.True(GoldenModel.RelativeDistance(Logits(model, prompt, null), expected) > .1);
        Assert.True(GoldenModel.IsClose(Logits(model, prompt, adapter), expected, type, 1e-5));
        adapter.MergeInto(model.Decoder);
        Assert.True(GoldenModel.IsClose(Logits(model, prompt, null), expected, type, 1e-5));
    }

    // What PEFT wrote and what we write of it: the same tensors, bit for bit, and every setting that PEFT's own file names.
    [Theory, Miniature, GoldenModels]
    public void Lora_WrittenAgain_HasPeftsNamesShapesValuesAndSettings(string name)
    {
        using var model = new GoldenModel(name);
        using var scope = NewDisposeScope();
        var golden = Path.Combine(model.Folder, "lora_trained");
        using (var adapter = LoraAdapter.Load(golden, model.Decoder.Config, CPU)) adapter.Save(_folder, "the/base");
        using SafetensorsFile theirs = SafetensorsFile.Open(Path.Combine(golden, "adapter_model.safetensors")),
            ours = SafetensorsFile.Open(Path.Combine(_folder, "adapter_model.safetensors"));
        Assert.Equal(theirs.Entries.Keys.Order(), ours.Entries.Keys.Order());
        foreach (var key in theirs.Entries.Keys) Assert.True(GoldenModel.Same(theirs.Read(key), ours.Read(key)), key);
        var written = Config(_folder);
        foreach (var (key, value) in Config(golden))
            Assert.True(JsonNode.DeepEquals(value, written[key]), $"{key}: {value?.ToJsonString()} became {written[key]?.ToJsonString()}");
        Assert.Equal("the/base", (string?)written["base_model_name_or_path"]);
        using var again = LoraAdapter.Load(_folder, model.Decoder.Config, CPU);
        using var first = LoraAdapter.Load(golden, model.Decoder.Config, CPU);
        Assert.True(GoldenModel.Same(again.Flat, first.Flat));
    }

    [Theory, Miniature, GoldenModels("qwen2-tiny")]
    public void Lora_FewerTargetsAndRankStabilised_ChangesOnlyThese(string name)
    {
        using var model = new GoldenModel(name);
        using var scope = NewDisposeScope();
        using var full = LoraAdapter.Load(Path.Combine(model.Folder, "lora_trained"), model.Decoder.Config, CPU);
        full.Save(_folder, "");
        var names = new[] { 'A', 'B' }.Select(m => AdapterMatrices.NameOf(1, Linear.Value, m)).ToArray();
        using (var file = SafetensorsFile.Open(Path.Combine(_folder, "adapter_model.safetensors")))
            SafetensorsFile.Write(Path.Combine(_folder, "few.safetensors"), [.. names.Select(n => (n, file.Read(n)))], float32);
        File.Move(Path.Combine(_folder, "few.safetensors"), Path.Combine(_folder, "adapter_model.safetensors"), overwrite: true);
        var config = Config(_folder);
        (config["target_modules"], config["use_rslora"]) = (new JsonArray("v_proj"), true);
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), config.ToJsonString());

        using var few = LoraAdapter.Load(_folder, model.Decoder.Config, CPU);
        var before = Enum.GetValues<Linear>().Select(l => model.Decoder.Parameters.Weight(1, l).clone()).ToArray();
        few.MergeInto(model.Decoder);
        foreach (var linear in Enum.GetValues<Linear>())
        {
            using Scalar scale = 4 / Math.Sqrt(8); // alpha / sqrt(r)
            var expected = linear == Linear.Value ? before[(int)linear].add(full.B(1, linear).mm(full.A(1, linear)), scale)
                : before[(int)linear];
            Assert.True(GoldenModel.RelativeDistance(model.Decoder.Parameters.Weight(1, linear), expected) <= 1e-6, $"{linear}");
        }
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "expected LORA")]
    [InlineData("use_dora", "true", "use_dora")]
    [InlineData("bias", "\"all\"", "bias is \"all\"")]
    [InlineData("rank_pattern", "{\"q_proj\": 4}", "rank_pattern")]
    [InlineData("r", "\"many\"", "cannot be read")]
    [InlineData("r", "0", "r is 0")]
    [InlineData("r", "4", "expected shape [4, 32], found [8, 32]")]
    [InlineData("lora_alpha", "null", "lacks lora_alpha")]
    public void Lora_ConfigurationThatIsNotSupported_SaysWhich(string key, string value, string said)
    {
        using var model = new GoldenModel(GoldenModel.Miniature);
        using (var adapter = LoraAdapter.Load(Path.Combine(model.Folder, "lora_trained"), model.Decoder.Config, CPU))
            adapter.Save(_folder, "");
        var config = Config(_folder);
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), config.ToJsonString());
        Assert.Contains(said, Assert.Throws<ModelException>(() => LoraAdapter.Load(_folder, model.Decoder.Config, CPU)).Message);
    }

    [GoldenFact]
    public void Lora_OfAnotherModel_NamesTheTensor()
    {
        using var model = new GoldenModel("smollm2-tiny");
        var error = Assert.Throws<ModelException>(() =>
            LoraAdapter.Load(Path.Combine(Fixtures.At("golden", "engine", "llama3-tiny"), "lora_trained"), model.Decoder.Config, CPU));
        Assert.Contains("layers.0.self_attn.q_proj.lora_A.weight: expected shape [8, 96], found [8, 128]", error.Message);
    }

    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Ia3_VectorsOfOne_ChangeNoBit(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        using var scope = NewDisposeScope();
        using var adapter = new Ia3Adapter(model.Decoder.Config, CPU);
        // Without a hook q, k, v and gate, up are one product each, which a library may sum in another order: the same linears apart are
        // the base here.
        Assert.True(GoldenModel.Same(Logits(model, "300-token prompt", new PlainLinears()), Logits(model, "300-token prompt", adapter)));
        var before = Logits(model, "300-token prompt", null);
        adapter.MergeInto(model.Decoder);
        Assert.True(GoldenModel.Same(before, Logits(model, "300-token prompt", null)));
    }

    private sealed class PlainLinears : ILinearHook
    {
        public Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias) => nn.functional.linear(x, weight, bias);
    }

    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Ia3_MergedWrittenAndRead_GivesTheSameLogits(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        using var scope = NewDisposeScope();
        using var adapter = new Ia3Adapter(model.Decoder.Config, CPU);
        Fill(adapter.Flat, 3);
        adapter.Save(_folder, "the/base");
        using var again = Ia3Adapter.Load(_folder, model.Decoder.Config, CPU);
        Assert.True(GoldenModel.Same(again.Flat, adapter.Flat));
        using (var file = SafetensorsFile.Open(Path.Combine(_folder, "adapter_model.safetensors")))
        {
            var (kv, wide) = (model.Decoder.Config.KeyValueHeads * model.Decoder.Config.HeadDim, model.Decoder.Config.IntermediateSize);
            file.Require("base_model.model.model.layers.1.self_attn.k_proj.ia3_l", kv, 1);
            file.Require("base_model.model.model.layers.1.mlp.down_proj.ia3_l", 1, wide);
            Assert.Equal(3 * model.Decoder.Config.Layers, file.Entries.Count);
        }
        var beside = Logits(model, "emoji", again);
        Assert.True(GoldenModel.RelativeDistance(Logits(model, "emoji", null), beside) > .01);
        again.MergeInto(model.Decoder);
        Assert.True(GoldenModel.IsClose(Logits(model, "emoji", null), beside, type, 1e-5));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
