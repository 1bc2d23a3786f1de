using System.Text.Json.Nodes;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Gradients;

public class AdamDirectionTests
{
    private static float[] Floats(JsonNode? list) => [.. GoldenModel.Doubles(list).Select(x => (float)x)];

    private static double Dot(IReadOnlyList<double> a, IReadOnlyList<double> b) => a.Zip(b, (x, y) => x * y).Sum();

    [Fact]
    public void Of_FirstStepFromZeroMoments_IsTheGradientsSign()
    {
        var vector = AdamDirection.Of([0f, 0f, 0f], [0f, 0f, 0f], [3f, -.002f, 0f], 1);
        Assert.Equal([1, -1, 0], vector.Select(x => Math.Round(x, 4)));
    }

    [Fact]
    public void Of_WrongLengthsOrStep_IsRefused()
    {
        Assert.Contains("2 numbers", Assert.Throws<ArgumentException>(() => AdamDirection.Of([0f], [0f, 0f], [1f, 1f], 1)).Message);
        Assert.Throws<ArgumentException>(() => AdamDirection.Of([0f], [0f], [1f], 0));
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
            var vector = AdamDirection.Of(Floats(toy["m"]), Floats(toy["v"]), Floats(toy["new_gradient"]), (int)toy["t"]!, form);
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
                var vector = AdamDirection.Of(Values("m"), Values("v"), Values("g"), (int)model.Json["less"]!["t"]!, form);
                var expected = model.Arrays.Read($"less.{key}.{matrix}").view(-1);
                Assert.True(GoldenModel.RelativeDistance(tensor(vector), expected) <= 1e-12, $"{key} {matrix}");
            }
    }

    // LESS's own order: a step, the gradient of an example at that checkpoint, the next step.
    [Theory, InlineData(nameof(Trained.Lora)), InlineData(nameof(Trained.Ia3))]
    public void AdapterGradient_BetweenTwoSteps_IsTheCheckpointsAndLeavesTheRunAlone(string trained)
    {
        using var folder = new TinyModel();
        using var session = ModelSession.Load(folder.Folder);
        var recipe = new Recipe { Trained = Enum.Parse<Trained>(trained), Rank = 4, Alpha = 8 };
        var random = new Random(1);
        TokenSequence Draw() => TokenSequence.Answer([.. Enumerable.Range(0, 8).Select(_ => random.Next(3, 300))], [random.Next(3, 300)],
            new HashSet<int>());
        TokenSequence[] batch = [Draw(), Draw(), Draw()];
        var example = Draw();

        (double[] Losses, float[]? Between, float[] Weights) Train(bool observed)
        {
            using var adapter = recipe.NewAdapter(session.Decoder.Config, CPU)!;
            using var trainer = new Trainer(session, recipe, adapter);
            var losses = new List<double> { trainer.Step(batch, .01), trainer.Step(batch, .01) };
            var between = observed ? AdapterGradient.Of(session.Decoder, adapter, example) : null;
            losses.Add(trainer.Step(batch, .01));
            return ([.. losses], between, [.. adapter.Flat.data<float>()]);
        }

        var (plain, observed) = (Train(false), Train(true));
        Assert.Equal(plain.Losses, observed.Losses);
        Assert.Equal(plain.Weights, observed.Weights);
        using var twoSteps = recipe.NewAdapter(session.Decoder.Config, CPU)!;
        using (var trainer = new Trainer(session, recipe, twoSteps))
            for (var i = 0; i < 2; i++) trainer.Step(batch, .01);
        Assert.Equal(AdapterGradient.Of(session.Decoder, twoSteps, example), observed.Between);
    }

    // From the stored weights: three LoRA steps, their moments, the gradients of two examples, the vectors, and how they lie to each other.
    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Of_OwnMomentsAfterThreeSteps_GivesTheReferencesNormsAndCosines(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        // A gradient's norm goes with the exponential of its loss: off by .056 where that is most.
        var (normError, cosineError) = type == ScalarType.Float32 ? (1e-5, 1e-5) : (.08, .01);
        using var scope = NewDisposeScope();
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config);
        using var adapter = new LoraAdapter(model.Decoder.Config, matrices, (double)model.Json["gradients"]!["alpha"]!, CPU);
        var lora = model.Json["training"]!["lora"]!;
        var labelled = model.Labelled;
        (float[] First, float[] Second) moments;
        using (var trainer = new Trainer(model.Session, new Recipe { WeightDecay = (double)lora["weight_decay"]! }, adapter))
        {
            foreach (var batch in model.Json["training"]!["batches"]!.AsArray())
                trainer.Step([.. GoldenModel.Ints(batch).Select(i => labelled[i])], (double)lora["lr"]!);
            moments = trainer.Moments();
        }
        var less = model.Json["less"]!;
        float[] Gradient(string which) =>
            AdapterGradient.Of(model.Decoder, adapter, model.Answer(model.Items.First(i => (string)i["id"]! == (string)less[which]!)));
        float[] train = Gradient("train_example"), validation = Gradient("validation_example");
        // A and B of layer 0 q_proj stand first.
        var shapes = AdapterMatrices.Shape(model.Decoder.Config, Linear.Query);
        var inA = adapter.Rank * shapes.In;
        foreach (var (of, values) in new[] { ("m", moments.First), ("v", moments.Second), ("g", train) })
        {
            Tensor a = tensor(values[..inA]), b = tensor(values[inA..(inA + shapes.Out * adapter.Rank)]);
            foreach (var (matrix, value) in new[] { ("A", a), ("B", b) })
            {
                var expected = model.Arrays.Read($"less.{of}.{matrix}").view(-1);
                if (type == ScalarType.Float32) Assert.True(GoldenModel.RelativeDistance(value, expected) <= 1e-4, $"{of}.{matrix}");
                // one matrix of one example
                else Assert.True(GoldenModel.Cosine(value, expected) >= .95, $"{of}.{matrix} {GoldenModel.Cosine(value, expected)}");
            }
        }
        double[] plain = [.. validation.Select(x => (double)x)];
        GoldenModel.Near(1, Math.Sqrt(Dot(plain, plain)) / (double)less["validation_gradient_norm"]!, normError, "validation norm");
        foreach (var (form, key) in new[] { (AdamForm.Textbook, "textbook"), (AdamForm.AuthorsCode, "code_variant") })
        {
            var vector = AdamDirection.Of(moments.First, moments.Second, train, (int)less["t"]!, form);
            double norm = Math.Sqrt(Dot(vector, vector)), dot = Dot(vector, plain), cosine = dot / norm / Math.Sqrt(Dot(plain, plain));
            GoldenModel.Near(1, norm / (double)less[key]!["norm"]!, normError, key + " norm");
            GoldenModel.Near((double)less[key]!["cosine"]!, cosine, cosineError, key + " cosine");
            var error = cosineError * norm * Math.Sqrt(Dot(plain, plain));
            GoldenModel.Near((double)less[key]!["dot_with_validation_gradient"]!, dot, error, key + " dot");
        }
    }
}
