using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Datastore;

/// <summary>The hidden states behind a probe, on the bundled model.</summary>
public sealed class PromptStatesTests : IDisposable
{
    private static readonly ReferenceTask Task4 = ReferenceTaskList.Find("bank-4");
    private static readonly IReadOnlyList<Example> Pool = Task4.Generate(TaskSplit.Train, 40, 1);
    private static readonly string Bundled = Path.Combine(AppContext.BaseDirectory, "BundledModel");
    private readonly string _folder = Directory.CreateTempSubdirectory("states").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_TextsOfATask_AreTheStatesOfTheirWholePrompts()
    {
        var prompts = PromptBuilder.Load(Bundled);
        using var session = ModelSession.Load(Bundled, TorchSharp.torch.CPU);
        using var states = new PromptStates(session, prompts);

        string[] texts = [.. Pool.Take(5).Select(e => e.Text)];
        var (found, waiting) = states.Of(Task4.Prompt, texts);
        var whole = new HiddenStates(session).OfLastTokens([.. texts.Select(t => prompts.Prompt(Task4.Prompt, t))]);
        Assert.Equal(0, waiting);
        for (var i = 0; i < texts.Length; i++) AreNear(whole[i], found[i]!);
    }

    [Fact]
    public void Of_MoreThanMayBeReadNow_ReadsTheFirst_AndTheRestTheNextTime()
    {
        using var session = ModelSession.Load(Bundled, TorchSharp.torch.CPU);
        using var states = new PromptStates(session, PromptBuilder.Load(Bundled));
        string[] texts = [.. Pool.Take(5).Select(e => e.Text)];

        var (first, waiting) = states.Of(Task4.Prompt, texts, most: 3);
        Assert.Equal((2, 3), (waiting, first.Count(s => s is not null)));
        var (all, none) = states.Of(Task4.Prompt, texts, most: 3);
        Assert.Equal((0, 5), (none, all.Count(s => s is not null)));
    }

    [Fact]
    public void Of_APromptThatTheModelCannotTake_IsNull()
    {
        using var session = ModelSession.Load(Bundled, TorchSharp.torch.CPU);
        using var states = new PromptStates(session, PromptBuilder.Load(Bundled));

        var (found, waiting) = states.Of(Task4.Prompt, [string.Concat(Enumerable.Repeat("long text ", 4000)), Pool[0].Text]);
        Assert.Equal((true, false, 0), (found[0] is null, found[1] is null, waiting));
    }

    [Fact]
    public void File_AfterARestart_HasWhatWasRead_AndDropsWhatWasHalfWritten()
    {
        var path = Path.Combine(_folder, "sub", "states");
        var file = new StateFile(path, 3);
        var (one, two) = (new string('1', 64), new string('a', 64));
        file.Append(one, [1, 2, 3]);
        file.Append(two, [4, 5, 6]);
        using (var torn = new FileStream(path, FileMode.Append)) torn.Write([1, 2, 3, 4, 5]);

        Assert.Equal([one, two], new StateFile(path, 3).Read(3).Select(r => r.Key));
        new StateFile(path, 3).Append(new string('b', 64), [7, 8, 9]);
        Assert.Equal([[1, 2, 3], [4, 5, 6], [7, 8, 9]], new StateFile(path, 3).Read(3).Select(r => r.State));
        Assert.Empty(new StateFile(path, 3).Read(4));
    }

    [Fact]
    public void Forecast_OfLabels_HasTheProbe_FromTheRowsOwnPass_AndKeepsStatesInTheFolder()
    {
        Example[] labels = [.. Pool.Take(32)];
        var request = new ForecastRequest(Task4.Prompt, labels, new Target(.9), 5000,
            Labelled: [.. labels.Select(e => new LabelledExample(e, LabelOrigin.LeastConfident))]);
        var options = new EngineOptions { Device = "cpu", RowFolder = _folder };
        Estimate first, again;
        using (var estimator = Estimator.Load(Bundled, options)) first = estimator.Forecast(request);
        using (var estimator = Estimator.Load(Bundled, options)) again = estimator.Forecast(request);

        var probe = first.Signals!.Probe!;
        Assert.Equal((AreaSignal.ProbeOfLow, 32, 0), (probe.Signal, probe.Counted, probe.Waiting));
        Assert.Equal(probe, again.Signals!.Probe);
        Assert.Single(Directory.GetFiles(_folder, "states", SearchOption.AllDirectories));
        // the state that a row's pass leaves is the one that is read forward
        using var session = ModelSession.Load(Bundled, TorchSharp.torch.CPU);
        using var states = new PromptStates(session, PromptBuilder.Load(Bundled));
        var kept = new StateFile(Directory.GetFiles(_folder, "states", SearchOption.AllDirectories)[0], session.Decoder.Config.HiddenSize)
            .Read(session.Decoder.Config.HiddenSize).Select(r => r.State).ToArray();
        Assert.Equal(labels.Length, kept.Length);
        var (read, _) = states.Of(Task4.Prompt, [.. labels.Select(e => e.Text)]);
        foreach (var state in read) Assert.Contains(kept, k => Distance(k, state!) < 1e-4);
    }

    [Fact]
    public void Forecast_OfLabelsWithOneAnswer_HasNoAreaAndNoCheck_AndSaysWhy()
    {
        Example[] labels = [.. Pool.Take(20).Select(e => e with { Answer = "transfer" })];
        using var estimator = Estimator.Load(Bundled, new EngineOptions { Device = "cpu" });
        Estimate Of(IReadOnlyList<MeasuredPoint> measured) => estimator.Forecast(new ForecastRequest(Task4.Prompt, labels,
            new Target(.9, 0, 1), 5000, measured, Labelled: [.. labels.Select(e => new LabelledExample(e, LabelOrigin.LeastConfident))]));

        var estimate = Of([new(50, .95, 200)]);
        Assert.Equal(new OneAnswerOnly(20), estimate.Stop.Reason);
        Assert.Equal((null, null, Advice.None), (estimate.Auc, estimate.LabelsNeededPaper, estimate.Stop.Advice));
        Assert.Equal(Of([]).Posterior.PReach, estimate.Posterior.PReach);
        Assert.Equal(ProbeGap.OneAnswer, estimate.Signals!.Probe!.Gap);
    }

    private static void AreNear(float[] expected, float[] actual) => Assert.InRange(Distance(expected, actual), 0, 1e-4);

    private static double Distance(float[] a, float[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum() / a.Sum(x => (double)x * x));
}
