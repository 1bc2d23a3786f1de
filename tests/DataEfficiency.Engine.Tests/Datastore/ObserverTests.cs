
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Datastore;

public class ObserverTests
{
    // Texts are ids: "5 6 7".
    // Rows in a folder outlive an edit of generation_config.json that changes which tokens count: they must not be taken for the new ones.
    [Fact]
    public void Observe_TheSameIdsUnderAnotherMask_IsAnotherRow()
    {
        using var model = new TinyModel();
        using var decoder = Decoder.Load(model.Folder);
        using var matrices = AdapterMatrices.FromSeed(decoder.Config, 1, 4);
        using var rows = new GradientRows(new ModelSession(decoder), matrices, 2);
        var kept = RowStoreTests.Store(1 << 20);
        var session = new ModelSession(decoder);
        Observer Under(params int[] masked) => new(session, new CountingPrompts(masked), new HostRows(rows, kept), "identity");
        Example[] examples = [new("10 11 12", "20 21"), new("30 31 32 33", "22")];
        Observation all = Under().Observe(null, examples)[0], some = Under(21).Observe(null, examples)[0];
        var other = Under(99, 10).Observe(null, examples)[0];
        Assert.NotEqual(all.Key, some.Key);
        Assert.NotEqual(all.Loss, some.Loss);
        Assert.Equal(all, other);
        var (before, after) = (Under().Cosines(null, examples).Cosines[0][1], Under(21).Cosines(null, examples).Cosines[0][1]);
        using var fresh = new GradientRows(new ModelSession(decoder), matrices, 2);
        var anew = new Observer(session, new CountingPrompts(21), new HostRows(fresh, RowStoreTests.Store(1 << 20)), "identity");
        GoldenModel.Near(anew.Cosines(null, examples).Cosines[0][1], after, 1e-6);
        Assert.NotEqual(before, after);
    }

    // Twenty rows of 500 KB where 300 KB may be kept: not even a tile of them fits.
    [Fact]
    public void Cosines_OfMoreRowsThanFitAnywhere_AreThoseOfTheirProjectionsAndSayTheError()
    {
        using var model = new TinyModel();
        using var decoder = Decoder.Load(model.Folder);
        using var matrices = AdapterMatrices.FromSeed(decoder.Config, 1, 256);
        using var rows = new GradientRows(new ModelSession(decoder), matrices, 2);
        Example[] examples = [.. Enumerable.Range(10, 20).Select(i => new Example($"{i} {i + 1} {i % 3}", $"{i % 4 + 20} {i}"))];
        var session = new ModelSession(decoder);
        Observer In(RowStore store) => new(session, new CountingPrompts(), new HostRows(rows, store), "identity");
        var exact = In(RowStoreTests.Store(1L << 30)).Cosines(null, examples);
        Assert.Null(exact.Error);

        var kept = RowStoreTests.Store(300_000);
        var observer = In(kept);
        Assert.True(RowValues.HalfBytes(rows.Width, 256) * examples.Length > kept.Room);
        // One case from the first label on: 32 such rows do not fit.
        foreach (var example in examples) observer.Observe(null, [example]);
        Assert.Equal(RandomProjection.Error, observer.Cosines(null, examples[..2]).Error);
        var projected = observer.Cosines(null, examples);
        Assert.Equal(RandomProjection.Error, projected.Error);
        Assert.InRange(kept.Bytes, 1, 300_000);
        RowKey KeyOf(Example e) => new("", "", "", observer.Observe(null, [e])[0].Key);
        Assert.All(examples, e => Assert.Null(kept.Find(KeyOf(e), rows.Width, rows.Rank)));
        var errors = new List<double>();
        for (var i = 0; i < examples.Length; i++)
            for (var j = 0; j < i; j++) errors.Add(exact.Cosines[i][j] - projected.Cosines[i][j]);
        Assert.All(errors, e => Assert.InRange(e, -5 * RandomProjection.Error, 5 * RandomProjection.Error));
        Assert.Contains(errors, e => Math.Abs(e) > RandomProjection.Error / 50); // they are projections

        // With files there is room for the rows themselves.
        var folder = Directory.CreateTempSubdirectory("rows").FullName;
        var spilled = In(RowStoreTests.Store(300_000, folder)).Cosines(null, examples);
        Directory.Delete(folder, true);
        Assert.Null(spilled.Error);
        for (var i = 0; i < examples.Length; i++)
            for (var j = 0; j < i; j++) GoldenModel.Near(exact.Cosines[i][j], spilled.Cosines[i][j], 1e-5, $"{i} {j}");
    }

    [Fact]
    public void Observe_ExamplesWithoutAGradient_SayWhy()
    {
        using var model = new TinyModel();
        using var decoder = Decoder.Load(model.Folder);
        using var matrices = AdapterMatrices.FromSeed(decoder.Config, 1, 4);
        using var rows = new GradientRows(new ModelSession(decoder), matrices, 2);
        var host = new HostRows(rows, RowStoreTests.Store(1 << 20));
        var observer = new Observer(new ModelSession(decoder), new CountingPrompts(7), host, "identity");
        var longest = string.Join(' ', Enumerable.Repeat(5, decoder.Config.ContextLength));
        Example[] examples = [new("5 6", ""), new("", "5"), new(longest, "5"), new("5 6", "7 7"), new("5 99999", "6"), new("5", "6")];
        List<string?> reasons = [.. observer.Observe(null, examples).Select(o => o.LeftOut)];
        Assert.Equal(["The answer is empty.", "The prompt is empty.", "Prompt and answer have 513 tokens, the model takes 512.",
            "Every token of the answer is masked.",
            $"Prompt and answer have token 99999, but the model's vocabulary has {decoder.Config.VocabularySize}.", null], reasons);
        Assert.DoesNotContain(observer.Observe(null, examples), o => o.Passing);
    }

