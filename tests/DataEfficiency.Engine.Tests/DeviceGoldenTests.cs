using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Datastore;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests;

/// <summary>The reference's numbers on a device. The same checks run on the CPU by the way that a GPU takes (a padded batch and the
/// device's operations), so that on a machine with a GPU nothing of them is new but the device.</summary>
public sealed class DeviceGoldenTests
{
    [Theory, Miniature, GoldenModels]
    public void Float32_OnTheCpuByTheGpusWay_GivesTheReferencesNumbers(string name) => CheckFloat32(name, CPU);

    [GpuTheory, Miniature, GoldenModels]
    public void Float32_OnAGpu_GivesTheReferencesNumbers(string name) => CheckFloat32(name, Gpu.First);

    [GpuTheory, Miniature, GoldenModels]
    public void BFloat16_OnAGpu_KeepsCosLow(string name)
    {
        using var model = new GoldenModel(name);
        double Of(ScalarType dtype)
        {
            using var decoder = Decoder.Load(model.Folder, Gpu.First, dtype);
            return Median(Cosines(model, decoder).Cosines);
        }
        GoldenModel.Near(Of(ScalarType.Float32), Of(ScalarType.BFloat16), .01, "CoS-Low");
    }

    private static void CheckFloat32(string name, Device on)
    {
        // TF32 keeps 10 bits of a factor: products would be off by 1e-3. libtorch leaves it off unless told;
        // NVIDIA_TF32_OVERRIDE=1 would be another way of telling.
        Assert.False(backends.cuda.matmul.allow_tf32);
        Assert.NotEqual("1", Environment.GetEnvironmentVariable("NVIDIA_TF32_OVERRIDE"));
        using var model = new GoldenModel(name);
        using var decoder = Decoder.Load(model.Folder, on);
        CheckLogits(model, decoder);
        CheckGreedyAnswers(model, decoder);

        using var scope = NewDisposeScope();
        var (losses, cosines) = Cosines(model, decoder);
        double[] expectedLosses = GoldenModel.Doubles(model.Json["gradients"]!["losses"]);
        for (var i = 0; i < losses.Count; i++)
            GoldenModel.Near(expectedLosses[i], losses[i], Math.Max(5e-5, 5e-6 * expectedLosses[i]), $"loss {i}");
        var expected = model.Arrays.Read("cosine", ScalarType.Float64);
        var at = 0;
        for (var i = 0; i < losses.Count; i++)
            for (var j = 0; j < i; j++) GoldenModel.Near(expected[i, j].ToDouble(), cosines[at++], 1e-5, $"cosine {i} {j}");
        GoldenModel.Near((double)model.Json["gradients"]!["cos_low"]!, Median(cosines), 1e-5, "CoS-Low");
    }

    private static void CheckLogits(GoldenModel model, Decoder decoder)
    {
        using var plain = no_grad();
        for (var n = 0; n < model.Items.Count; n++)
        {
            using var scope = NewDisposeScope();
            int[] prompt = GoldenModel.Ints(model.Items[n]["prompt_ids"]), answer = GoldenModel.Ints(model.Items[n]["answer_ids"]);
            var hidden =
                decoder.Hidden(tensor((long[])[.. prompt.Concat(answer).Select(i => (long)i)], device: decoder.Device).unsqueeze(0));
            var logits = decoder.Logits(hidden[0].narrow(0, prompt.Length - 1, answer.Length + 1)).to(CPU);
            var distance = GoldenModel.RelativeDistance(logits, model.Arrays.Read($"logits.{n}"));
            Assert.True(distance <= 1e-5, $"logits of item {n}: {distance}");
        }
    }

    private static void CheckGreedyAnswers(GoldenModel model, Decoder decoder)
    {
        using var ranking = new PoolRanking(new ModelSession(decoder), new GoldenPrompts(model.Items, model.Masked, model.Eos));
        foreach (var ranked in ranking.Run(null, [.. model.Items.Select(i => (string)i["prompt"]!)]))
        {
            var item = model.Items[ranked.Index];
            Assert.Equal(GoldenModel.Ints(item["greedy_ids"]), ranked.Tokens);
            GoldenModel.Near((double)item["confidence"]!, ranked.Confidence, 1e-5, $"confidence of item {ranked.Index}");
            GoldenModel.Near(1, ranked.Perplexity / (double)item["perplexity"]!, 3e-5, $"perplexity of item {ranked.Index}");
        }
    }

    // The pairs (i, j < i), row by row.
    private static (IReadOnlyList<double> Losses, double[] Cosines) Cosines(GoldenModel model, Decoder decoder)
    {
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), decoder.Config, decoder.Device);
        using var gradients = new GradientRows(new ModelSession(decoder), matrices, 4);
        var rows = gradients.OnDevice.Run(model.Labelled, half: false, default);
        var norms = rows.Select(r => GramMatrix.Norm(r.Values)).ToArray();
        return (
            [.. rows.Select(r => r.Loss!.Value)], [.. from i in Enumerable.Range(0, rows.Length) from j in Enumerable.Range(0, i)
            select GramMatrix.Dot(rows[i].Values, rows[j].Values) / (norms[i] * norms[j])]);
    }

    private static double Median(double[] cosines)
    {
        var sorted = cosines.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
