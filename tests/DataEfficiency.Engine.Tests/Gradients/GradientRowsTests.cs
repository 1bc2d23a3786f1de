using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Gradients;

public class GradientRowsTests
{
    private static IReadOnlyList<GradientRow> Rows(GoldenModel model, string file, double alpha, bool oneByOne)
    {
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, file), model.Decoder.Config);
        using var rows = new GradientRows(model.Session, matrices, alpha);
        return oneByOne ? [.. model.Labelled.SelectMany(e => rows.Compute([e]))] : rows.Compute(model.Labelled);
    }

    private static void CheckAgainst(GoldenModel model, IReadOnlyList<GradientRow> rows, string gradients, string cosines)
    {
        var golden = model.Json[gradients]!;
        double[] losses = GoldenModel.Doubles(golden["losses"]), norms = GoldenModel.Doubles(golden["grad_norms"]),
            exact = GoldenModel.Doubles(golden["grad_norms_f64"]);
        using var scope = NewDisposeScope();
        Tensor expected = model.Arrays.Read(cosines), expectedExact = model.Arrays.Read(cosines.Replace("cosine", "cosine_f64"));
        var upper = new List<double>();
        for (var i = 0; i < rows.Count; i++)
        {
            GoldenModel.Near(losses[i], rows[i].Loss!.Value, Math.Max(5e-5, 5e-6 * losses[i]), $"loss {i}");
            GoldenModel.Near(1, GramMatrix.Norm(rows[i].Values) / norms[i], 1e-5, $"norm {i}");
            GoldenModel.Near(1, GramMatrix.Norm(rows[i].Values) / exact[i], 1e-5, $"norm {i} in float64");
            for (var j = 0; j < i; j++)
            {
                var cosine =
                    GramMatrix.Dot(rows[i].Values, rows[j].Values) / (GramMatrix.Norm(rows[i].Values) * GramMatrix.Norm(rows[j].Values));
                GoldenModel.Near(expected[i, j].ToDouble(), cosine, 1e-5, $"cosine {i} {j}");
                GoldenModel.Near(expectedExact[i, j].ToDouble(), cosine, 1e-5, $"cosine {i} {j} in float64");
                upper.Add(cosine);
            }
        }
        upper.Sort();
        foreach (var key in new[] { "cos_low", "cos_low_f64" })
            GoldenModel.Near((double)golden[key]!, (upper[(upper.Count - 1) / 2] + upper[upper.Count / 2]) / 2, 1e-5, key);
    }

    [Fact]
    public void Refusal_InBFloat16OnTheCpu_IsByTheSystemsMemory()
    {
        using var session = new ModelSession(Decoder.Initialise(SmallFamilies.All[0], 1, dtype: ScalarType.BFloat16));
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, 1, 4);
        var there = 1L << 30;
        using var rows = new GradientRows(session, matrices, 4, "tiny on cpu", () => there);
        TokenSequence[] batch = [TokenSequence.Text([.. Enumerable.Range(3, 100)])];
        Assert.IsType<DevicePass>(rows.Pass);
        Assert.Null(rows.Refusal(batch));
        there = 1 << 10;
        Assert.StartsWith("tiny on cpu: the gradient of an example of 100 tokens needs", rows.Refusal(batch));
    }

    [Theory, Miniature, GoldenModels]
    public void Compute_InOneBatch_GivesTheReferencesLossesNormsAndCosines(string name)
    {
        using var model = new GoldenModel(name);
        var rows = Rows(model, "adapter_A.safetensors", 4, oneByOne: false);
        CheckAgainst(model, rows, "gradients", "cosine");
        using var scope = NewDisposeScope();
        Assert.True(GoldenModel.RelativeDistance(tensor(rows[0].Values!), cat(FirstGradients(model))) <= 3e-5);
        var perLinear = model.Arrays.Read("grad_norm_per_linear");
        for (var i = 0; i < rows.Count; i++)
        {
            var at = 0;
            foreach (var (layer, linear) in AdapterMatrices.Linears(model.Decoder.Config))
            {
                var size = AdapterMatrices.Shape(model.Decoder.Config, linear).Out * 8;
                var expected = perLinear[i, layer * 7 + (int)linear].ToDouble();
                GoldenModel.Near(expected, GramMatrix.Norm(rows[i].Values.AsSpan(at, size)), 3e-5 * expected,
                    $"example {i} layer {layer} {linear}");
                at += size;
            }
        }
    }

    private static List<Tensor> FirstGradients(GoldenModel model) => [model.Arrays.Read("grad_B_of_first").view(-1)];

    [Theory, Miniature, GoldenModels]
    public void Compute_OneByOne_GivesTheSame(string name)
    {
        using var model = new GoldenModel(name);
        CheckAgainst(model, Rows(model, "adapter_A.safetensors", 4, oneByOne: true), "gradients", "cosine");
    }

    [GoldenFact]
    public void Compute_AtRank64_GivesTheReferencesCosines()
    {
        using var model = new GoldenModel("smollm2-tiny");
        var rows = Rows(model, "adapter_A_r64.safetensors", 32, oneByOne: false);
        CheckAgainst(model, rows, "gradients_r64", "cosine_r64");
        using var scope = NewDisposeScope();
        Assert.True(GoldenModel.RelativeDistance(tensor(rows[0].Values!), model.Arrays.Read("grad_B_of_first_r64").view(-1)) <= 3e-5);
    }

    // The plain twin: a real adapter with B = 0 and autograd, one example at a time. Here it also shows that dA is exactly zero, which the
    // rows take for granted.
    [Theory, Miniature, GoldenModels]
    public void Compute_AgainstAutogradThroughAnAdapter_IsTheSameAndItsAGradientIsZero(string name)
    {
        using var model = new GoldenModel(name);
        var (file, alpha, golden) = model.Json["gradients_r64"] is { } large ? ("adapter_A_r64.safetensors", 32, large)
            : ("adapter_A.safetensors", 4, model.Json["gradients"]!);
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, file), model.Decoder.Config);
        using var adapter = new LoraAdapter(model.Decoder.Config, matrices, alpha, CPU);
        using var gradients = new GradientRows(model.Session, matrices, alpha);
        var rows = gradients.Compute(model.Labelled);
        for (var n = 0; n < rows.Count; n++)
        {
            using var scope = NewDisposeScope();
            float[] plain = AdapterGradient.Of(model.Decoder, adapter, model.Labelled[n]);
            var places = adapter.Spans.ToList();
            float[] Of(int matrix) =>
                [.. places.Where((_, i) => i % 2 == matrix).SelectMany(p => plain[(int)p.Offset..(int)(p.Offset + p.Size)])];
            Assert.Equal((double)golden["max_abs_dA"]!, Of(0).Max(Math.Abs));
            Assert.True(GoldenModel.RelativeDistance(tensor(rows[n].Values!), tensor(Of(1))) <= 1e-5, $"example {n}");
        }
    }

    // The hand-written pass against its oracle: ragged batches with and without a common prefix, answers of one to thirty tokens, lengths
    // on both sides of its blocks.
    [Theory, Miniature, GoldenModels]
    public void Compute_ByHand_IsWhatAutogradGives(string name)
    {
        using var model = new GoldenModel(name);
        using var matrices = AdapterMatrices.FromSeed(model.Decoder.Config, 1, 4);
        using var rows = new GradientRows(model.Session, matrices, 4);
        var random = new Random(1);
        int[] Ids(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => random.Next(5, Math.Min(500, model.Decoder.Config.VocabularySize)))];
        foreach (
            var (prefix, lengths) in new (int, int[])[] { (0, [1]), (0, [1, 2, 300]), (20, [1, 9, 140]), (150, [2, 2, 130, 7]),
            (300, [40, 3]) })
        {
            var shared = Ids(prefix);
            TokenSequence[] batch =
                [.. lengths.Select(n => TokenSequence.Answer([.. shared, .. Ids(n)], Ids(random.Next(1, 31)), model.Masked))];
            var expected = rows.ByAutograd.Run(batch, half: false, default);
            Check(rows.Compute(batch), "together");
            Check(rows.OnDevice.Run(batch, half: false, default), "on a device");
            // One more label: what stands of the call before is not computed again, however much of it fits.
            Check([.. batch.SelectMany(s => rows.Compute([s]))], "one by one");
            Check([
                .. batch.SelectMany(
                s => rows.Compute([s, s with { Ids = [.. s.Ids[..(s.Ids.Length / 2)], .. Ids(s.Ids.Length - s.Ids.Length / 2)] }])
                .Take(1))], "beside one that leaves them half-way");

            void Check(IReadOnlyList<GradientRow> byHand, string how)
            {
                for (var i = 0; i < batch.Length; i++)
                {
                    using var scope = NewDisposeScope();
                    GoldenModel.Near(expected[i].Loss!.Value, byHand[i].Loss!.Value, 5e-5, $"loss of {i} behind {prefix}, {how}");
                    Assert.True(GoldenModel.RelativeDistance(tensor(byHand[i].Values!), tensor(expected[i].Values!)) <= 1e-5,
                        $"example {i} of {lengths[i]} behind {prefix}, {how}");
                }
            }
        }
    }

    [Theory, Miniature, GoldenModels]
    public void Compute_InHalfPrecision_IsTheFloat32RowRounded(string name)
    {
        using var model = new GoldenModel(name);
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config);
        using var gradients = new GradientRows(model.Session, matrices, 4);
        foreach (var (single, half) in gradients.Compute(model.Labelled).Zip(gradients.Compute(model.Labelled, half: true)))
        {
            Assert.Null(half.Values);
            Assert.Equal((single.Norm, single.Loss), (half.Norm, half.Loss));
            GoldenModel.Near(1, GramMatrix.Norm(single.Values) / single.Norm, 1e-6, "norm");
            var values = new float[half.Row!.Width];
            half.Row.CopyTo(0, values);
            for (var run = 0; run < values.Length; run += 8)
            {
                var largest = single.Values.AsSpan(run, 8).ToArray().Max(Math.Abs);
                for (var i = run; i < run + 8; i++) Assert.True(Math.Abs(values[i] - single.Values![i]) <= largest / 65_000, $"column {i}");
            }
            Assert.True(half.Row.Bytes <= single.Row!.Bytes * .63); // a unit for eight values
        }
    }

    // What a GPU does by default, here on the CPU, which the estimator refuses because it is slow: the decoder in bfloat16, the rows in
    // float32.
    [Theory, Miniature, GoldenModels]
    public void Compute_InBFloat16_KeepsCosLow(string name)
    {
        using var model = new GoldenModel(name);
        using var decoder = Decoder.Load(model.Folder, dtype: ScalarType.BFloat16);
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), decoder.Config);
        using var gradients = new GradientRows(new ModelSession(decoder), matrices, 4);
        var rows = gradients.Compute(model.Labelled);
        double[] cosines = [.. from i in Enumerable.Range(0, rows.Count) from j in Enumerable.Range(0, i)
                               select GramMatrix.Dot(rows[i].Values, rows[j].Values)
                                   / (GramMatrix.Norm(rows[i].Values) * GramMatrix.Norm(rows[j].Values))];
        Array.Sort(cosines);
        GoldenModel.Near((double)model.Json["gradients"]!["cos_low"]!, (cosines[(cosines.Length - 1) / 2] + cosines[cosines.Length / 2])
            / 2, .01, "CoS-Low");
    }

    [Theory, Miniature, GoldenModels("smollm2-tiny")]
    public void Compute_WithoutAKeptAnswerToken_GivesNoRow(string name)
    {
        using var model = new GoldenModel(name);
        using var matrices = AdapterMatrices.FromSeed(model.Decoder.Config, 1, 8);
        var empty = model.Items.Where(i => i["loss"] is null).Select(model.Answer).ToList();
        Assert.NotEmpty(empty);
        using var rows = new GradientRows(model.Session, matrices, 4);
        Assert.All(rows.Compute(empty), row => Assert.True(row is { Values: null, Loss: null }));
    }

    // Llama 3's and Mistral's heads; the golden models' are narrower.
    [Theory]
    [InlineData(128)]
    [InlineData(40)]
    public void Compute_AtAnyHeadWidth_IsWhatAutogradThroughAnAdapterGives(int width)
    {
        using var session =
            new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0] with { Heads = 2, KeyValueHeads = 1, HeadDim = width }));
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, 1, 64);
        using var rows = new GradientRows(session, matrices, 32);
        TokenSequence[] batch = [Sequence(70, 3), Sequence(9, 1), Sequence(131, 30)];
        SinkPass[] passes = [rows.ByAutograd, rows.OnDevice];
        foreach (var computed in passes.Select(p => p.Run(batch, half: false, default)).Prepend(rows.Compute(batch)))
            for (var i = 0; i < batch.Length; i++)
                GoldenModel.Near(0, PlainTwins.Distance(computed[i].Values!, PlainTwins.Row(session.Decoder, matrices, 32, batch[i])!),
                    1e-5, $"row {i}");
    }

    private static TokenSequence Sequence(int prompt, int answer)
    {
        var random = new Random(prompt);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(3, SmallFamilies.Vocabulary))];
        return TokenSequence.Answer(Ids(prompt), Ids(answer), new HashSet<int>());
    }

    // An id is an index into the embedding, which is native memory.
    [Theory]
    [InlineData(-1)]
    [InlineData(SmallFamilies.Vocabulary)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Compute_AnIdThatTheModelDoesNotKnow_IsRefusedByName(int id)
    {
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0]));
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, 1, 4);
        using var rows = new GradientRows(session, matrices, 4);
        using var adapter = new LoraAdapter(session.Decoder.Config, matrices, 4, CPU);
        foreach (var at in new[] { 0, 4, 11, 12 })
        {
            var bad = Sequence(10, 3);
            bad.Ids[at] = id;
            foreach (
                var refused in new Action[] {
                () => rows.Compute([Sequence(9, 2), bad]), () => AdapterGradient.Of(session.Decoder, adapter, bad) })
                Assert.Contains($"{id}", Assert.Throws<ArgumentException>(refused).Message);
        }
        Assert.NotNull(rows.Compute([Sequence(10, 3)])[0].Values);
    }

    // Forward and backward: a row waits for one layer at most, whoever asks it to stop or to give way, and what stopped half-way leaves no
    // trace.
    [Theory]
    [InlineData(typeof(DataEfficiency.Engine.Gradients.CpuPass.HandWrittenPass))]
    [InlineData(typeof(DevicePass))]
    [InlineData(typeof(AutogradPass))]
    public void Compute_CancelledAtAnyLayer_StopsThereAndLeavesTheNextRowRight(Type way)
    {
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0]));
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, 1, 4);
        using var rows = new GradientRows(session, matrices, 4);
        var pass = new[] { rows.Pass, rows.OnDevice, rows.ByAutograd }.Single(p => p.GetType() == way);
        var before = pass.Run([Sequence(30, 3)], half: false, default)[0].Values;
        var points = 0;
        pass.Run([Sequence(31, 3)], half: false, new GiveWay(() => points++, default));
        Assert.Equal(2 * session.Decoder.Config.Layers, points);
        for (var last = 1; last <= points; last++)
        {
            using var cancelled = new CancellationTokenSource();
            var point = 0;
            Assert.Throws<OperationCanceledException>(() => pass.Run([Sequence(31, 3)], half: false, new GiveWay(() =>
            {
                if (++point == last) cancelled.Cancel();
            }, cancelled.Token)));
            Assert.Equal(last, point);
            Assert.Equal(before, pass.Run([Sequence(30, 3)], half: false, default)[0].Values);
        }
    }
}
