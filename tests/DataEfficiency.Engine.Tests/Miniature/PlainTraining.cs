// AdamW as the golden README writes it: p *= 1 - lr wd; m, v; p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps); betas .9 and .999,
// eps 1e-8.
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Miniature;

/// <summary>Three steps, one a batch, and the losses around them.</summary>
internal sealed class PlainTraining(IReadOnlyList<Tensor> leaves, Func<PlainModel> model, double rate, double decay)
{
    public Tensor[] First { get; } = [.. leaves.Select(l => zeros_like(l))];

    public Tensor[] Second { get; } = [.. leaves.Select(l => zeros_like(l))];

    public JsonObject Run(IReadOnlyList<IReadOnlyList<PlainExample>> batches, IReadOnlyList<PlainExample> all)
    {
        double Loss(IReadOnlyList<PlainExample> examples)
        {
            using var scope = NewDisposeScope();
            return model().Loss(examples).ToDouble();
        }
        var before = Loss(all);
        double[] steps = [.. batches.Select((batch, k) => Step(batch, k + 1))];
        return new JsonObject
        {
            ["all_before"] = before, ["before_step"] = new JsonArray([.. steps.Select(s => (JsonNode)s)]),
            ["after_third"] = Loss(batches[2]), ["all_after"] = Loss(all),
            ["lr"] = rate, ["weight_decay"] = decay,
        };
    }

    private double Step(IReadOnlyList<PlainExample> batch, int t)
    {
        using var scope = NewDisposeScope();
        var loss = model().Loss(batch);
        var gradients = autograd.grad([loss], [.. leaves]);
        using var plain = no_grad();
        for (var i = 0; i < leaves.Count; i++)
        {
            First[i].copy_(First[i] * .9 + gradients[i] * .1);
            Second[i].copy_(Second[i] * .999 + gradients[i] * gradients[i] * .001);
            var step = First[i] / (1 - Math.Pow(.9, t)) / ((Second[i] / (1 - Math.Pow(.999, t))).sqrt() + 1e-8);
            leaves[i].copy_(leaves[i] * (1 - rate * decay) - step * rate);
        }
        return loss.ToDouble();
    }
}
