
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.Tests.Gradients;

public class ObserverTests
{
    // Texts are ids: "5 6 7".
    private sealed class Ids(params int[] masked) : IPrompts
    {
        public int[] Prompt(TaskPrompt? task, string text) => Answer(text);

        public int[] Answer(string answer) => [.. answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

        public string Decode(IReadOnlyList<int> ids) => string.Join(' ', ids);

        public IReadOnlySet<int> Masked { get; } = masked.ToHashSet();

        public IReadOnlySet<int> Eos { get; } = new HashSet<int>();
    }

    // Rows in a folder outlive an edit of generation_config.json that changes which tokens count: they must not be taken for the new ones.
    [Fact]
    public void Observe_TheSameIdsUnderAnotherMask_IsAnotherRow()
    {
        using var model = new TinyModel();
        using var decoder = Decoder.Load(model.Folder);
        using var matrices = AdapterMatrices.FromSeed(decoder.Config, 1, 4);
        using var rows = new GradientRows(new ModelSession(decoder), matrices, 2);
        var kept = new KeptRows(1 << 20);
        Observer Under(params int[] masked) => new(new ModelSession(decoder), new Ids(masked), rows, kept, "identity");
        Example[] examples = [new("10 11 12", "20 21"), new("30 31 32 33", "22")];
        Observation all = Under().Observe(null, examples)[0], some = Under(21).Observe(null, examples)[0], other = Under(99, 10).Observe(null, examples)[0];
        Assert.NotEqual(all.Key, some.Key);
        Assert.NotEqual(all.Loss, some.Loss);
        Assert.Equal(all, other);
        var (before, after) = (Under().Cosines(null, examples).Cosines[0][1], Under(21).Cosines(null, examples).Cosines[0][1]);
        using var fresh = new GradientRows(new ModelSession(decoder), matrices, 2);
        GoldenModel.Near(new Observer(new ModelSession(decoder), new Ids(21), fresh, new KeptRows(1 << 20), "identity").Cosines(null, examples).Cosines[0][1], after, 1e-6);
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
        var exact = new Observer(new ModelSession(decoder), new Ids(), rows, new KeptRows(1L << 30), "identity").Cosines(null, examples);
        Assert.Null(exact.Error);

        var kept = new KeptRows(300_000);
        var observer = new Observer(new ModelSession(decoder), new Ids(), rows, kept, "identity");
        Assert.True(KeptRow.HalfBytes(rows.Width, 256) * examples.Length > kept.Room);
        // One case from the first label on: 32 such rows do not fit.
        foreach (var example in examples) observer.Observe(null, [example]);
        Assert.Equal(RandomProjection.Error, observer.Cosines(null, examples[..2]).Error);
        var projected = observer.Cosines(null, examples);
        Assert.Equal(RandomProjection.Error, projected.Error);
        Assert.InRange(kept.Bytes, 1, 300_000);
        Assert.All(examples, e => Assert.Null(kept.Find(observer.Observe(null, [e])[0].Key, rows.Width, rows.Rank)));
        var errors = new List<double>();
        for (var i = 0; i < examples.Length; i++)
            for (var j = 0; j < i; j++) errors.Add(exact.Cosines[i][j] - projected.Cosines[i][j]);
        Assert.All(errors, e => Assert.InRange(e, -5 * RandomProjection.Error, 5 * RandomProjection.Error));
        Assert.Contains(errors, e => Math.Abs(e) > RandomProjection.Error / 50); // they are projections

        // With files there is room for the rows themselves.
        var folder = Directory.CreateTempSubdirectory("rows").FullName;
        var spilled = new Observer(new ModelSession(decoder), new Ids(), rows, new KeptRows(300_000, folder, 1L << 30), "identity").Cosines(null, examples);
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
        var observer = new Observer(new ModelSession(decoder), new Ids(7), rows, new KeptRows(1 << 20), "identity");
        var longest = string.Join(' ', Enumerable.Repeat(5, decoder.Config.ContextLength));
        List<string?> reasons = [.. observer.Observe(null, [new("5 6", ""), new("", "5"), new(longest, "5"), new("5 6", "7 7"), new("5 99999", "6"), new("5", "6")]).Select(o => o.LeftOut)];
        Assert.Equal(["The answer is empty.", "The prompt is empty.", "Prompt and answer have 513 tokens, the model takes 512.", "Every token of the answer is masked.",
            $"Prompt and answer have token 99999, but the model's vocabulary has {decoder.Config.VocabularySize}.", null], reasons);
    }
}
