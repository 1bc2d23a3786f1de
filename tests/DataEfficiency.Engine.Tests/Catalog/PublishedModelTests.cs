using System.Text.Json.Nodes;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tests;

namespace DataEfficiency.Engine.Tests.Catalog;

public sealed class PublishedModelTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("published-").FullName;

    /// <summary>A folder with the real tokenizer and the real shape; weights are not looked at.</summary>
    private (string Folder, ModelConfig Config, IPrompts Prompts) Real(string tokenizer, string name, string shape,
        string? nameInConfig = null)
    {
        var folder = Path.Combine(_root, name);
        Directory.CreateDirectory(folder);
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json" })
            File.Copy(Fixtures.At("golden", "tokenizers", tokenizer, file), Path.Combine(folder, file), overwrite: true);
        int[] n = [.. shape.Split(' ').Select(int.Parse)];
        var config = new ModelConfig("llama", n[1], n[2], n[0], n[3], n[4], n[1] / n[3], n[5], 4096, 1e-5, 5e5, null, false, false, 1, [2],
            null);
        var json = config.ToJson("bfloat16");
        if (nameInConfig is not null) json["_name_or_path"] = nameInConfig;
        File.WriteAllText(Path.Combine(folder, "config.json"), json.ToJsonString());
        return (folder, ModelConfig.Load(folder), PromptBuilder.Load(folder));
    }

    private const string Llama = "32 4096 14336 32 8 128256";

    [GoldenTheory]
    [InlineData("llama-3.1", "Llama-3.1-8B-Instruct", Llama)]
    [InlineData("mistral-v0.3", "Mistral-7B-Instruct-v0.3", "32 4096 14336 32 8 32768")]
    [InlineData("qwen2.5", "Qwen2.5-14B-Instruct", "48 5120 13824 40 8 152064")]
    public void Find_NameShapeAndVocabulary_OfOneOfTheThree_GivesItsFit(string tokenizer, string name, string shape)
    {
        var (folder, config, prompts) = Real(tokenizer, name, shape);
        Assert.Equal(name, PublishedModel.Find(folder, config, prompts)?.Model);
    }

    [GoldenFact]
    public void Find_NameInTheConfiguration_CountsToo()
    {
        var (folder, config, prompts) = Real("llama-3.1", "mine", Llama, "meta-llama/Meta-Llama-3.1-8B-Instruct");
        Assert.Equal("Llama-3.1-8B-Instruct", PublishedModel.Find(folder, config, prompts)?.Model);
    }

    [GoldenTheory]
    [InlineData("llama-3.1", "Llama-3.1-8B", Llama)] // another name
    [InlineData("llama-3.1", "Llama-3.1-8B-Instruct", "16 4096 14336 32 8 128256")]
    [InlineData("llama-3.1", "Llama-3.1-8B-Instruct", "32 2048 14336 32 8 128256")]
    [InlineData("llama-3.1", "Llama-3.1-8B-Instruct", "32 4096 8192 32 8 128256")]
    [InlineData("llama-3.1", "Llama-3.1-8B-Instruct", "32 4096 14336 16 8 128256")]
    [InlineData("llama-3.1", "Llama-3.1-8B-Instruct", "32 4096 14336 32 4 128256")]
    [InlineData("llama-3.1", "Llama-3.1-8B-Instruct", "32 4096 14336 32 8 128512")]
    [InlineData("mistral-v0.3", "Llama-3.1-8B-Instruct", Llama)] // another vocabulary
    [InlineData("llama-3.1", "Qwen2.5-14B-Instruct", Llama)]
    public void Find_OneOfThemIsAnotherModels_GivesNone(string tokenizer, string name, string shape)
    {
        var (folder, config, prompts) = Real(tokenizer, name, shape);
        Assert.Null(PublishedModel.Find(folder, config, prompts));
    }

    /// <summary>A tiny model that stands for a published one.</summary>
    private (string Folder, EngineOptions Options) Tiny(string name = "Llama-3.1-8B-Instruct")
    {
        using var model = new TinyModel();
        var folder = Path.Combine(_root, name);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(model.Folder)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var config = ModelConfig.Load(folder);
        var vocabulary = PromptBuilder.Load(folder).Tokenizer.VocabularySha256();
        PublishedModel known = new(PublishedFit.Find("Llama-3.1-8B-Instruct")!, config.Layers, config.HiddenSize, config.IntermediateSize,
            config.Heads, config.KeyValueHeads, config.VocabularySize, vocabulary);
        return (folder, new EngineOptions { Threads = 1, PublishedModels = [known] });
    }

    private static readonly Example[] Examples =
        [.. Enumerable.Range(0, 4).Select(i => new Example($"the number {i} is", i % 2 == 0 ? "even" : "odd"))];

    private static Estimate Forecast(Estimator estimator) =>
        estimator.Forecast(new ForecastRequest(new TaskPrompt("Even or odd?"), Examples, new Target(.9), 5000));

    [Fact]
    public void Estimator_OfAPublishedModel_TakesItsFit_UnderItsOwnMatricesOnly()
    {
        var (folder, options) = Tiny();
        using (var estimator = Estimator.Load(folder, options))
        {
            Assert.Equal("Llama-3.1-8B-Instruct", estimator.Published?.Model);
            var estimate = Forecast(estimator);
            Assert.Equal((AreaSource.Published, 30), (estimate.AreaSource!.Value, estimate.ReferenceTasks));
            Close(.545 * estimate.CosLow.Median!.Value + .310, estimate.Auc!.Value);
        }
        using (var other = Estimator.Load(folder, options with { AdapterSeed = 2 })) Assert.Null(other.Published);
        using (var other = Estimator.Load(folder, options with { AdapterRank = 8 })) Assert.Null(other.Published);
        using (var other = Estimator.Load(folder, options with { PublishedModels = null })) Assert.Null(other.Published);
    }

    [Fact]
    public void Estimator_WithACalibrationOfItsOwn_PrefersIt()
    {
        var (folder, options) = Tiny();
        var own = Tests.Forecasting.ForecasterTests.Calibration() with { WeightsSha256 = Engine.Models.Files.WeightFiles.Sha256(folder) };
        CalibrationFile.Save(CalibrationFile.PathIn(folder), own);
        using var estimator = Estimator.Load(folder, options);
        var estimate = Forecast(estimator);
        Assert.Equal((AreaSource.Calibration, true, 10), (estimate.AreaSource!.Value, estimate.Calibrated, estimate.ReferenceTasks));
        Close(.5 * estimate.CosLow.Median!.Value + .3, estimate.Auc!.Value);
    }

    [Fact]
    public void Inspect_OfAPublishedModel_OffersItsFit_UnlessTheAdapterIsACalibrationsOwn()
    {
        var (folder, options) = Tiny();
        ModelFolder Inspected() => ModelFolder.Inspect(folder, options.PublishedModels);
        Assert.Equal("Llama-3.1-8B-Instruct", Inspected().Published?.Model);
        Assert.Null(ModelFolder.Inspect(folder).Published);

        var own = Tests.Forecasting.ForecasterTests.Calibration() with { WeightsSha256 = Engine.Models.Files.WeightFiles.Sha256(folder) };
        CalibrationFile.Save(CalibrationFile.PathIn(folder), own);
        Assert.NotNull(Inspected().Published);
        var otherSeed = own with { Recipe = own.Recipe with { AdapterSeed = 2 } };
        CalibrationFile.Save(CalibrationFile.PathIn(folder), otherSeed);
        Assert.Null(Inspected().Published);
        using (var estimator = Estimator.Load(folder, options)) Assert.Null(estimator.Published);
        // a calibration of other weights lends no adapter
        CalibrationFile.Save(CalibrationFile.PathIn(folder), otherSeed with { WeightsSha256 = "others" });
        Assert.NotNull(Inspected().Published);
        using (var estimator = Estimator.Load(folder, options)) Assert.NotNull(estimator.Published);
    }

    private static void Close(double expected, double actual) => Assert.Equal(Math.Clamp(expected, .05, .9), actual, 1e-9);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
