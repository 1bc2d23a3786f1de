// Folders of the same families as other people write them: each variant of a small golden model must
// give that model's numbers, or say what it lacks.
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tests;
using DataEfficiency.Prompts.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public class ModelVariantTests
{
    private static void CheckRanking(ModelVariant variant, string golden)
    {
        using var model = new GoldenModel(golden);
        using var estimator = Estimator.Load(
            variant.Folder,
            new EngineOptions { Device = "cpu", AdapterMatricesFile = variant.At("adapter_A.safetensors"), AdapterAlpha = 4 });
        var items = model.Items.Where(i => (string)i["id"]! is "short" or "emoji" or "300-token prompt" or "several turns").ToList();
        var ranked = estimator.Rank(null, [.. items.Select(i => (string)i["prompt"]!)]);
        for (var n = 0; n < items.Count; n++)
        {
            Assert.Equal(GoldenModel.Ints(items[n]["greedy_ids"]), ranked[n].Tokens);
            Assert.Equal((string)items[n]["greedy_text"]!, ranked[n].Answer);
            GoldenModel.Near((double)items[n]["confidence"]!, ranked[n].Confidence, 1e-5, $"{items[n]["id"]}");
        }
        var examples = model.Json["labelled"]!.AsArray().Select(id => model.Items.First(i => (string)i["id"]! == (string)id!))
            .Select(i => new Example((string)i["prompt"]!, (string)i["answer"]!));
        GoldenModel.Near((double)model.Json["gradients"]!["cos_low"]!,
            estimator.Forecast(new ForecastRequest(null, [.. examples], new Target(.9), 5000)).CosLow.Median!.Value, 1e-5);
    }

    private static string Refusal(ModelVariant variant) =>
        Assert.Throws<ModelException>(() => { using var decoder = Decoder.Load(variant.Folder); }).Message;

    private static void NewerStyle(JsonObject config)
    {
        var rope = config["rope_scaling"]?.DeepClone() as JsonObject ?? new JsonObject { ["rope_type"] = "default" };
        rope["rope_theta"] = config["rope_theta"]?.DeepClone();
        (config["rope_parameters"], config["dtype"]) = (rope, config["torch_dtype"]?.DeepClone());
        foreach (var key in new[] { "rope_scaling", "rope_theta", "torch_dtype" }) config.Remove(key);
    }

    private static void OlderStyle(JsonObject config)
    {
        var rope = config["rope_parameters"]!.AsObject();
        (config["rope_theta"], config["torch_dtype"], config["rope_scaling"]) =
            (rope["rope_theta"]?.DeepClone(), config["dtype"]?.DeepClone(), null);
        foreach (var key in new[] { "rope_parameters", "dtype" }) config.Remove(key);
    }

    [GoldenTheory]
    [InlineData("llama3-tiny", true), InlineData("qwen2-tiny", true), InlineData("mistral-tiny", false), InlineData("smollm2-tiny", false)]
    public void Config_InTheOtherStyleWithoutDefaults_GivesTheSameNumbers(string golden, bool newer)
    {
        using var variant = new ModelVariant(golden).Json("config.json", config =>
        {
            if (newer) NewerStyle(config);
            else OlderStyle(config);
            if (golden != "mistral-tiny") config.Remove("head_dim");
            foreach (var key in new[] { "architectures", "attention_bias", "mlp_bias", "hidden_act", "use_cache" }) config.Remove(key);
            if (config["tie_word_embeddings"] is { } tied && !(bool)tied) config.Remove("tie_word_embeddings");
        });
        CheckRanking(variant, golden);
    }

    [GoldenFact]
    public void Config_RopeScalingByItsOldKey_GivesTheSameNumbers()
    {
        using var variant = new ModelVariant("llama3-tiny").Json("config.json", config =>
        {
            var rope = config["rope_scaling"]!.AsObject();
            rope["type"] = "llama3";
            rope.Remove("rope_type");
        });
        CheckRanking(variant, "llama3-tiny");
    }

    [GoldenTheory]
    [InlineData("""{"type": "linear", "factor": 4.0}""", 4), InlineData("""{"rope_type": "default"}""", 1), InlineData("null", 1)]
    public void Config_LinearOrNoRopeScaling_DividesEveryFrequency(string scaling, double factor)
    {
        using var plain = new ModelVariant("smollm2-tiny");
        using var variant = new ModelVariant("smollm2-tiny").Json("config.json", config =>
        {
            OlderStyle(config);
            config["rope_scaling"] = JsonNode.Parse(scaling);
        });
        float[] Frequencies(ModelVariant of)
        {
            using var rotary = new RotaryPositions(ModelConfig.Load(of.Folder), CPU);
            return rotary.InverseFrequencies();
        }
        Assert.Equal(Frequencies(plain).Select(f => (float)(f / factor)), Frequencies(variant));
        var config = ModelConfig.Load(variant.Folder);
        File.WriteAllText(variant.At("config.json"), config.ToJson("float32").ToJsonString());
        Assert.Equal(config.Scaling, ModelConfig.Load(variant.Folder).Scaling);
    }

    [GoldenTheory]
    [InlineData("llama3-tiny", "rope_scaling", """{"rope_type": "dynamic", "factor": 4.0}""",
        "rope type \"dynamic\" is not supported, expected default, linear, llama3 or yarn")]
    [InlineData("llama3-tiny", "rope_scaling", """{"rope_type": "yarn", "factor": 0}""",
        "factor of rope scaling yarn is 0, expected a positive number")]
    [InlineData("llama3-tiny", "rope_scaling", """{"rope_type": "llama3", "factor": 4.0}""", "rope scaling llama3 lacks low_freq_factor")]
    [InlineData("llama3-tiny", "model_type", "\"gemma2\"", "model_type is \"gemma2\"")]
    [InlineData("mistral-tiny", "attention_bias", "true", "attention_bias is true, but a model of type mistral has no such biases")]
    [InlineData("qwen2-tiny", "mlp_bias", "true", "mlp_bias is true, but a model of type qwen2 has no such biases")]
    [InlineData("llama3-tiny", "attention_bias", "true", "tensor model.layers.0.self_attn.q_proj.bias")]
    [InlineData("llama3-tiny", "hidden_act", "\"gelu\"", "hidden_act is \"gelu\"")]
    [InlineData("llama3-tiny", "num_key_value_heads", "3", "no multiple")]
    [InlineData("llama3-tiny", "hidden_size", "64", "expected shape [1536, 64], found [1536, 128]")]
    [InlineData("llama3-tiny", "vocab_size", "1000", "model.embed_tokens.weight: expected shape [1000, 128], found [1536, 128]")]
    [InlineData("llama3-tiny", "num_hidden_layers", "4", "layers.3")]
    [InlineData("llama3-tiny", "num_hidden_layers", "2", "a tensor model.layers.2.")]
    [InlineData("llama3-tiny", "rope_parameters", """{"rope_theta": 500000.0}""", "rope_parameters and rope_scaling differ")]
    [InlineData("smollm2-tiny", "rope_parameters", """{"full_attention": {"rope_theta": 1e5}}""", "full_attention of the rotary positions")]
    [InlineData("smollm2-tiny", "rope_parameters", """{"partial_rotary_factor": 0.5}""", "partial_rotary_factor of the rotary positions")]
    [InlineData("llama3-tiny", "rope_scaling", "[1]", "cannot be read")]
    [InlineData("llama3-tiny", "rope_theta", "0", "rope_theta is 0")]
    [InlineData("llama3-tiny", "partial_rotary_factor", "0.5", "partial_rotary_factor is 0.5")]
    [InlineData("llama3-tiny", "final_logit_softcapping", "30.0", "final_logit_softcapping is 30.0")]
    [InlineData("llama3-tiny", "architectures", """["LlamaForSequenceClassification"]""", "expected a causal language model")]
    [InlineData("llama3-tiny", "rms_norm_eps", "-1", "rms_norm_eps is -1")]
    [InlineData("mistral-tiny", "sliding_window", "0", "sliding_window is 0, expected a positive number or null")]
    public void Config_ThatIsNotSupportedOrDoesNotFit_SaysWhat(string golden, string key, string value, string said)
    {
        using var variant = new ModelVariant(golden).Json("config.json", config => config[key] = JsonNode.Parse(value));
        var message = Refusal(variant);
        Assert.Contains(said, message);
        Assert.Contains(variant.Folder, message);
    }

    [GoldenTheory]
    [InlineData("""{"sliding_window": 64, "use_sliding_window": false}"""), InlineData("""{"sliding_window": 64}""")]
    [InlineData("""{"sliding_window": 64, "use_sliding_window": true, "max_window_layers": 3}"""),
        InlineData("""{"sliding_window": 4096, "use_sliding_window": true, "max_window_layers": 0}""")]
    [InlineData("""{"sliding_window": 64, "use_sliding_window": true, "max_window_layers": 0, "layer_types": """
        + """["full_attention", "full_attention", "full_attention"]}""")]
    public void Config_QwenWithAWindowThatNoLayerUses_GivesTheSameNumbers(string window)
    {
        using var variant = new ModelVariant("qwen2-tiny").Json("config.json", config =>
        {
            foreach (var key in new[] { "sliding_window", "use_sliding_window", "max_window_layers", "layer_types" }) config.Remove(key);
            foreach (var (key, value) in JsonNode.Parse(window)!.AsObject()) config[key] = value?.DeepClone();
        });
        CheckRanking(variant, "qwen2-tiny");
    }

    // Behind a window of 100 a prompt and its answer of together up to 101 tokens see each other in full; a longer
    // one is answered too, by what its window sees.
    [GoldenFact]
    public void Config_MistralWithAWindow_AnswersPromptsLongerThanIt()
    {
        using var model = new GoldenModel("mistral-tiny");
        using var variant = new ModelVariant("mistral-tiny").Json("config.json", config => config["sliding_window"] = 100);
        using var estimator = Estimator.Load(variant.Folder, new EngineOptions { Device = "cpu" });
        var ranked = estimator.Rank(null, [.. model.Items.Select(i => (string)i["prompt"]!)]);
        var lengths = model.Items.Select(i => GoldenModel.Ints(i["prompt_ids"]).Length).ToArray();
        Assert.Contains(lengths, n => n is > 50 and < 100);
        Assert.Contains(lengths, n => n > 200);
        for (var n = 0; n < ranked.Count; n++)
        {
            Assert.Null(ranked[n].LeftOut);
            var expected = GoldenModel.Ints(model.Items[n]["greedy_ids"]);
            if (lengths[n] + expected.Length - 1 <= 100) Assert.Equal(expected, ranked[n].Tokens);
            else Assert.True(Math.Abs((double)model.Items[n]["confidence"]! - ranked[n].Confidence) > 1e-4, $"{lengths[n]} tokens");
        }
    }

    [GoldenTheory]
    [InlineData("mistral-tiny", "{}", 4096, "111"), InlineData("mistral-tiny", """{"sliding_window": null}""", null, "000"),
        InlineData("mistral-tiny", """{"sliding_window": 50}""", 50, "111")]
    [InlineData("qwen2-tiny", """{"use_sliding_window": true, "sliding_window": 50, "max_window_layers": 1}""", 50, "011")]
    [InlineData("qwen2-tiny", """{"use_sliding_window": true, "max_window_layers": 0}""", 4096, "111"),
        InlineData("qwen2-tiny", """{"use_sliding_window": true, "sliding_window": 50}""", null, "000")]
    [InlineData("qwen2-tiny", """{"use_sliding_window": true, "sliding_window": null, "max_window_layers": 0}""", null, "000")]
    [InlineData("qwen2-tiny", """{"use_sliding_window": true, "sliding_window": 50, "max_window_layers": 2, "layer_types": """
        + """["full_attention", "sliding_attention", "full_attention"]}""", 50, "010")]
    [InlineData("llama3-tiny", """{"sliding_window": 50}""", null, "000")]
    public void Config_Window_CoversTheLayersThatTheFamilyGivesItAndIsWrittenAgain(string golden, string window, int? size, string covered)
    {
        using var variant = new ModelVariant(golden).Json("config.json", config =>
        {
            foreach (var key in new[] { "sliding_window", "use_sliding_window", "max_window_layers", "layer_types" }) config.Remove(key);
            foreach (var (key, value) in JsonNode.Parse(window)!.AsObject()) config[key] = value?.DeepClone();
        });
        var config = ModelConfig.Load(variant.Folder);
        File.WriteAllText(variant.At("config.json"), config.ToJson("float32").ToJsonString());
        foreach (var of in new[] { config, ModelConfig.Load(variant.Folder) })
        {
            Assert.Equal(covered.Select(c => c == '1' ? size!.Value : int.MaxValue), Enumerable.Range(0, 3).Select(of.Sight));
            Assert.Equal((size, 2048), (of.Window?.Size, of.ContextLength));
        }
    }

    [GoldenTheory]
    [InlineData("smollm2-tiny", ScalarType.Float32, 3), InlineData("llama3-tiny", ScalarType.BFloat16, 1),
        InlineData("llama3-tiny", ScalarType.Float32, 2), InlineData("qwen2-tiny", ScalarType.Float16, 4)]
    public void Weights_InAnotherFileLayoutOrWiderType_GiveTheSameNumbers(string golden, ScalarType dtype, int shards)
    {
        using var variant = new ModelVariant(golden).Weights(dtype, shards);
        CheckRanking(variant, golden);
    }

    [GoldenTheory]
    [InlineData(ScalarType.BFloat16, 1.0 / 256), InlineData(ScalarType.Float16, 1.0 / 2048)]
    public void Weights_InANarrowerType_AreTheRoundedOnes(ScalarType dtype, double relative)
    {
        using var model = new GoldenModel("smollm2-tiny");
        using var variant = new ModelVariant("smollm2-tiny").Weights(dtype, 2);
        using var decoder = Decoder.Load(variant.Folder);
        Assert.InRange(GoldenModel.RelativeDistance(decoder.Parameters.Flat, model.Decoder.Parameters.Flat), 1e-9, relative);
    }

    [GoldenFact]
    public void Weights_TiedWithAHeadInTheFile_IgnoreIt()
    {
        using var variant = new ModelVariant("smollm2-tiny").Weights(ScalarType.Float32, 1, tensors =>
        {
            tensors["lm_head.weight"] = zeros(1408, 96);
            tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = ones(8);
        });
        CheckRanking(variant, "smollm2-tiny");
    }

    [GoldenTheory]
    [InlineData("llama3-tiny", "lm_head.weight"), InlineData("qwen2-tiny", "model.layers.1.self_attn.k_proj.bias"),
        InlineData("mistral-tiny", "model.norm.weight")]
    public void Weights_WithoutATensor_NameIt(string golden, string missing)
    {
        using var variant = new ModelVariant(golden).Weights(ScalarType.Float32, 2, tensors => tensors.Remove(missing));
        Assert.Contains($"tensor {missing}", Refusal(variant));
    }

    [GoldenFact]
    public void Weights_ShardMissing_NamesTheFile()
    {
        using var variant = new ModelVariant("llama3-tiny");
        File.Delete(variant.At("model-00003-of-00005.safetensors"));
        Assert.Contains("model-00003-of-00005.safetensors is missing", Refusal(variant));
    }

    [Theory, Miniature, GoldenModels]
    public void Merges_InTheOtherNotation_GiveTheSameIds(string golden)
    {
        using var variant = new ModelVariant(golden).Json("tokenizer.json", tokenizer =>
        {
            var merges = tokenizer["model"]!["merges"]!.AsArray();
            tokenizer["model"]!["merges"] =
                new JsonArray(
                    [.. merges.Select(m => m is JsonArray pair ? (JsonNode)$"{pair[0]} {pair[1]}"
                    : new JsonArray([.. ((string)m!).Split(' ').Select(half => (JsonNode)half)]))]);
        });
        var tokenizer = Tokenizer.Load(variant.Folder);
        using var model = new GoldenModel(golden);
        Assert.All(model.Items, item => Assert.Equal(GoldenModel.Ints(item["prompt_ids"]), tokenizer.Encode((string)item["prompt"]!)));
    }

    [Theory, Miniature, GoldenModels]
    public void ChatTemplate_InAListAndTokensInTheMapOnly_GivesTheSamePrompts(string golden)
    {
        using var variant = new ModelVariant(golden).Json("tokenizer_config.json", _ => { });
        var tokens = new JsonObject();
        variant.Json("tokenizer_config.json", config =>
        {
            foreach (var key in new[] { "bos_token", "eos_token", "pad_token", "unk_token" })
                if (config[key] is { } token)
                {
                    tokens[key] =
                        token is JsonValue ? new JsonObject { ["content"] = token.DeepClone(), ["lstrip"] = false } : token.DeepClone();
                    config.Remove(key);
                }
            var file = variant.At("chat_template.jinja");
            var template = File.Exists(file) ? File.ReadAllText(file) : (string)config["chat_template"]!;
            File.Delete(file);
            config["chat_template"] =
                new JsonArray(new JsonObject { ["name"] = "tool_use", ["template"] = "no" },
                    new JsonObject { ["name"] = "default", ["template"] = template });
        });
        File.WriteAllText(variant.At("special_tokens_map.json"), tokens.ToJsonString());
        using var model = new GoldenModel(golden);
        var loaded = ChatTemplate.Load(variant.Folder)!;
        foreach (var item in model.Items)
            Assert.Equal(
                (string)item["prompt"]!,
                loaded.Apply([.. item["messages"]!.AsArray().Select(m => new ChatMessage((string)m!["role"]!, (string)m["content"]!))],
                addGenerationPrompt: true));
    }

    private static ModelVariant WithAddedToken() => new ModelVariant("smollm2-tiny").Json("tokenizer.json", tokenizer =>
        tokenizer["added_tokens"]!.AsArray().Add(JsonNode.Parse("""
            {"id": 1408, "content": "<more>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
            """)));

    // A token added to the tokenizer only, as files in use have it: a warning, a text that holds
    // it is left out and said, others are as before.
    [GoldenFact]
    public void Tokenizer_WithAnAddedTokenBeyondTheModel_WarnsAndLeavesItsTextsOut()
    {
        using var variant = WithAddedToken();
        CheckRanking(variant, "smollm2-tiny");
        List<string> warnings = [];
        using var estimator = Estimator.Load(variant.Folder, new EngineOptions { Device = "cpu", Warn = warnings.Add });
        var said = $"{variant.At("tokenizer.json")}: the added token \"<more>\" has id 1408, but the model has 1408 tokens (vocab_size "
            + "of config.json): texts that hold it are left out.";
        Assert.Equal(said, Assert.Single(warnings));
        var inspected = ModelFolder.Inspect(variant.Folder);
        Assert.Equal((null, said), (inspected.Problem, inspected.Warning));
        var ranked = estimator.Rank(null, ["a text", "a <more> text"]);
        Assert.Null(ranked[0].LeftOut);
        Assert.Equal("The prompt has token 1408, but the model's vocabulary has 1408.", ranked[1].LeftOut);
        Assert.Contains("token 1408", estimator.Observe(null, new Example("a text", "<more>")).LeftOut);
    }

    [GoldenFact]
    public void Tokenizer_WithATokenOfEveryPromptBeyondTheModel_IsRefused()
    {
        using var variant = WithAddedToken();
        File.AppendAllText(variant.At("chat_template.jinja"), "<more>");
        CheckRefused(variant, "\"<more>\", which every prompt holds, has id 1408, but the model has 1408 tokens");
    }

    [GoldenFact]
    public void Tokenizer_WithAVocabularyBeyondTheModel_IsRefused()
    {
        using var variant =
            new ModelVariant("smollm2-tiny").Json("tokenizer.json", tokenizer => tokenizer["model"]!["vocab"]!["beyond"] = 1500);
        CheckRefused(variant, "\"beyond\" has id 1500, but the model has 1408 tokens");
    }

    private static void CheckRefused(ModelVariant variant, string said)
    {
        var message = Assert.Throws<ModelException>(() => Estimator.Load(variant.Folder)).Message;
        Assert.StartsWith($"{variant.At("tokenizer.json")}: {said}", message);
        Assert.Contains("put the tokenizer.json and chat template of these weights there", message);
        Assert.Equal(message, ModelFolder.Inspect(variant.Folder).Problem);
    }

    [GoldenFact]
    public void Tokenizer_WithFewerTokensThanTheModel_IsNoMatter()
    {
        List<string> warnings = [];
        using var estimator = Estimator.Load(Fixtures.At("golden", "engine", "qwen2-tiny"),
            new EngineOptions { Device = "cpu", Warn = warnings.Add });
        Assert.True(estimator.Model.VocabularySize > Tokenizer.Load(Fixtures.At("golden", "engine", "qwen2-tiny")).VocabularySize);
        Assert.Empty(warnings);
    }
}
