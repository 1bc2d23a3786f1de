using System.Text.Json.Nodes;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Gradients;

public class AdamVectorTests
{
    private static float[] Floats(JsonNode? list) => [.. GoldenModel.Doubles(list).Select(x => (float)x)];

    private static double Dot(IReadOnlyList<double> a, IReadOnlyList<double> b) => a.Zip(b, (x, y) => x * y).Sum();

    [Fact]
    public void Of_FirstStepFromZeroMoments_IsTheGradientsSign()
    {
        var vector = AdamVector.Of([0f, 0f, 0f], [0f, 0f, 0f], [3f, -.002f, 0f], 1);
        Assert.Equal([1, -1, 0], vector.Select(x => Math.Round(x, 4)));
    }

    [Fact]
    public void Of_WrongLengthsOrStep_IsRefused()
    {
        Assert.Contains("2 numbers", Assert.Throws<ArgumentException>(() => AdamVector.Of([0f], [0f, 0f], [1f, 1f], 1)).Message);
        Assert.Throws<ArgumentException>(() => AdamVector.Of([0f], [0f], [1f], 0));
    }

    [Theory, Miniature, GoldenModels("smollm2-tiny")]
    public void Of_TwoHandSteppedParameters_GivesTheReferencesVectors(string name)
    {
        using var model = new GoldenModel(name);
        var toy = model.Json["less"]!["toy"]!;
        double[] m = [0, 0], v = [0, 0];
        foreach (var g in toy["gradients"]!.AsArray().Select(GoldenModel.Doubles))
            for (var i = 0; i < 2; i++) (m[i], v[i]) = (.9 * m[i] + .1 * g[i], .999 * v[i] + .001 * g[i] * g[i]);
        for (var i = 0; i < 2; i++)
        {
            GoldenModel.Near((double)toy["m"]![i]!, m[i], 1e-12, "m");
            GoldenModel.Near((double)toy["v"]![i]!, v[i], 1e-12, "v");
        }
        foreach (var (form, key) in new[] { (AdamForm.Textbook, "gamma_textbook"), (AdamForm.AuthorsCode, "gamma_code") })
        {
            var vector = AdamVector.Of(Floats(toy["m"]), Floats(toy["v"]), Floats(toy["new_gradient"]), (int)toy["t"]!, form);
            for (var i = 0; i < 2; i++) GoldenModel.Near((double)toy[key]![i]!, vector[i], 1e-6, key);
        }
    }

    [Theory, Miniature, GoldenModels]
    public void Of_TheReferencesMoments_GivesItsVectors(string name)
    {
        using var model = new GoldenModel(name);
        using var scope = NewDisposeScope();
        foreach (var matrix in new[] { "A", "B" })
            foreach (var (form, key) in new[] { (AdamForm.Textbook, "gamma_textbook"), (AdamForm.AuthorsCode, "gamma_code") })
            {
                float[] Values(string of) => [.. model.Arrays.Read($"less.{of}.{matrix}").data<float>()];
                var vector = AdamVector.Of(Values("m"), Values("v"), Values("g"), (int)model.Json["less"]!["t"]!, form);
                var expected = model.Arrays.Read($"less.{key}.{matrix}").view(-1);
                Assert.True(GoldenModel.RelativeDistance(tensor(vector), expected) <= 1e-12, $"{key} {matrix}");
            }
    }

    // From the stored weights: three LoRA steps, their moments, the gradients of two examples, the vectors, and how they lie to each other.
    [Theory, Miniature, GoldenModels]
    public void Of_OwnMomentsAfterThreeSteps_GivesTheReferencesNormsAndCosines(string name)
    {
        using var model = new GoldenModel(name);
        using var scope = NewDisposeScope();
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config);
        using var adapter = new LoraAdapter(model.Decoder.Config, matrices, (double)model.Json["gradients"]!["alpha"]!, CPU);
        var lora = model.Json["training"]!["lora"]!;
        var labelled = model.Labelled;
        (float[] First, float[] Second) moments;
        using (var trainer = new Trainer(model.Session, new TrainingOptions { WeightDecay = (double)lora["weight_decay"]! }, adapter))
        {
            foreach (var batch in model.Json["training"]!["batches"]!.AsArray()) trainer.Step([.. GoldenModel.Ints(batch).Select(i => labelled[i])], (double)lora["lr"]!);
            moments = trainer.Moments();
        }
        var less = model.Json["less"]!;
        float[] Gradient(string which) => AdapterGradient.Of(model.Decoder, adapter, model.Answer(model.Items.First(i => (string)i["id"]! == (string)less[which]!)));
        float[] train = Gradient("train_example"), validation = Gradient("validation_example");
        // A and B of layer 0 q_proj stand first.
        var shapes = AdapterMatrices.Shape(model.Decoder.Config, Linear.Query);
        var inA = adapter.Rank * shapes.In;
        foreach (var (of, values) in new[] { ("m", moments.First), ("v", moments.Second), ("g", train) })
        {
            Assert.True(GoldenModel.RelativeDistance(tensor(values[..inA]), model.Arrays.Read($"less.{of}.A").view(-1)) <= 1e-4, $"{of}.A");
            Assert.True(GoldenModel.RelativeDistance(tensor(values[inA..(inA + shapes.Out * adapter.Rank)]), model.Arrays.Read($"less.{of}.B").view(-1)) <= 1e-4, $"{of}.B");
        }
        double[] plain = [.. validation.Select(x => (double)x)];
        GoldenModel.Near(1, Math.Sqrt(Dot(plain, plain)) / (double)less["validation_gradient_norm"]!, 1e-5, "validation norm");
        foreach (var (form, key) in new[] { (AdamForm.Textbook, "textbook"), (AdamForm.AuthorsCode, "code_variant") })
        {
            var vector = AdamVector.Of(moments.First, moments.Second, train, (int)less["t"]!, form);
            double norm = Math.Sqrt(Dot(vector, vector)), dot = Dot(vector, plain), cosine = dot / norm / Math.Sqrt(Dot(plain, plain));
            GoldenModel.Near(1, norm / (double)less[key]!["norm"]!, 1e-5, key + " norm");
            GoldenModel.Near((double)less[key]!["cosine"]!, cosine, 1e-5, key + " cosine");
            GoldenModel.Near((double)less[key]!["dot_with_validation_gradient"]!, dot, 1e-5 * norm * Math.Sqrt(Dot(plain, plain)), key + " dot");
        }
    }
}
