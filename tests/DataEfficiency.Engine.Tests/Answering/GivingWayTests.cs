using DataEfficiency.Engine.Answering;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Answering;

/// <summary>A ranking that waits while labels are observed and forecast on the same thread and model.</summary>
public sealed class GivingWayTests : IDisposable
{
    private const int Layers = 2;
    private static readonly TaskPrompt Task = new("Which colour does the text name, if it names one at all?", ["red", "green", "blue"]);
    private static readonly string[] Texts = [.. Enumerable.Range(0, 5).Select(i =>
        $"Text {i}: {string.Join(' ', Enumerable.Repeat("The sky is blue.", 1 + i))}")];
    private static readonly Example[] Labelled = [.. Enumerable.Range(0, 6).Select(i =>
        new Example($"{i} cars stand there, all of them red.", i % 2 == 0 ? "red" : "blue"))];

    private readonly TinyModel _model = new();
    private readonly Estimator _estimator;

    public GivingWayTests() => _estimator = Estimator.Load(_model.Folder, new EngineOptions { Threads = 1, AdapterRank = 8 });

    private static ForecastRequest Request(int labels) => new(Task, Labelled[..labels], new Target(.9), 5000);

    [Fact]
    public void Rank_GivesWay_BetweenLayersAndTokens()
    {
        var points = 0;
        var ranked = _estimator.Rank(Task, Texts, giveWay: () => points++);
        // the shared prefix, the prompts and every token but the last of an answer go through all layers
        Assert.True(points >= Layers * (1 + ranked.Max(r => r.Tokens.Count)), $"{points} points");
    }

    [Fact]
    public void Rank_WithLabelsObservedBetweenItsLayers_GivesTheSameBits_AndTheLabelsTheirRows()
    {
        using var other = Estimator.Load(_model.Folder, new EngineOptions { Threads = 1, AdapterRank = 8 });
        var alone = other.Rank(Task, Texts);
        List<Observation> observedAlone = [.. Labelled.Select(e => other.Observe(Task, e))];
        var forecastAlone = other.Forecast(Request(Labelled.Length));

        var (points, gradients) = (0, true);
        List<Observation> observed = [];
        var between = _estimator.Rank(Task, Texts, giveWay: () =>
        {
            gradients &= is_grad_enabled();
            // one label at a time, in the middle of the prefix, of the prompts and between tokens
            if (points++ % 3 != 1 || observed.Count == Labelled.Length) return;
            observed.Add(_estimator.Observe(Task, Labelled[observed.Count]));
            if (observed.Count > 1) _estimator.Forecast(Request(observed.Count));
        });
        Assert.True(gradients);
        Assert.Equal(Labelled.Length, observed.Count);
        Assert.Equal(alone.Select(r => (r.Confidence, r.Perplexity, r.Answer)),
            between.Select(r => (r.Confidence, r.Perplexity, r.Answer)));
        Assert.Equal(observedAlone.Select(o => (o.Key, o.Loss)), observed.Select(o => (o.Key, o.Loss)));
        // the last bits of a sum of squares follow from where a row lies in memory
        foreach (var (expected, found) in observedAlone.Zip(observed))
            GoldenModel.Near(1, found.GradientNorm!.Value / expected.GradientNorm!.Value, 1e-6);
        GoldenModel.Near(forecastAlone.CosLow.Median!.Value, _estimator.Forecast(Request(Labelled.Length)).CosLow.Median!.Value, 1e-6);
    }

    [Fact]
    public void Rank_ThatGaveWay_LeavesNoTensorBehind()
    {
        void Go() => _estimator.Rank(Task, Texts, giveWay: () => _estimator.Observe(Task, Labelled[0]));
        Go();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Go();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(0, _estimator.Session.Decoder.CacheBytes);
    }

    // What a waiting batch stands on may not go: its prefix, its weights.
    [Fact]
    public void Rank_WhileItWaits_RefusesAnotherRankingAndTheEndOfTheModel()
    {
        var refused = 0;
        _estimator.Rank(Task, Texts, giveWay: () =>
        {
            if (refused > 0) return;
            Assert.Throws<InvalidOperationException>(() => _estimator.Rank(null, ["another"]));
            Assert.Throws<InvalidOperationException>(_estimator.Dispose);
            refused++;
        });
        Assert.Equal(1, refused);
        _estimator.Rank(Task, Texts);
    }

    [Fact]
    public void Rank_CancelledWhileItGivesWay_EndsThere()
    {
        using var cancel = new CancellationTokenSource();
        var points = 0;
        Assert.Throws<OperationCanceledException>(() => _estimator.Rank(Task, Texts, giveWay: () =>
        {
            points++;
            cancel.Cancel();
        }, cancel: cancel.Token));
        Assert.Equal(1, points);
        Assert.Equal(Texts.Length, _estimator.Rank(Task, Texts).Count);
    }

    public void Dispose()
    {
        _estimator.Dispose();
        _model.Dispose();
    }
}