    // A label's forecast asks for its observation, the cosines, and all observations.
    [Fact]
    public void Cosines_AndObservationsOfTheSameExamples_PrepareEachPromptOnce()
    {
        using var model = new TinyModel();
        using var session = ModelSession.Load(model.Folder);
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, 1, 4);
        using var rows = new GradientRows(session, matrices, 2);
        var prompts = new CountingPrompts();
        var observer = new Observer(session, prompts, new HostRows(rows, RowStoreTests.Store(1 << 20)), "identity");
        Example[] examples = [new("10 11 12", "20 21"), new("30 31 32 33", "22"), new("10 11 12", "23")];
        // As a page does that reads its task anew each time.
        TaskPrompt Task() => new("Name it.", new[] { "20 21", "22" });
        observer.Observe(Task(), examples[..1]);
        observer.Cosines(Task(), examples);
        observer.Observe(Task(), examples);
        Assert.Equal([("10 11 12", 2), ("30 31 32 33", 1)], prompts.Prompts.Select(p => (p.Key, p.Value)).Order());
        observer.Observe(Task() with { Instruction = "Say it." }, examples[..1]);
        Assert.Equal(3, prompts.Prompts["10 11 12"]);
    }

    [Fact]
    public void Cosines_WithAnExampleThatThereIsNoMemoryFor_LeaveItOutUntilThereIs()
    {
        using var model = new TinyModel();
        using var session = ModelSession.Load(model.Folder);
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, 1, 4);
        long available = 2 << 20;
        using var rows = new GradientRows(session, matrices, 2, "tiny on cpu", () => available);
        var observer = new Observer(session, new CountingPrompts(), new HostRows(rows, RowStoreTests.Store(1 << 20)), "identity");
        var longest = string.Join(' ', Enumerable.Repeat(5, 500));
        Example[] examples = [new("10 11 12", "20 21"), new(longest, "22"), new("30 31 32 33", "22")];
        var (observed, places, cosines, _) = observer.Cosines(null, examples);
        Assert.Equal([0, 2], places);
        Assert.InRange(cosines[0][1], -1, .9999);
        Assert.Equal([false, true, false], observed.Select(o => o.Passing));
        var leftOut = observer.Observe(null, examples)[1];
        Assert.Null(leftOut.Loss);
        Assert.StartsWith("tiny on cpu: the gradient of an example of 501 tokens needs", leftOut.LeftOut);
        available = 1L << 30;
        Assert.Equal([0, 1, 2], observer.Cosines(null, examples).Places);
    }

    // Out of a device's memory, as libtorch says it.
    [Fact]
    public void Observe_AnExampleThatTheDeviceHasNoMemoryFor_LeavesOutThatOneOnly()
    {
        using var model = new TinyModel();
        using var session = ModelSession.Load(model.Folder);
        var halving = new Halving("tiny on cuda:0", null);
        var observer = new Observer(session, new CountingPrompts(), new SmallDevice(longest: 5), "identity", halving);
        var observed = observer.Observe(null, [new("5", "6"), new("5 6 7 8 9", "6"), new("6", "7")]);
        Assert.Equal([true, false, true], observed.Select(o => o.LeftOut is null));
        Assert.Equal([false, true, false], observed.Select(o => o.Passing));
        Assert.Contains("tiny on cuda:0: one sequence of 6 tokens does not fit", observed[1].LeftOut);
    }

    // The one that takes the place of a gradient of zero is not one row too many.
    [Fact]
    public void Cosines_Of32BesideAGradientOfZero_AreThoseOfTheRowsThemselves()
    {
        using var model = new TinyModel();
        using var session = ModelSession.Load(model.Folder);
        var observer = new Observer(session, new CountingPrompts(), new SmallDevice(withoutGradient: 10), "identity");
        Example[] examples = [.. Enumerable.Range(10, 34).Select(i => new Example("5", $"{i}"))];
        Assert.Equal(31, observer.Cosines(null, examples[..32]).Places.Count);
        var (_, places, _, error) = observer.Cosines(null, examples[..33]);
        Assert.Equal(Enumerable.Range(1, 32), places);
        Assert.Null(error);
        Assert.NotNull(observer.Cosines(null, examples).Error);
    }

    private sealed class SmallDevice(int longest = 100, int withoutGradient = 0) : IRowDatastore
    {
        public bool Holds(int count) => count <= CosLow.Size;

        public double ProjectionError => 0;

        public bool Fits(PassSize size) => true;

        public string? Refusal(IReadOnlyList<TokenSequence> batch) => null;

        public void Use(IReadOnlyList<KeyedSequence> examples)
        {
        }

        public IReadOnlyList<(double Norm, double? Loss)> Compute(IReadOnlyList<KeyedSequence> batch, bool projected, int coming,
            GiveWay giveWay) => batch.Any(b => b.Sequence.Ids.Length > longest)
                ? throw new System.Runtime.InteropServices.ExternalException("CUDA out of memory. Tried to allocate 2 GiB")
                : [.. batch.Select(b => (b.Sequence.Ids.Contains(withoutGradient) ? 0.0 : 1.0, (double?)1.0))];

        public double[][] Products(IReadOnlyList<KeyedSequence> examples, bool projected, GiveWay giveWay) =>
            [.. examples.Select(_ => new double[examples.Count])];
    }
}
