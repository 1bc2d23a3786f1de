using System.Text.Json.Nodes;
using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class TrainerTests
{
    private static void CheckThreeSteps(GoldenModel model, string kind, Adapter? adapter) =>
        CheckThreeSteps(model, model.Session, model.Json["training"]![kind]!, adapter, kind, kind + "_f64");

    // Each loss against the reference's in float32 and in float64.
    private static void CheckThreeSteps(GoldenModel model, ModelSession session, JsonNode recipe, Adapter? adapter, params string[] kinds)
    {
        var tolerance = session.Decoder.Dtype == ScalarType.Float32 ? 1e-5 : .02;
        var training = model.Json["training"]!;
        var labelled = model.Labelled;
        var batches = training["batches"]!.AsArray().Select(b => GoldenModel.Ints(b).Select(i => labelled[i]).ToList()).ToList();
        var options = new Recipe { LearningRate = (double)recipe["lr"]!, WeightDecay = (double)recipe["weight_decay"]! };
        using var trainer = new Trainer(session, options, adapter);
        void Check(string key, Func<JsonNode, double> expected, double actual)
        {
            foreach (var kind in kinds) GoldenModel.Near(1, actual / expected(training[kind]!), tolerance, $"{kind} {key}");
        }

        Check("all_before", g => (double)g["all_before"]!, trainer.Loss(labelled));
        for (var k = 0; k < 3; k++)
        {
            var loss = trainer.Step(batches[k], options.LearningRate);
            Check($"before_step {k}", g => (double)g["before_step"]![k]!, loss);
        }
        Check("after_third", g => (double)g["after_third"]!, trainer.Loss(batches[2]));
        Check("all_after", g => (double)g["all_after"]!, trainer.Loss(labelled));
    }

    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Step_FullTraining_GivesTheReferencesLosses(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        CheckThreeSteps(model, "full", null);
    }

    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Step_Lora_GivesTheReferencesLossesAndAdapter(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config);
        using var adapter = new LoraAdapter(model.Decoder.Config, matrices, (double)model.Json["gradients"]!["alpha"]!, CPU);
        CheckThreeSteps(model, "lora", adapter);
        using var reference = LoraAdapter.Load(Path.Combine(model.Folder, "lora_trained"), model.Decoder.Config, CPU);
        Assert.True(GoldenModel.IsClose(adapter.Flat, reference.Flat, type, 1e-4));
    }

    [Theory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Step_Ia3_GivesTheReferencesLossesAndVectors(string name, ScalarType type)
    {
        using var model = new GoldenModel(name, type);
        using var adapter = new Ia3Adapter(model.Decoder.Config, CPU);
        Assert.Equal((long)model.Json["training"]!["ia3"]!["parameters"]!, adapter.Flat.shape[0]);
        CheckThreeSteps(model, "ia3", adapter);
        using var scope = NewDisposeScope();
        var scaled = AdapterMatrices.Linears(model.Decoder.Config).Where(p => p.Linear is Linear.Key or Linear.Value or Linear.Down);
        foreach (var (layer, linear) in scaled)
        {
            var expected = model.Arrays.Read($"ia3.model.layers.{layer}.{DecoderParameters.NameOf(linear)}");
            Assert.True(GoldenModel.IsClose(adapter.Vector(layer, linear), expected, type, 1e-5), $"{layer} {linear}");
        }
    }

    [GpuTheory, Miniature(BothTypes = true), GoldenModels(BothTypes = true)]
    public void Step_OnAGpu_GivesTheReferencesLosses(string name, ScalarType type)
    {
        using (var full = new GoldenModel(name, type, Gpu.First)) CheckThreeSteps(full, "full", null);
        using var model = new GoldenModel(name, type, Gpu.First);
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config);
        using var lora = new LoraAdapter(model.Decoder.Config, matrices, (double)model.Json["gradients"]!["alpha"]!, Gpu.First);
        CheckThreeSteps(model, "lora", lora);
        using var ia3 = new Ia3Adapter(model.Decoder.Config, Gpu.First);
        CheckThreeSteps(model, "ia3", ia3);
    }

    // Without a pad token in config.json the look-up passes a gradient to every row: the run that the reference's padding_idx rule changes.
    [GoldenTheory, InlineData(ScalarType.Float32), InlineData(ScalarType.BFloat16)]
    public void Step_FullTrainingWithoutAPadToken_GivesTheReferencesRunWithoutItsRule(ScalarType type)
    {
        using var model = new GoldenModel("smollm2-tiny");
        using var variant = new ModelVariant("smollm2-tiny").Json("config.json", c => c.Remove("pad_token_id"));
        using var session = ModelSession.Load(variant.Folder, dtype: type);
        CheckThreeSteps(model, session, model.Json["training"]!["full"]!, null, "full_f64_if_the_pad_row_got_its_look_up_gradient");
    }
}
