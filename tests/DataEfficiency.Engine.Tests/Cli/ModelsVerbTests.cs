using System.Text.Json.Nodes;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Tests.Hub;
using DataEfficiency.Hub;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class ModelsVerbTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("models-").FullName;

    private string Add(string name)
    {
        using var model = new TinyModel();
        var folder = Path.Combine(_root, name);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(model.Folder)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    [Fact]
    public void Models_FolderOfEveryKind_EachWithWhatItIsOrWhyNot()
    {
        Add("good");
        File.WriteAllText(Path.Combine(Add("torn"), "model.safetensors"), "short");
        Directory.CreateDirectory(Path.Combine(_root, "empty"));
        Directory.CreateDirectory(Path.Combine(_root, ".pull-org--name"));
        var models = CommandLineTests.Json("models", "--root", _root).GetProperty("models").EnumerateArray().ToDictionary(
            m => m.GetProperty("name").GetString()!);
        Assert.Equal(["BundledModel", "empty", "good", "torn"], models.Keys.Order());
        Assert.Equal("calibrated", models["BundledModel"].GetProperty("calibration").GetString());
        Assert.Equal(816_000, models["BundledModel"].GetProperty("parameters").GetInt64());
        Assert.Equal(
            ("llama", "BF16", "none"),
                (models["good"].GetProperty("architecture").GetString()!, models["good"].GetProperty("precision").GetString()!,
                    models["good"].GetProperty("calibration").GetString()!));
        Assert.Equal(WeightFiles.Sha256(Path.Combine(_root, "good")), models["good"].GetProperty("weightsSha256").GetString());
        Assert.Contains("config.json is missing", models["empty"].GetProperty("problem").GetString());
        Assert.Contains("the file is truncated", models["torn"].GetProperty("problem").GetString());

        var (code, text, _) = CommandLineTests.Run("models", "--root", _root);
        Assert.Equal(0, code);
        Assert.Contains("cannot be used: ", text);
        Assert.Contains("cost not measured on this machine", text);
        Assert.False(models["BundledModel"].GetProperty("olderRecipe").GetBoolean());
        Assert.Contains("calibrated on 26 reference tasks", text);
    }

    [Fact]
    public void Models_CalibrationOfAnOlderRecipe_SaysSo()
    {
        var older = Path.Combine(_root, "older");
        Directory.CreateDirectory(older);
        var bundled = Path.Combine(AppContext.BaseDirectory, "BundledModel");
        foreach (var file in Directory.GetFiles(bundled)) File.Copy(file, Path.Combine(older, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(older, "calibration.json"), Calibrating.CalibratorTests.WithoutNumber(bundled));
        var model = CommandLineTests.Json("models", "--root", _root).GetProperty("models").EnumerateArray().Single(
            m => m.GetProperty("name").GetString() == "older");
        Assert.True(model.GetProperty("olderRecipe").GetBoolean());
        Assert.Contains("calibrated with an older recipe on 26 reference tasks", CommandLineTests.Run("models", "--root", _root).Out);
    }

    [Fact]
    public void Models_DamagedCalibration_IsUsableAndFileAndCureAreNamed()
    {
        var file = Path.Combine(Add("torn"), "calibration.json");
        File.WriteAllText(file, "{");
        var torn = CommandLineTests.Json("models", "--root", _root).GetProperty("models").EnumerateArray().Single(
            m => m.GetProperty("name").GetString() == "torn");
        Assert.Equal(
            (System.Text.Json.JsonValueKind.Null, "damaged"),
                (torn.GetProperty("problem").ValueKind, torn.GetProperty("calibration").GetString()));
        var text = CommandLineTests.Run("models", "--root", _root).Out;
        Assert.Contains($"warning: The calibration file '{file}' can't be read", text);
        Assert.Contains("remove it and run calibrate again", text);
    }

    [Fact]
    public void Estimate_DamagedCalibration_SaysFileAndCure()
    {
        var folder = Add("torn");
        File.WriteAllText(Path.Combine(folder, "calibration.json"), "{");
        var labelled = Path.Combine(_root, "labelled.jsonl");
        File.WriteAllText(labelled, "{\"text\":\"a\",\"ground_truth\":\"b\"}\n{\"text\":\"c\",\"ground_truth\":\"d\"}\n");
        var (code, _, error) = CommandLineTests.Run("estimate", "--model", folder, "--labeled", labelled, "--instruction", "Say it.");
        Assert.Equal(0, code);
        Assert.Contains(Path.Combine(folder, "calibration.json"), error);
        Assert.Contains("remove it and run calibrate again", error);
    }

    [Theory]
    [InlineData("{\"quant_method\":\"fp8\"}", "quantization_config (fp8)")]
    [InlineData("{}", "quantization_config")]
    public void Models_QuantizedFolder_IsRefusedByThatName(string quantization, string named)
    {
        var file = Path.Combine(Add("quantized"), "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config["quantization_config"] = JsonNode.Parse(quantization);
        File.WriteAllText(file, config.ToJsonString());
        var model = CommandLineTests.Json("models", "--root", _root).GetProperty("models").EnumerateArray().Single(
            m => m.GetProperty("name").GetString() == "quantized");
        Assert.Contains(named, model.GetProperty("problem").GetString());
    }

    [Fact]
    public void Models_AddedTokenBeyondTheModel_IsUsableWithAWarning()
    {
        var file = Path.Combine(Add("odd"), "tokenizer.json");
        var tokenizer = JsonNode.Parse(File.ReadAllText(file))!;
        var id = tokenizer["model"]!["vocab"]!.AsObject().Count;
        tokenizer["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = id, ["content"] = "<more>", ["special"] = true });
        File.WriteAllText(file, tokenizer.ToJsonString());
        var odd = CommandLineTests.Json("models", "--root", _root).GetProperty("models").EnumerateArray().Single(
            m => m.GetProperty("name").GetString() == "odd");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, odd.GetProperty("problem").ValueKind);
        Assert.Contains($"\"<more>\" has id {id}, but the model has ", odd.GetProperty("warning").GetString());
        Assert.Contains($"warning: {file}: the added token \"<more>\"", CommandLineTests.Run("models", "--root", _root).Out);
    }

    [Fact]
    public void Models_Measured_CostIsShownFromThenOn()
    {
        Add("good");
        CommandLineTests.Json("models", "--root", _root, "--measure", "--threads", "1");
        foreach (var model in CommandLineTests.Json("models", "--root", _root).GetProperty("models").EnumerateArray())
        {
            var cost = model.GetProperty("cost");
            Assert.True(
                cost.GetProperty("secondsPerLabel").GetDouble() > 0 && cost.GetProperty("secondsPerItem").GetDouble() > 0
                    && cost.GetProperty("tokens").GetInt32() > 0, cost.ToString());
            Assert.Equal((1, "cpu"), (cost.GetProperty("threads").GetInt32(), cost.GetProperty("device").GetString()!));
        }
        // another machine's figures say nothing about this one, and a damaged file costs no more than the figures
        Assert.Null(ModelCosts.Find(_root, "other weights"));
        File.WriteAllText(Path.Combine(_root, ModelCosts.FileName), "{");
        Assert.Contains("cost not measured", CommandLineTests.Run("models", "--root", _root).Out);
    }

    [Fact]
    public async Task Pull_FromTheHubOfTheEnvironment_ModelIsThere()
    {
        await using var hub = new LocalHub(LocalHub.BundledModel());
        Environment.SetEnvironmentVariable(HubOptions.EndpointVariable, hub.Address.AbsoluteUri);
        Environment.SetEnvironmentVariable(HubOptions.TokenVariable, "hf_secret");
        try
        {
            var pulled = CommandLineTests.Json("models", "pull", LocalHub.Model, "--root", _root);
            Assert.Equal(Path.Combine(_root, "tiny"), pulled.GetProperty("folder").GetString());
            Assert.Equal(System.Text.Json.JsonValueKind.Null, pulled.GetProperty("problem").ValueKind);
            Assert.All(hub.Requests, r => Assert.Equal("Bearer hf_secret", r.Authorization));
            var (code, _, error) = CommandLineTests.Run("models", "pull", LocalHub.Model, "--root", _root);
            Assert.Equal(2, code);
            Assert.Contains("is already there", error);
            Environment.SetEnvironmentVariable(HubOptions.EndpointVariable, "not an address");
            Assert.Contains(
                "HF_ENDPOINT is \"not an address\"", CommandLineTests.Run("models", "pull", LocalHub.Model, "--root", _root).Error);
        }
        finally
        {
            Environment.SetEnvironmentVariable(HubOptions.EndpointVariable, null);
            Environment.SetEnvironmentVariable(HubOptions.TokenVariable, null);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
