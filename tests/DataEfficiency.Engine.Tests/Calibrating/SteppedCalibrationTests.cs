using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Calibrating;

public sealed class SteppedCalibrationTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly Estimator _estimator;
    private readonly string _folder, _own;

    public SteppedCalibrationTests()
    {
        _estimator = Estimator.Load(_model.Folder, new() { Device = "cpu", Threads = 1 });
        (_folder, _own) = (Path.Combine(_model.Folder, "work"), Path.Combine(_model.Folder, "own"));
        Directory.CreateDirectory(_own);
    }

    private string Written => CalibrationFile.PathIn(_own, _estimator.Model.Sha256);

    private CalibrationRequest Request(CalibrationOptions? options = null) => new(options ?? Options(), _folder, Written);

    private ICalibrationRun New(CalibrationRequest request) => new Calibrations().Begin(_estimator, request);

    private static CalibrationOptions Options() => new()
    {
        Profile = CalibrationOptions.Small, Tasks = [.. new[] { "priority", "destination" }.Select(ReferenceTaskList.Find)],
        Budgets = [0, 50], LearningRateTasks = [ReferenceTaskList.Find("tense")], LearningRates = [1e-3, 3e-3], LearningRateBudget = 32,
        MaxSteps = 4, EvaluateEvery = 2, ValidationSize = 8, TestSize = 20, PoolSize = 40, BatchSize = 8,
    };

    private static IEnumerable<(string, double, double, double, int)> Numbers(Calibration c) => c.Tasks.SelectMany(t => t.Runs
        .Select(r => (t.Name, t.CosLow, r.Score, r.ValidationLoss, r.Steps)));

    [Fact]
    public void Step_ToTheEndWithOthersBetween_SaysWhatTheVerbSays()
    {
        var example = new Example("some text", "yes");
        var (asked, before) = (0, _estimator.Observe(null, example).Loss);
        using (var run = New(Request()))
        {
            while (run.Step(() =>
            {
                // a label of a project, in the middle of a piece
                if (++asked % 50 == 0) Assert.Equal(before, _estimator.Observe(null, new Example("some text", "yes")).Loss);
            })) Assert.InRange(run.Progress.Done, 0, run.Progress.All - 1);
            Assert.Equal((CalibrationPhase.Ended, 9, 9), (run.Progress.Phase, run.Progress.Done, run.Progress.All));
        }
        Assert.True(asked > 100, $"{asked}");
        Assert.Empty(Directory.GetFiles(_folder));
        var (stepped, plain) = (CalibrationFile.Load(Written),
            new Calibrator(_model.Folder, PromptBuilder.Load(_model.Folder), Options(), new() { Device = "cpu" }).Run());
        Assert.Equal(Numbers(plain), Numbers(stepped));
        Assert.Equal(plain.Recipe with { Budgets = [], LearningRateTasks = [] },
            stepped.Recipe with { Budgets = [], LearningRateTasks = [] });
    }

    [Fact]
    public void Step_LeftAndBegunAgain_GoesOnBehindTheLastFinishedPiece()
    {
        int done;
        using (var run = New(Request()))
        {
            while (run.Progress.Done < 6) Assert.True(run.Step());
            run.Step();
            done = run.Progress.Done;
            Assert.NotNull(run.Progress.SecondsLeft);
        }
        Assert.False(File.Exists(Written));
        using var again = New(Request());
        Assert.Equal(done, again.Progress.Done);
        while (again.Step()) { }
        Assert.Equal(3, again.Result.Tasks.Count);
    }

    // LoRA computes beside the weights that answer others meanwhile.
    [Fact]
    public void Step_WithAnAdapter_OthersNeverSeeIt()
    {
        var example = new Example("some text", "yes");
        double? before;
        using (var fresh = Estimator.Load(_model.Folder, new() { Device = "cpu", Threads = 1 })) before = fresh.Observe(null, example).Loss;
        var options = Options() with
        {
            Training = CheckTraining.Lora, LearningRates = [3e-2], Tasks = [ReferenceTaskList.Find("priority")],
        };
        var seen = 0;
        using var run = New(Request(options));
        while (run.Step(() =>
        {
            if (run.Progress.Phase == CalibrationPhase.Curves && ++seen % 20 == 0) Assert.Equal("", _estimator.Session.Version);
        })) { }
        Assert.True(seen > 20, $"{seen}");
        Assert.Equal(before, _estimator.Observe(null, example).Loss);
    }

    [Fact]
    public void Load_FolderOfOwnCalibrations_GoesBeforeTheOneBesideTheModel()
    {
        using (var run = New(Request())) while (run.Step()) { }
        var beside = CalibrationFile.Load(Written) with { Profile = "beside" };
        CalibrationFile.Save(CalibrationFile.PathIn(_model.Folder), beside);
        using var own = Estimator.Load(_model.Folder, new() { Device = "cpu", CalibrationFolder = _own });
        using var other = Estimator.Load(_model.Folder, new() { Device = "cpu" });
        Assert.Equal((CalibrationOptions.Small, "beside"), (own.Calibration!.Profile, other.Calibration!.Profile));
        Assert.Equal(CalibrationOptions.Small, ModelFolder.Inspect(_model.Folder, _own).Calibration!.Profile);
        Assert.Equal("beside", ModelFolder.Inspect(_model.Folder).Calibration!.Profile);
    }

    [Fact]
    public void Seconds_MoreToDo_AreMore_AndAnotherAdapterIsRefused()
    {
        var task = ReferenceTaskList.Find("priority");
        double Seconds(CalibrationOptions options) => new Calibrations().Seconds(_estimator, options, task);
        Seconds(Options());
        // the figures are of a clock, but a hundred times as much of everything is more
        var signals = Seconds(Options() with { Budgets = [] });
        Assert.True(signals > 0 && Seconds(Options() with { Budgets = [], PoolSize = 4000 }) > signals);
        Assert.True(Seconds(Options() with { Budgets = [50], MaxSteps = 400 }) > Seconds(Options() with { Budgets = [50] }));
        using var other = Estimator.Load(_model.Folder, new() { Device = "cpu", AdapterSeed = 7 });
        Assert.Contains("another adapter", Assert.Throws<ModelException>(() => new Calibrations().Begin(other, Request())).Message);
    }

    public void Dispose()
    {
        _estimator.Dispose();
        _model.Dispose();
    }
}
