using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models.Native;
using DataEfficiency.Prompts;
using DataEfficiency.Prompts.Tests;
using TorchSharp;

namespace DataEfficiency.Engine.Tests;

public class EstimatorTests
{
    private static (Estimator Estimator, GoldenModel Model) Open(string name, EngineOptions? options = null)
    {
        var model = new GoldenModel(name);
        options ??= OnTheCpu(model);
        return (Estimator.Load(model.Folder, new GoldenPrompts(model.Items, model.Masked, model.Eos), options), model);
    }

    // The reference's numbers are those of float32: a GPU, where there is one, computes in bfloat16.
    private static EngineOptions OnTheCpu(GoldenModel model) => new()
    {
        Device = "cpu", AdapterMatricesFile = Path.Combine(model.Folder, "adapter_A.safetensors"), AdapterAlpha = 4,
    };

    private static List<Example> Labelled(GoldenModel model) =>
        [.. model.Json["labelled"]!.AsArray().Select(id => model.Items.First(i => (string)i["id"]! == (string)id!)).Select(ToExample)];

    private static Example ToExample(System.Text.Json.Nodes.JsonNode item) => new((string)item["prompt"]!, (string)item["answer"]!);

    private static ForecastRequest Request(IReadOnlyList<Example> examples) => new(null, examples, new Target(.9), 5000);

    [Theory, Miniature, GoldenModels]
    public void Rank_AllItems_GivesTheReferencesConfidencesInPoolOrder(string name)
    {
        var (estimator, model) = Open(name);
        using var both = estimator;
        using var golden = model;
        var ranked = estimator.Rank(null, [.. model.Items.Select(i => (string)i["prompt"]!)]);
        for (var n = 0; n < ranked.Count; n++)
        {
            Assert.Equal(n, ranked[n].Index);
            Assert.Equal(GoldenModel.Ints(model.Items[n]["greedy_ids"]), ranked[n].Tokens);
            GoldenModel.Near((double)model.Items[n]["confidence"]!, ranked[n].Confidence, 1e-5, $"item {n}");
        }
    }

    [Theory, Miniature, GoldenModels]
    public void RankAndForecast_FromTextsWithTheFoldersTokenizer_GiveTheReferencesNumbers(string name)
    {
        using var model = new GoldenModel(name);
        using var estimator = Estimator.Load(model.Folder,
            OnTheCpu(model));
        var ranked = estimator.Rank(null, [.. model.Items.Select(i => (string)i["prompt"]!)]);
        for (var n = 0; n < ranked.Count; n++)
        {
            Assert.Equal(GoldenModel.Ints(model.Items[n]["greedy_ids"]), ranked[n].Tokens);
            Assert.Equal((string)model.Items[n]["greedy_text"]!, ranked[n].Answer);
            Assert.Equal((bool)model.Items[n]["no_kept_token"]!, ranked[n].NoKeptToken);
            GoldenModel.Near((double)model.Items[n]["confidence"]!, ranked[n].Confidence, 1e-5, $"item {n}");
        }
        GoldenModel.Near((double)model.Json["gradients"]!["cos_low"]!, estimator.Forecast(Request(Labelled(model))).CosLow.Median!.Value,
            1e-5);
    }

