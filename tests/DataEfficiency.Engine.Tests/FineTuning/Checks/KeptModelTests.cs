using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.FineTuning.Checks;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.FineTuning.Checks;

public sealed class KeptModelTests : IDisposable
{
    private readonly CheckWorld _world = new("priority", bundled: true);

    public void Dispose() => _world.Dispose();

    private static readonly CheckResult Scores = new(80, .9375, .95, 32, .25, 3e-3, 60, 12, [], null);

    // Trains a little, keeps it, and gives what the trained model answers before it is gone.
    private (string Folder, string[] Answers, string[] Texts) Keep(CheckTraining training, double rate)
    {
        var request = _world.SetAside(64, 12, rate: rate, training: training) with { About = "Project \"Letters\", data version 7." };
        var plan = _world.Plan(request, steps: 12);
        using var run = new TrainingRun(_world.Estimator.Session, plan.Recipe(rate), plan.Sequences(request.Labels), []);
        run.Run();
        var folder = KeptModel.Write(plan, Scores, 12, run);
        List<string> answers = [];
        using (run.Adapter is { } adapter ? run.Model.Lend(adapter) : null)
        using (var answering = new CheckAnswers(run.Model, _world.Estimator.Prompts, plan, request.Test, answers, null))
            while (!answering.HasEnded) answering.Step(default);
        return (folder, [.. answers], [.. request.Test.Select(e => e.Example.Text)]);
    }

    private string[] Untrained(string[] texts) => [.. _world.Estimator.Rank(_world.Task.Prompt, texts).Select(a => a.Answer)];

    [Fact]
    public void Write_AllParameters_IsAFolderThatAnswersTheSame()
    {
        var (folder, answers, texts) = Keep(CheckTraining.Full, 3e-3);
        Assert.NotEqual(Untrained(texts), answers);
        using var again = _world.Open(folder);
        Assert.Equal(answers, again.Rank(_world.Task.Prompt, texts).Select(a => a.Answer));
        using var kept = Estimator.LoadKept(folder, name => throw new ModelException(name), new EngineOptions { Device = "cpu" });
        Assert.Equal(again.Model.Sha256, kept.Model.Sha256);
    }

    [Theory, InlineData(CheckTraining.Lora, 1e-2), InlineData(CheckTraining.Ia3, 1e-1)]
    public void Write_Adapter_IsAPeftFolderThatAnswersTheSame(CheckTraining training, double rate)
    {
        var (folder, answers, texts) = Keep(training, rate);
        Assert.NotEqual(Untrained(texts), answers);
        var decoder = _world.Estimator.Session.Decoder;
        using Adapter adapter = training == CheckTraining.Lora ? LoraAdapter.Load(folder, decoder.Config, decoder.Device)
            : Ia3Adapter.Load(folder, decoder.Config, decoder.Device);
        using (_world.Estimator.Session.Lend(adapter)) Assert.Equal(answers, Untrained(texts));
        // and the whole model through the door, under a name of its own
        using var kept = Estimator.LoadKept(folder, name => name == "BundledModel" ? _world.Model : throw new ModelException(name),
            new EngineOptions { Device = "cpu", Threads = 1 });
        Assert.Equal(answers, kept.Rank(_world.Task.Prompt, texts).Select(a => a.Answer));
        Assert.NotEqual(_world.Estimator.Model.Sha256, kept.Model.Sha256);
        Assert.Null(kept.Calibration);
        Assert.Contains("\"base_model_name_or_path\": \"BundledModel\"", File.ReadAllText(Path.Combine(folder, "adapter_config.json")));
    }

    [Fact]
    public void Write_Card_SaysModelDataScoresAndRecipe()
    {
        var (folder, _, _) = Keep(CheckTraining.Lora, 1e-2);
        var card = File.ReadAllText(Path.Combine(folder, "README.md"));
        foreach (var said in new[]
        {
            "base_model: BundledModel", "Project \"Letters\", data version 7.", _world.Estimator.Model.Sha256, "a LoRA adapter of rank 16",
            "| labels | 64; SHA-256", "version 2: batches of 16, 12 steps, learning rate 0.003, seed 1", "0.938 exact match on 32 examples",
            "trained on 80 labels", "| labels ranked | 0.950 |", "| untrained model | 0.250", _world.Task.Prompt.Instruction,
            "Answer with one of: ",
        }) Assert.Contains(said, card);
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json", "generation_config.json" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(_world.Model, file)), File.ReadAllBytes(Path.Combine(folder, file)));
        Assert.Equal([folder], Directory.GetDirectories(_world.Folder));
    }
}
