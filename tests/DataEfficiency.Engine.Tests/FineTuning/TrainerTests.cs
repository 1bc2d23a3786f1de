using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class TrainerTests
{
    private static void CheckThreeSteps(GoldenModel model, string kind, LoraAdapter? adapter)
    {
        var golden = model.Json["training"]![kind]!;
        var labelled = model.Labelled;
        var batches = model.Json["training"]!["batches"]!.AsArray().Select(b => GoldenModel.Ints(b).Select(i => labelled[i]).ToList()).ToList();
        var options = new TrainingOptions { LearningRate = (double)golden["lr"]!, WeightDecay = (double)golden["weight_decay"]! };
        using var trainer = new Trainer(model.Decoder, options, adapter);
        void Check(string key, double expected, double actual) => GoldenModel.Near(1, actual / expected, 1e-5, $"{kind} {key}");

        Check("all_before", (double)golden["all_before"]!, trainer.Loss(labelled));
        var before = GoldenModel.Doubles(golden["before_step"]);
        for (var k = 0; k < 3; k++) Check($"before_step {k}", before[k], trainer.Step(batches[k], options.LearningRate));
        Check("after_third", (double)golden["after_third"]!, trainer.Loss(batches[2]));
        Check("all_after", (double)golden["all_after"]!, trainer.Loss(labelled));
    }

    [GoldenTheory, MemberData(nameof(GoldenModel.Names), MemberType = typeof(GoldenModel))]
    public void Step_FullTraining_GivesTheReferencesLosses(string name)
    {
        using var model = new GoldenModel(name);
        CheckThreeSteps(model, "full", null);
    }

    [GoldenTheory, MemberData(nameof(GoldenModel.Names), MemberType = typeof(GoldenModel))]
    public void Step_Lora_GivesTheReferencesLossesAndAdapter(string name)
    {
        using var model = new GoldenModel(name);
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config);
        using var adapter = new LoraAdapter(model.Decoder.Config, matrices, (double)model.Json["gradients"]!["alpha"]!, CPU);
        CheckThreeSteps(model, "lora", adapter);
        using var reference = LoraAdapter.Load(Path.Combine(model.Folder, "lora_trained"), model.Decoder.Config, CPU);
        Assert.True(GoldenModel.RelativeDistance(adapter.Flat, reference.Flat) <= 1e-4);
    }
}
