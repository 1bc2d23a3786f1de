using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public sealed class RunFilesTests : IDisposable
{
    private static readonly Recipe Small = new()
    {
        Rank = 4, BatchSize = 5, MaxSteps = 9, EvaluateEvery = 2, Patience = 3, LearningRate = .02, TokensAtOnce = 60,
    };

    // names the folder to the process that the test of two processes starts
    private const string LeaveIn = "DATAEFFICIENCY_TESTS_LEAVE_A_RUN_IN";

    private readonly string _folder = Directory.CreateTempSubdirectory("run-").FullName;

    private RunFiles Files => new(_folder, 1L << 30);

    private static (float[] Weights, TrainingResult Result) Rest(TrainingRun run)
    {
        var result = run.Run();
        using var flat = (run.Adapter?.Flat ?? run.Model.Decoder.Parameters.Flat).to(float32);
        return ([.. flat.data<float>()], result);
    }

    // Stopped before each of several micro-batches: the checkpoint is that of the last place where nothing was half done.
    private void CheckResume(Recipe recipe, ScalarType type, Action<(float[] Weights, TrainingResult Result),
        (float[] Weights, TrainingResult Result)> compare)
    {
        (float[], TrainingResult) whole;
        using (var world = new TrainingWorld(type))
        using (var run = new TrainingRun(world.Session, recipe, world.Train, world.Validation)) whole = Rest(run);
        foreach (var stop in new[] { 3, 7, 12, 20 })
        {
            using (var world = new TrainingWorld(type))
            using (var run = new TrainingRun(world.Session, recipe, world.Train, world.Validation))
                for (var call = 0; call < stop && run.Step(); call++)
                    if (run.IsBetweenSteps) Files.Save(run);
            using var again = new TrainingWorld(type);
            using var resumed = new TrainingRun(again.Session, recipe, again.Train, again.Validation);
            Assert.True(Files.Resume(resumed));
            Assert.InRange(resumed.Progress.Step, 0, recipe.MaxSteps - 1);
            compare(whole, Rest(resumed));
        }
    }

    [Theory]
    [InlineData(nameof(Trained.Full), ScalarType.Float32), InlineData(nameof(Trained.Lora), ScalarType.Float32),
        InlineData(nameof(Trained.Ia3), ScalarType.Float32)]
    [InlineData(nameof(Trained.Full), ScalarType.BFloat16), InlineData(nameof(Trained.Lora), ScalarType.BFloat16)]
    public void Resume_StoppedAnywhereOnOneThread_GivesTheBitsOfARunThatNeverStopped(string trained, ScalarType type) => OnOneThread(() =>
        CheckResume(Small with { Trained = Enum.Parse<Trained>(trained) }, type, (whole, resumed) =>
        {
            Assert.Equal(whole.Result, resumed.Result);
            Assert.Equal(whole.Weights, resumed.Weights);
        }));

    // Steps that make the model worse: the best lies behind the run and has to come with it.
    [Fact]
    public void Resume_BehindTheBestStep_StillEndsWithIt() => OnOneThread(() =>
        CheckResume(Small with { LearningRate = .2, EvaluateEvery = 1, Patience = 9 }, ScalarType.Float32, (whole, resumed) =>
        {
            Assert.True(whole.Result.BestStep < whole.Result.Steps, "the run does not get worse");
            Assert.Equal(whole.Result, resumed.Result);
            Assert.Equal(whole.Weights, resumed.Weights);
        }));

    [Fact]
    public void Resume_OnSeveralThreads_GivesTheSameLosses() =>
        CheckResume(Small, ScalarType.Float32, (whole, resumed) =>
            GoldenModel.Near(whole.Result.ValidationLoss, resumed.Result.ValidationLoss, 1e-4));

    [Fact]
    public async Task Resume_OfARunThatAnotherProcessLeft_GivesTheBitsOfARunThatNeverStopped()
    {
        await TestProcess.PassAsync($"FullyQualifiedName~{nameof(RunFilesTests)}.{nameof(Save_AskedForByAnotherProcess_LeavesARunMidway)}",
            (LeaveIn, _folder));
        OnOneThread(() =>
        {
            using var world = new TrainingWorld();
            using var whole = new TrainingRun(world.Session, Small, world.Train, world.Validation);
            using var again = new TrainingWorld();
            using var resumed = new TrainingRun(again.Session, Small, again.Train, again.Validation);
            Assert.True(Files.Resume(resumed));
            Assert.Equal(5, resumed.Progress.Step);
            var (expected, found) = (Rest(whole), Rest(resumed));
            Assert.Equal(expected.Result, found.Result);
            Assert.Equal(expected.Weights, found.Weights);
        });
    }

    // Does nothing but where the test above starts it.
    [Fact]
    public void Save_AskedForByAnotherProcess_LeavesARunMidway()
    {
        if (Environment.GetEnvironmentVariable(LeaveIn) is not { } folder) return;
        OnOneThread(() =>
        {
            using var world = new TrainingWorld();
            using var run = new TrainingRun(world.Session, Small, world.Train, world.Validation);
            while (run.Progress.Step < 5 || !run.IsBetweenSteps) run.Step();
            new RunFiles(folder, 1L << 30).Save(run);
        });
    }

    [Fact]
    public void Resume_NothingSaved_IsFalse()
    {
        using var world = new TrainingWorld();
        using var run = new TrainingRun(world.Session, Small, world.Train, world.Validation);
        Assert.False(Files.Resume(run));
    }

    private void SaveOne(TrainingWorld world)
    {
        using var run = new TrainingRun(world.Session, Small, world.Train, world.Validation);
        while (run.Progress.Step < 3 || !run.IsBetweenSteps) run.Step();
        Files.Save(run);
    }

    private string Refusal(TrainingRun run)
    {
        using (run) return Assert.Throws<ModelException>(() => Files.Resume(run)).Message;
    }

    [Fact]
    public void Resume_OfAnotherRecipeModelOrData_NamesWhich()
    {
        using var world = new TrainingWorld();
        SaveOne(world);
        Assert.Contains("another recipe",
            Refusal(new TrainingRun(world.Session, Small with { LearningRate = .01 }, world.Train, world.Validation)));
        Assert.Contains("another data", Refusal(new TrainingRun(world.Session, Small, world.Train[1..], world.Validation)));
        Assert.Contains("another data", Refusal(new TrainingRun(world.Session, Small, world.Train, world.Train)));
        using var other = new TrainingWorld(seed: 2);
        Assert.Contains("another model", Refusal(new TrainingRun(other.Session, Small, world.Train, world.Validation)));
    }

    public static TheoryData<string, Action<string>> Damages => new()
    {
        { "is not the file that was written", tensors => { using var file = File.OpenWrite(tensors); file.SetLength(file.Length - 4); } },
        { "is not the file that was written", tensors =>
            { using var file = File.OpenWrite(tensors); file.Position = file.Length - 3; file.WriteByte(77); } },
        { "is missing", File.Delete },
        { "is damaged", tensors => File.WriteAllText(Path.Combine(Path.GetDirectoryName(tensors)!, "run.json"),
            "{\"format\": 1, \"run\"") },
        { "is damaged", tensors => File.WriteAllText(Path.Combine(Path.GetDirectoryName(tensors)!, "run.json"), "{}") },
        { "format 7", tensors => Rewrite(tensors, "\"format\": 1", "\"format\": 7") },
    };

    private static void Rewrite(string tensors, string from, string to)
    {
        var path = Path.Combine(Path.GetDirectoryName(tensors)!, "run.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void Resume_DamagedCheckpoint_IsRefusedByName(string said, Action<string> damage)
    {
        using var world = new TrainingWorld();
        SaveOne(world);
        damage(Directory.GetFiles(_folder, "*.safetensors").Single());
        var message = Refusal(new TrainingRun(world.Session, Small, world.Train, world.Validation));
        Assert.Contains(said, message);
        Assert.Contains(Path.Combine(_folder, "run.json"), message);
    }

    [Fact]
    public void SaveWhenDue_WithinAMinuteOrInsideAStep_SavesNothing()
    {
        using var world = new TrainingWorld();
        using var run = new TrainingRun(world.Session, Small, world.Train, world.Validation);
        var clock = new Clock();
        var files = new RunFiles(_folder, 1L << 30, clock);
        while (!run.IsBetweenSteps) run.Step();
        Assert.False(files.SaveWhenDue(run));
        clock.Seconds += 60;
        Assert.True(files.SaveWhenDue(run));
        while (run.Progress.Step < 1 || !run.IsBetweenSteps) run.Step();
        clock.Seconds += 59;
        Assert.False(files.SaveWhenDue(run));
        clock.Seconds += 1;
        run.Step();
        Assert.False(run.IsBetweenSteps);
        Assert.False(files.SaveWhenDue(run));
        Assert.Throws<InvalidOperationException>(() => files.Save(run));
        while (!run.IsBetweenSteps) run.Step();
        Assert.True(files.SaveWhenDue(run));
        Assert.Single(Directory.GetFiles(_folder, "*.safetensors"));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void Require_CheckpointLargerThanTheRoom_SaysBothAndSaveLeavesNothing()
    {
        using var world = new TrainingWorld();
        using var run = new TrainingRun(world.Session, Small, world.Train, world.Validation);
        while (run.Progress.Step < 5 || !run.IsBetweenSteps) run.Step();
        var files = new RunFiles(_folder, 2 * run.CheckpointBytes - 1);
        Assert.Contains("MB", Assert.Throws<ModelException>(() => files.Require(run)).Message);
        Assert.Throws<ModelException>(() => files.Save(run));
        Assert.Empty(Directory.GetFiles(_folder));
        new RunFiles(_folder, 2 * run.CheckpointBytes).Save(run);
        Assert.InRange(Directory.GetFiles(_folder).Sum(f => new FileInfo(f).Length), 12 * run.CheckpointBytes / 16 - RunFiles.Overhead,
            run.CheckpointBytes);
    }

    // A process killed while it wrote leaves such files; on SmolLM2-135M they are 2 GB each.
    [Theory, InlineData(true), InlineData(false)]
    public void Checkpoint_LeftUnfinishedByAKill_IsDroppedBySaveAndByResume(bool save)
    {
        using var world = new TrainingWorld();
        SaveOne(world);
        foreach (var left in new[] { "run-2.safetensors.tmp", "run.json.tmp" }) File.WriteAllText(Path.Combine(_folder, left), "half");
        using var run = new TrainingRun(world.Session, Small, world.Train, world.Validation);
        while (!run.IsBetweenSteps) run.Step();
        if (save) Files.Save(run);
        else Assert.True(Files.Resume(run));
        Assert.Equal(["run.json", save ? "run-0.safetensors" : "run-3.safetensors"],
            Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)!).OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public void Save_RefusedByTheFileSystem_SaysSoAndLeavesNothingUnfinished()
    {
        using var world = new TrainingWorld();
        using var run = new TrainingRun(world.Session, Small, world.Train, world.Validation);
        while (!run.IsBetweenSteps) run.Step();
        Directory.CreateDirectory(Path.Combine(_folder, "run.json", "in the way"));
        Assert.Contains(_folder, Assert.Throws<ModelException>(() => Files.Save(run)).Message);
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
    }

    private static void OnOneThread(Action test)
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            test();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
