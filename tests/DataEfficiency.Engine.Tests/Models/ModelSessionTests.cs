using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public sealed class ModelSessionTests : IDisposable
{
    private static readonly TaskPrompt Task = new("Which colour does the text name, if it names one at all?", ["red", "green", "blue"]);
    private static readonly string[] Texts = ["The sky is blue.", "Grass grows here, and it is green.", "A red car stands there."];

    private readonly TinyModel _model = new();
    private readonly PromptBuilder _prompts;
    private readonly ModelSession _session;
    private readonly AdapterMatrices _matrices;
    private readonly GradientRows _rows;
    private readonly PoolRanking _ranking;

    public ModelSessionTests()
    {
        _prompts = PromptBuilder.Load(_model.Folder);
        _session = ModelSession.Load(_model.Folder);
        _matrices = AdapterMatrices.FromSeed(_session.Decoder.Config, 1, 8);
        _rows = new GradientRows(_session, _matrices, 32);
        _ranking = new PoolRanking(_session, _prompts);
    }

    private IReadOnlyList<TokenSequence> Examples =>
        [.. Texts.Select(t => TokenSequence.Answer(_prompts.Prompt(Task, t), _prompts.Answer("green"), _prompts.Masked))];

    private static IReadOnlyList<float[]> Computed(GradientRows rows, IReadOnlyList<TokenSequence> examples) =>
        [.. examples.Select(e => rows.Compute([e])[0].Values!)];

    // Rates at which five steps turn a row: cosine .57 with the right one where the prefix of the old weights stands.
    private void Train(ModelSession session, Adapter? adapter = null)
    {
        using var trainer = new Trainer(session, new Recipe(), adapter);
        for (var i = 0; i < 5; i++) trainer.Step(Examples, 1e-2);
    }

    // What nobody computed before: a session of its own with the same weights.
    private void IsAsIfLoadedSo(ModelSession session, GradientRows rows, PoolRanking ranking)
    {
        using var fresh = session.Fork();
        using var freshRows = new GradientRows(fresh, _matrices, 32);
        using var freshRanking = new PoolRanking(fresh, _prompts);
        Assert.Equal(Computed(freshRows, Examples), Computed(rows, Examples));
        Assert.Equal(Confidences(freshRanking), Confidences(ranking));
    }

    private static IReadOnlyList<double> Confidences(PoolRanking ranking) => [.. ranking.Run(Task, Texts).Select(r => r.Confidence)];

    [Fact]
    public void Fork_TrainedAndDropped_LeavesRowsConfidencesAndVersionToTheBit()
    {
        Computed(_rows, Examples); // from here on the shared prefix stands
        var (rows, confidences, version) = (Computed(_rows, Examples), Confidences(_ranking), _session.Version);
        using (var run = _session.Fork())
        {
            Assert.Equal(version, run.Version);
            Train(run);
            Assert.NotEqual(version, run.Version);
            Assert.False(GoldenModel.Same(run.Decoder.Parameters.Flat, _session.Decoder.Parameters.Flat));
            // between two steps of the run a label is observed
            Assert.Equal(rows, Computed(_rows, Examples));
        }
        Assert.Equal(version, _session.Version);
        Assert.Equal(rows, Computed(_rows, Examples));
        Assert.Equal(confidences, Confidences(_ranking));
    }

    [Fact]
    public void Keep_OfATrainedFork_GivesRowsAndConfidencesOfTheNewWeights()
    {
        var (rows, confidences, version) = (Computed(_rows, Examples), Confidences(_ranking), _session.Version);
        using (var run = _session.Fork())
        {
            Train(run);
            _session.Keep(run);
            Assert.Equal(run.Version, _session.Version);
        }
        Assert.NotEqual(version, _session.Version);
        IsAsIfLoadedSo(_session, _rows, _ranking);
        Assert.NotEqual(confidences, Confidences(_ranking));
        Assert.NotEqual(rows[0], Computed(_rows, Examples)[0]);
    }

    // A kept prefix survived such a run: later rows had a cosine of .57 with the right ones.
    [Fact]
    public void Rows_AfterTrainingOnTheSessionItself_AreThoseOfTheTrainedWeights()
    {
        Computed(_rows, Examples);
        Confidences(_ranking);
        Train(_session);
        IsAsIfLoadedSo(_session, _rows, _ranking);
    }

    [Fact]
    public void Keys_OfRows_CarryTheVersion()
    {
        using var estimator = Estimator.Load(_model.Folder, new EngineOptions { Device = "cpu" });
        string Key() => estimator.Observe(Task, new Example(Texts[0], "blue")).Key;
        var loaded = Key();
        Assert.Equal("", estimator.Session.Version); // rows of other processes are found again
        using (var adapter = new Ia3Adapter(estimator.Session.Decoder.Config, CPU))
        {
            string lent;
            using (estimator.Session.Lend(adapter, "run 7, step 40"))
            {
                lent = Key();
                Train(estimator.Session, adapter);
                Assert.NotEqual(lent, Key());
            }
            using (estimator.Session.Lend(adapter, "run 7, step 40")) Assert.Equal(lent, Key());
            Assert.NotEqual(loaded, lent);
        }
        Assert.Equal(loaded, Key());
        Train(estimator.Session);
        Assert.NotEqual(loaded, Key());
    }

    [Fact]
    public void Rows_UnderALentAdapter_AreThoseOfTheModelItIsMergedInto()
    {
        var before = Computed(_rows, Examples);
        using var adapter = new Ia3Adapter(_session.Decoder.Config, CPU);
        using (var random = new Generator(3)) _session.Change(() => adapter.Flat.uniform_(.5, 2, random), adapter);
        using var merged = _session.Fork();
        merged.Change(() => adapter.MergeInto(merged.Decoder));
        using var mergedRows = new GradientRows(merged, _matrices, 32);
        var expected = Computed(mergedRows, Examples);
        using (_session.Lend(adapter))
            foreach (var (row, other) in Computed(_rows, Examples).Zip(expected))
            {
                using Tensor a = tensor(row), b = tensor(other);
                Assert.InRange(GoldenModel.RelativeDistance(a, b), 0, 1e-4);
            }
        using Tensor old = tensor(before[0]), far = tensor(expected[0]);
        Assert.True(GoldenModel.RelativeDistance(old, far) > .1);
        Assert.Equal(before, Computed(_rows, Examples));
    }

    [Fact]
    public void Lend_GivenBackTwiceOrOutOfOrder_KeepsTheLoanThatIsOn()
    {
        using var first = new Ia3Adapter(_session.Decoder.Config, CPU);
        using var second = new Ia3Adapter(_session.Decoder.Config, CPU);
        var outer = _session.Lend(first);
        var inner = _session.Lend(second);
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        Assert.Same(second, _session.Adapter);
        inner.Dispose();
        Assert.Same(first, _session.Adapter);
        outer.Dispose();
        using (_session.Lend(second))
        {
            inner.Dispose();
            outer.Dispose();
            Assert.Same(second, _session.Adapter);
        }
        Assert.Null(_session.Adapter);
    }

    public void Dispose()
    {
        _ranking.Dispose();
        _rows.Dispose();
        _matrices.Dispose();
        _session.Dispose();
        _model.Dispose();
    }
}
