using System.Text.Json.Nodes;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models.Files;
using DataEfficiency.Engine.Randomness;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Engine.Selection;
using DataEfficiency.Prompts;
using TorchSharp;

namespace DataEfficiency.Engine.Tests.Calibrating;

public sealed class CalibratorTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    private static CalibrationOptions Quick(params string[] tasks) => new()
    {
        Profile = CalibrationOptions.Small, Tasks = [.. tasks.Select(ReferenceTaskList.Find)], Budgets = [0, 50],
            LearningRateTasks = [ReferenceTaskList.Find("tense")], LearningRates = [1e-3, 3e-3],
        LearningRateBudget = 32, MaxSteps = 4, EvaluateEvery = 2, ValidationSize = 8, TestSize = 20, PoolSize = 40, BatchSize = 8,
    };

    private Calibrator New(CalibrationOptions options) => new(_model.Folder, PromptBuilder.Load(_model.Folder), options, OnTheCpu);

    private static EngineOptions OnTheCpu => new() { Device = "cpu" };

    private string JournalPath => Path.Combine(_model.Folder, Calibrator.JournalName);

    [Fact]
    public void Run_TwoTasksTwoBudgets_WritesWhatWasMeasured()
    {
        var calibration = New(Quick("priority", "parity")).Run();
        Assert.Equal(["priority", "parity", "tense"], calibration.Tasks.Select(t => t.Name));
        Assert.Equal(WeightFiles.Sha256(_model.Folder), calibration.WeightsSha256);
        Assert.All(calibration.Tasks.Take(2), t => Assert.Equal([0, 50], t.Runs.Select(r => r.Examples)));
        Assert.Equal((true, null), (calibration.Tasks[2].UsedForLearningRate, calibration.Tasks[2].Auc));
        Assert.Contains(calibration.Recipe.LearningRate, new[] { 1e-3, 3e-3 });
        Assert.All(calibration.Tasks, t => Assert.InRange(t.CosLow, -1, 1));
        Assert.Null(calibration.Coefficient);
        var read = CalibrationFile.Load(CalibrationFile.PathIn(_model.Folder));
        Assert.Equal(calibration.Tasks.Select(t => t.CosLow), read.Tasks.Select(t => t.CosLow));
        Assert.False(File.Exists(JournalPath));
    }

    [Fact]
    public void Run_InterruptedAndStartedAgain_RepeatsNothing()
    {
        var options = Quick("priority", "parity");
        using var stop = new CancellationTokenSource();
        var finished = 0;
        Assert.Throws<OperationCanceledException>(() => New(options).Run(line =>
        {
            if (line.Contains("score") && ++finished == 4) stop.Cancel();
        }, stop.Token));
        var before = File.ReadAllLines(JournalPath);
        Assert.Equal(1 + 3 + 4, before.Length); // identity, three signals, two rates and two runs
        // A run killed in the middle of a line loses that line only.
        File.AppendAllText(JournalPath, "{\"task\":\"parity\",\"sec");

        var notes = new List<string>();
        var resumed = New(options).Run(notes.Add);
        Assert.Contains(notes, n => n.StartsWith("7 finished pieces"));
        Assert.DoesNotContain(notes, n => n.Contains("CoS-Low") || n.Contains("on tense"));
        Assert.Equal(2, notes.Count(n => n.Contains("score")));

        File.Delete(CalibrationFile.PathIn(_model.Folder));
        var whole = New(options).Run();
        Assert.Equal(whole.Tasks.SelectMany(t => t.Runs).Select(r => (r.Examples, r.Score, r.ValidationLoss, r.Steps)),
            resumed.Tasks.SelectMany(t => t.Runs).Select(r => (r.Examples, r.Score, r.ValidationLoss, r.Steps)));
    }

    [Fact]
    public void Run_Signals_AreThoseOfTheFirstThirtyTwo()
    {
        var options = Quick("priority") with { Budgets = [], LearningRateTasks = [], PoolSize = 400 };
        var task = ReferenceTaskList.Find("priority");
        var measured = New(options).Run().Tasks.Single(t => t.Name == "priority");

        // by hand; the bootstrap draws by index, so its deviation knows the order
        using var estimator = Estimator.Load(_model.Folder,
            OnTheCpu with { Threads = 1, AdapterSeed = 1, AdapterRank = 64, AdapterAlpha = 32 });
        var pool = task.Generate(TaskSplit.Train, options.PoolSize, options.Seed);
        var ranked = estimator.Rank(task.Prompt, [.. pool.Select(e => e.Text)]);
        var order = new FirstThirtyTwo().Order([.. ranked.Select(r => new RankedItem(r.Index, r.Confidence))],
            unchecked((long)TaskRandom.Hash($"first 32/priority/{options.Seed}")));
        Assert.Equal(40, order.Count(o => o.DrawRank is not null));
        Example[] first = [.. FirstThirtyTwo.Of(order, _ => true).Select(i => pool[(int)i])];
        var cosLow = estimator.Forecast(new ForecastRequest(task.Prompt, first, new Target(.9), LabelAxis.MaxExamples)).CosLow;
        Assert.Equal(32, cosLow.Count);
        Assert.Equal(cosLow.Median!.Value, measured.CosLow, 1e-6);
        Assert.Equal(cosLow.StandardError!.Value, measured.CosLowStandardError, 1e-6);
    }

    [Fact]
    public void Run_JournalOfAnotherRecipe_IsPutAside()
    {
        File.WriteAllLines(JournalPath, ["another identity", "{\"task\":\"priority\",\"seconds\":1,\"cosLow\":0.5,\"standardError\":0.1}"]);
        var notes = new List<string>();
        New(Quick("priority") with { Budgets = [], LearningRateTasks = [] }).Run(notes.Add);
        Assert.Single(notes, n => n.StartsWith("priority: CoS-Low"));
        Assert.True(File.Exists(JournalPath + ".old"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Run_JournalOfAnotherTemplateOrEnd_IsPutAside(bool end)
    {
        var options = Quick("priority", "parity") with { Budgets = [], LearningRateTasks = [] };
        var own = PromptBuilder.Load(_model.Folder);
        IReadOnlyList<string> Notes(IPrompts prompts)
        {
            List<string> notes = [];
            using var stop = new CancellationTokenSource();
            void Note(string line)
            {
                notes.Add(line);
                if (line.Contains("CoS-Low")) stop.Cancel();
            }
            Assert.Throws<OperationCanceledException>(() =>
                new Calibrator(_model.Folder, prompts, options, OnTheCpu).Run(Note, stop.Token));
            return notes;
        }
        Assert.DoesNotContain(Notes(own), n => n.Contains("taken over"));
        Assert.DoesNotContain(Notes(new Altered(own, end)), n => n.Contains("taken over"));
        Assert.True(File.Exists(JournalPath + ".old"));
    }

    // The same weights behind another chat template, or with another end.
    private sealed class Altered(IPrompts own, bool end) : IPrompts
    {
        public int[] Prompt(TaskPrompt? task, string text) => end ? own.Prompt(task, text) : [5, .. own.Prompt(task, text)];

        public int[] Answer(string answer) => own.Answer(answer);

        public string Decode(IReadOnlyList<int> ids) => own.Decode(ids);

        public IReadOnlySet<int> Masked => own.Masked;

        public IReadOnlySet<int> Eos { get; } = end ? new HashSet<int> { 1 } : own.Eos;
    }

    // What people have labelled stands beside generated tasks: its curve goes as far as its labels, and other labels are measured anew.
    [Fact]
    public void Run_LabelledSet_GetsACurveAsFarAsItsLabelsGo()
    {
        static LabelledTask Set(int count) => new("own", ReferenceTaskList.Find("parity").Prompt,
            ReferenceTaskList.Find("parity").Generate(TaskSplit.Train, count / 2, 1)
                .Concat(ReferenceTaskList.Find("parity").Generate(TaskSplit.Validation, count / 4, 1))
                .Concat(ReferenceTaskList.Find("parity").Generate(TaskSplit.Test, count / 4, 1)).ToList());
        var options = Quick() with { Tasks = [Set(300)], Budgets = [0, 50, 5000] };
        var calibration = New(options).Run();
        var own = calibration.Tasks.Single(t => t.Name == "own");
        Assert.Equal([0, 50], own.Runs.Select(r => r.Examples));
        Assert.InRange(own.Auc!.Value, 0, 1);
        Assert.NotEqual(Set(300).Key, Set(304).Key);
        Assert.Equal(Set(300).Key, Set(300).Key);
        Assert.Throws<ArgumentException>(() => New(options with { Tasks = [Set(300), Set(304)] }).Run());
    }

    [Fact]
    public void Run_TaskThatJoins_IsMeasuredAsTheOthersWereAndTheyStay()
    {
        var before = New(Quick("priority", "parity")).Run();
        List<string> notes = [];
        var joining = CalibrationOptions.Joining(before, [ReferenceTaskList.Find("sentiment")]);
        Assert.Equal((320, 1), (joining.PoolSize, joining.Draws));
        var after = New(joining with { PoolSize = 40 }).Run(notes.Add);
        Assert.Equal(["priority", "parity", "tense", "sentiment"], after.Tasks.Select(t => t.Name));
        Assert.Equal(before.Tasks.Select(t => (t.CosLow, t.Auc)), after.Tasks.Take(3).Select(t => (t.CosLow, t.Auc)));
        Assert.Equal(before.Recipe.LearningRate, after.Recipe.LearningRate);
        Assert.DoesNotContain(notes, n => n.Contains("tense") || n.Contains("parity"));
        var whole = New(Quick("sentiment") with { LearningRates = [before.Recipe.LearningRate] }).Run();
        Assert.Equal(whole.Tasks.Single(t => t.Name == "sentiment").Runs.Select(r => r.Score),
            after.Tasks.Single(t => t.Name == "sentiment").Runs.Select(r => r.Score));
        Assert.Contains("other weights", Assert.Throws<ArgumentException>(() =>
            New(CalibrationOptions.Joining(before with { WeightsSha256 = "f00d" }, joining.Tasks)).Run()).Message);
        var old = before with { Recipe = before.Recipe with { Number = 1 } };
        Assert.Contains("older recipe", Assert.Throws<ArgumentException>(() => CalibrationOptions.Joining(old, joining.Tasks)).Message);
    }

    [Fact]
    public void Run_TwoJobs_SameNumbersAsOne()
    {
        var options = Quick("priority", "parity");
        static IEnumerable<(double, double, int)> Numbers(Calibration c) =>
            c.Tasks.SelectMany(t => t.Runs).Select(r => (r.Score, r.ValidationLoss, r.Steps));
        var one = New(options).Run();
        var two = New(options with { Jobs = 2 }).Run();
        Assert.Equal(Numbers(one), Numbers(two));
    }

    [Fact]
    public void Run_Today_IsOfTheCurrentRecipeScoresExactlyAndRanksLabels()
    {
        var options = Quick("sentiment", "destination") with { MaxSteps = 40, EvaluateEvery = 40, LearningRates = [5e-3],
            Budgets = [0, 200] };
        var calibration = New(options).Run();
        Assert.Equal(CalibrationRecipe.Current, calibration.Recipe.Number);
        Assert.Equal("float32", calibration.Recipe.Precision);
        var sentiment = calibration.Tasks.Single(t => t.Name == "sentiment").Runs;
        Assert.Equal(0, sentiment[0].Score); // random weights answer nothing exactly
        Assert.True(sentiment[1].Score >= .4, $"{sentiment[1]}");
        Assert.All(sentiment, r => Assert.InRange(r.LabelRanking!.Value, 0, 1));
        Assert.All(calibration.Tasks.Single(t => t.Name == "destination").Runs, r => Assert.Null(r.LabelRanking)); // free answers
        Assert.False(calibration.IsOfOlderRecipe);
        Assert.False(CalibrationFile.Load(CalibrationFile.PathIn(_model.Folder)).IsOfOlderRecipe);
    }

    // Large models, and others by choice: the adapter that was trained answers, and the file says what was trained.
    [Fact]
    public void Run_WithLora_TestsTheAdapterAndSaysIt()
    {
        var options = Quick("priority") with { Training = CheckTraining.Lora };
        Assert.Equal("Lora", New(options).Run().Recipe.Trained);
        Assert.Equal("Full", New(Quick("priority") with { Budgets = [], LearningRateTasks = [] }).Run().Recipe.Trained);

        var bundled = Path.Combine(AppContext.BaseDirectory, "BundledModel");
        using var runner = new TaskRunner(bundled, PromptBuilder.Load(bundled), options with { MaxSteps = 40, BatchSize = 16 }, torch.CPU,
            torch.ScalarType.Float32);
        var (before, after) = (runner.Run(options.Tasks[0], 0, 1e-2, default), runner.Run(options.Tasks[0], 200, 1e-2, default));
        Assert.True(after.Score > before.Score + .3, $"{before.Score} {after.Score}");
        Assert.Equal(before.Score, runner.Run(options.Tasks[0], 0, 1e-2, default).Score);
    }

    // What a GPU does by default: signals and curves in one precision, which the file names; another precision is another calibration.
    [Fact]
    public void Run_InBFloat16_TakesSignalsAndCurvesInIt()
    {
        var options = Quick("priority");
        var prompts = PromptBuilder.Load(_model.Folder);
        var wide = New(options).Run();
        var narrow = new Calibrator(_model.Folder, prompts, options, OnTheCpu with { Precision = "bfloat16", SlowPrecision = true }).Run();
        Assert.Equal("bfloat16", narrow.Recipe.Precision);
        Assert.NotEqual(wide.Tasks[0].CosLow, narrow.Tasks[0].CosLow);
        Assert.Equal(wide.Tasks[0].CosLow, narrow.Tasks[0].CosLow, .02);
        Assert.NotEqual(wide.Tasks[0].Runs[0].ValidationLoss, narrow.Tasks[0].Runs[0].ValidationLoss);
        Assert.Equal(wide.Tasks[0].Runs[0].ValidationLoss, narrow.Tasks[0].Runs[0].ValidationLoss,
            .02 * wide.Tasks[0].Runs[0].ValidationLoss);
        var refusal = Assert.Throws<ModelException>(() =>
            new Calibrator(_model.Folder, prompts, options, OnTheCpu with { Precision = "bfloat16" }).Run());
        Assert.Contains("bfloat16 is for GPUs", refusal.Message);
    }

    [Fact]
    public void Run_EndedOrCancelled_LeavesTheThreadsAsTheyWere()
    {
        var before = torch.get_num_threads();
        torch.set_num_threads(2);
        try
        {
            var signals = Quick("priority") with { Budgets = [], LearningRateTasks = [] };
            New(signals).Run();
            Assert.Equal(2, torch.get_num_threads());
            Assert.Throws<OperationCanceledException>(() => New(signals).Run(cancel: new CancellationToken(canceled: true)));
            Assert.Equal(2, torch.get_num_threads());
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    /// <summary>The calibration of a model's folder as files were written before recipes had a number.</summary>
    internal static string WithoutNumber(string folder)
    {
        var calibration = JsonNode.Parse(File.ReadAllText(CalibrationFile.PathIn(folder)))!;
        calibration["recipe"]!.AsObject().Remove("number");
        return calibration.ToJsonString();
    }

    [Fact]
    public void Load_CalibrationWithoutARecipesNumber_IsOfRecipe1AndStillPredicts()
    {
        var file = CalibrationFile.PathIn(_model.Folder);
        File.WriteAllText(file, WithoutNumber(Path.Combine(AppContext.BaseDirectory, "BundledModel")));
        var older = CalibrationFile.Load(file);
        Assert.Equal(1, older.Recipe.Number);
        Assert.True(older.IsOfOlderRecipe);
        Assert.True(AreaFit.Of(older) is not null);
        // CoS-Low alone is the same in both
        Assert.False((older with { Tasks = [.. older.Tasks.Select(t => t with { Runs = [] })] }).IsOfOlderRecipe);
    }

    [Fact]
    public void Of_Profiles_AreWhatTheMethodNames()
    {
        var full = CalibrationOptions.Of("full");
        Assert.Equal(LabelAxis.Budgets, full.Budgets);
        Assert.Equal(ReferenceTaskList.Fitted, full.Tasks);
        Assert.DoesNotContain(full.Tasks, t => full.LearningRateTasks.Contains(t));
        var small = CalibrationOptions.Of("small");
        Assert.Equal((8, 500, 60), (small.Tasks.Distinct().Count(), small.Budgets.Max(), small.MaxSteps));
        var signals = CalibrationOptions.Of("signals-only");
        Assert.Empty(signals.Budgets);
        Assert.Equal(full.Tasks.Concat(full.LearningRateTasks), signals.Tasks);
        Assert.All([full, small, signals], o => Assert.Empty(o.Tasks.Intersect(ReferenceTaskList.Outside)));
        Assert.Contains("huge", Assert.Throws<ArgumentException>(() => CalibrationOptions.Of("huge")).Message);
    }

    [Fact]
    public void Area_AllBudgets_IsTheCurves()
    {
        CalibrationRun Run(int n, double score) => new(n, score, 1, 1, 1, 1);
        var runs = LabelAxis.Budgets.Select((n, i) => Run(n, .2 + .1 * i)).ToList();
        Assert.Equal(DataEfficiencyCurve.Of(runs.ToDictionary(r => r.Examples, r => r.Score), .95).Auc, MeasuredArea.Of(runs, .95, 1000));
        Assert.Null(MeasuredArea.Of([Run(0, .97), Run(50, .96)], .97, 1000));
        Assert.InRange(MeasuredArea.Of([.. runs.Take(5)], .95, 1000)!.Value, .05, .95);
    }
}