    [GoldenFact]
    public void Rank_TaskInSteps_EqualsEachTextAlone()
    {
        using var model = new GoldenModel("smollm2-tiny");
        using var estimator = Estimator.Load(model.Folder, new EngineOptions { Device = "cpu" });
        var task = new TaskPrompt("Which colour is named?", ["red", "green", "blue"]);
        string[] texts = ["The sky is blue", "grass", "", " a red car and a very long way to go for it", "Z"];
        var all = estimator.Rank(task, texts);
        estimator.Rank(task with { Instruction = "Another task" }, texts);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = estimator.Rank(task, [texts[i]])[0];
            Assert.Equal(all[i].Tokens, alone.Tokens);
            GoldenModel.Near(all[i].Confidence, alone.Confidence, 2e-5, texts[i]);
        }
        var tooLong = estimator.Rank(task, [string.Join(' ', Enumerable.Repeat("word", 3000)), "short"]);
        Assert.Contains("the model takes 2048", tooLong[0].LeftOut);
        Assert.True(double.IsNaN(tooLong[0].Confidence) && tooLong[1].Confidence > 0);
    }

    [Theory, Miniature, GoldenModels]
    public void Forecast_LabelledExamples_GivesTheReferencesCosLow(string name)
    {
        var (estimator, model) = Open(name);
        using var both = estimator;
        using var golden = model;
        var estimate = estimator.Forecast(Request(Labelled(model)));
        GoldenModel.Near((double)model.Json["gradients"]!["cos_low"]!, estimate.CosLow.Median!.Value, 1e-5);
        var losses = GoldenModel.Doubles(model.Json["gradients"]!["losses"]);
        for (var i = 0; i < losses.Length; i++)
            GoldenModel.Near(losses[i], estimate.Losses[i]!.Value, 5e-5 + 5e-6 * losses[i], $"loss {i}");
        Assert.False(estimate.Calibrated);
    }

    [GoldenFact]
    public void Forecast_OneMoreLabelEachTime_EqualsAFreshForecastWhateverIsKept()
    {
        var (estimator, model) = Open("smollm2-tiny");
        using var both = estimator;
        using var golden = model;
        var examples = Labelled(model);
        // Room for two rows, and a folder that cannot be made, as on a full disk: most are computed again.
        var file = Path.GetTempFileName();
        var (small, second) = Open("smollm2-tiny",
            OnTheCpu(model) with { RowMemoryBytes = 120_000, RowFolder = Path.Combine(file, "rows") });
        using var tight = small;
        using var other = second;
        for (var n = 2; n <= examples.Count; n += 5)
        {
            var (fresh, third) = Open("smollm2-tiny");
            using var a = fresh;
            using var b = third;
            var expected = fresh.Forecast(Request(examples[..n])).CosLow.Cosines;
            foreach (var grown in new[] { estimator, small })
            {
                var cosines = grown.Forecast(Request(examples[..n])).CosLow.Cosines;
                for (var i = 0; i < n; i++)
                    for (var j = 0; j < n; j++) GoldenModel.Near(expected[i][j], cosines[i][j], 1e-5, $"{n}: {i} {j}");
            }
        }
        File.Delete(file);
    }

    [GoldenFact]
    public void Forecast_ExampleWithoutAGradient_IsLeftOutCountedAndSaid()
    {
        var (estimator, model) = Open("smollm2-tiny");
        using var both = estimator;
        using var golden = model;
        var empty = model.Items.First(i => i["loss"] is null && GoldenModel.Ints(i["answer_ids"]).Length == 0);
        var masked = model.Items.First(i => i["loss"] is null && GoldenModel.Ints(i["answer_ids"]).Length > 0);
        var estimate = estimator.Forecast(Request([ToExample(empty), .. Labelled(model).Take(3), ToExample(masked)]));
        Assert.Equal(3, estimate.CosLow.Count);
        Assert.Equal([(0, "The answer is empty."), (4, "Every token of the answer is masked.")],
            estimate.LeftOut.Select(l => (l.Index, l.Reason)));
        Assert.Equal([true, false, false, false, true], estimate.Losses.Select(l => l is null));
    }

    [GoldenFact]
    public void EveryCall_LeavesNoTensorBehind()
    {
        var (estimator, model) = Open("qwen2-tiny");
        using var both = estimator;
        using var golden = model;
        var examples = Labelled(model);
        string[] texts = [.. model.Items.Select(i => (string)i["prompt"]!)];
        // The first round grows what is kept: rotary tables, the shared prefix.
        estimator.Rank(null, texts);
        estimator.Forecast(Request(examples[..4]));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        estimator.Rank(null, texts);
        estimator.Observe(null, examples[5]);
        estimator.Forecast(Request(examples));
        Assert.Throws<OperationCanceledException>(() => estimator.Rank(null, texts, cancel: new CancellationToken(true)));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [GoldenFact]
    public void Load_SameSeed_GivesTheSameBitsAgain()
    {
        double[][] Once()
        {
            var (estimator, model) = Open("llama3-tiny", new EngineOptions { Device = "cpu", AdapterSeed = 7, AdapterRank = 4 });
            using var both = estimator;
            using var golden = model;
            return estimator.Forecast(Request(Labelled(model))).CosLow.Cosines;
        }
        Assert.Equal(Once().SelectMany(r => r), Once().SelectMany(r => r));
    }

    [Fact]
    public void Load_NoFolder_NamesTheFolder() =>
        Assert.Contains("/no/such/model",
            Assert.Throws<ModelException>(() =>
                Estimator.Load("/no/such/model", new GoldenPrompts([], new HashSet<int>(), new HashSet<int>()))).Message);

    [Theory]
    [InlineData("gpu", "auto", "expected auto, cpu, cuda or cuda:N")]
    [InlineData("cuda:one", "auto", "expected auto, cpu, cuda or cuda:N")]
    [InlineData("cpu", "bfloat16", "bfloat16 is for GPUs")]
    [InlineData("cpu", "float16", "expected auto, float32 or bfloat16")]
    public void Load_OnADeviceOrInAPrecisionThatThereIsNot_SaysWhatThereIs(string device, string precision, string message)
    {
        var failed = Assert.Throws<ModelException>(() =>
            Estimator.Load(Bundled, new EngineOptions { Device = device, Precision = precision }));
        Assert.Contains(message, failed.Message);
    }

    public static TheoryData<string, EngineOptions> Impossible => new()
    {
        { "Threads", new() { Threads = 0 } },
        { "Device", new() { Device = "cuda:-1" } },
        { "Device", new() { Device = "cuda:" } },
        { "Device", new() { Device = "" } },
        { "Precision", new() { Precision = "half" } },
        { "AdapterRank", new() { AdapterRank = 0 } },
        { "AdapterAlpha", new() { AdapterAlpha = 0 } },
        { "AdapterAlpha", new() { AdapterAlpha = double.NaN } },
        { "AdapterMatricesFile", new() { AdapterMatricesFile = "" } },
        { "RowMemoryBytes", new() { RowMemoryBytes = -1 } },
        { "RowFolder", new() { RowFolder = "" } },
        { "RowFolderBytes", new() { RowFolderBytes = -5 } },
    };

    [Theory, MemberData(nameof(Impossible))]
    public void Load_OptionsThatCannotBe_AreNamed(string option, EngineOptions options)
    {
        var message = Assert.Throws<ModelException>(() => Estimator.Load(Bundled, options)).Message;
        Assert.StartsWith($"{option} is ", message);
        Assert.Contains(", expected ", message);
    }

    [Fact]
    public void Load_DamagedCalibration_WorksUncalibratedAndNamesFileAndCure()
    {
        using var model = new TinyModel();
        var path = Path.Combine(model.Folder, "calibration.json");
        File.WriteAllText(path, "{ \"version\": 1, ");
        using var estimator = Estimator.Load(model.Folder);
        Assert.Null(estimator.Calibration);
        Assert.Contains(path, estimator.Model.CalibrationProblem);
        Assert.Contains("remove it and run calibrate again", estimator.Model.CalibrationProblem);
        File.Delete(path);
        using var without = Estimator.Load(model.Folder);
        Assert.Null(without.Model.CalibrationProblem);
    }

    [Fact]
    public void Load_TakesTheGpuWhereThereIsOne_ElseSaysHowToGetOne()
    {
        NativeStartup.Ensure();
        var gpu = torch.cuda.is_available();
        using var estimator = Estimator.Load(Bundled);
        Assert.Equal(gpu ? ("cuda:0", "bfloat16") : ("cpu", "float32"), (estimator.Model.Device, estimator.Model.Precision));
        if (!gpu) Assert.Contains("-p:Accelerator=cuda",
            Assert.Throws<ModelException>(() => Estimator.Load(Bundled, new EngineOptions { Device = "cuda:0" })).Message);
    }

    private static string Bundled => Path.Combine(AppContext.BaseDirectory, "BundledModel");
}
