using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Gradients;

public class GradientRowsTests
{
    private static IReadOnlyList<GradientRow> Rows(GoldenModel model, string file, double alpha, bool oneByOne)
    {
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, file), model.Decoder.Config);
        var rows = new GradientRows(model.Decoder, matrices, alpha);
        return oneByOne ? [.. model.Labelled.SelectMany(e => rows.Compute([e]))] : rows.Compute(model.Labelled);
    }

    private static void CheckAgainst(GoldenModel model, IReadOnlyList<GradientRow> rows, string gradients, string cosines)
    {
        var golden = model.Json[gradients]!;
        double[] losses = GoldenModel.Doubles(golden["losses"]), norms = GoldenModel.Doubles(golden["grad_norms"]);
        using var scope = NewDisposeScope();
        var expected = model.Arrays.Read(cosines);
        var upper = new List<double>();
        for (var i = 0; i < rows.Count; i++)
        {
            GoldenModel.Near(losses[i], rows[i].Loss!.Value, Math.Max(5e-5, 5e-6 * losses[i]), $"loss {i}");
            GoldenModel.Near(1, GramMatrix.Norm(rows[i].Values) / norms[i], 1e-5, $"norm {i}");
            for (var j = 0; j < i; j++)
            {
                var cosine = GramMatrix.Dot(rows[i].Values, rows[j].Values) / (GramMatrix.Norm(rows[i].Values) * GramMatrix.Norm(rows[j].Values));
                GoldenModel.Near(expected[i, j].ToDouble(), cosine, 1e-5, $"cosine {i} {j}");
                upper.Add(cosine);
            }
        }
        upper.Sort();
        GoldenModel.Near((double)golden["cos_low"]!, (upper[(upper.Count - 1) / 2] + upper[upper.Count / 2]) / 2, 1e-5, "CoS-Low");
    }

    [GoldenTheory, MemberData(nameof(GoldenModel.Names), MemberType = typeof(GoldenModel))]
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
            foreach (var (layer, linear) in AdapterMatrices.Places(model.Decoder.Config))
            {
                var size = AdapterMatrices.Shape(model.Decoder.Config, linear).Out * 8;
                var expected = perLinear[i, layer * 7 + (int)linear].ToDouble();
                GoldenModel.Near(expected, GramMatrix.Norm(rows[i].Values.AsSpan(at, size)), 3e-5 * expected, $"example {i} layer {layer} {linear}");
                at += size;
            }
        }
    }

    private static List<Tensor> FirstGradients(GoldenModel model) => [model.Arrays.Read("grad_B_of_first").view(-1)];

    [GoldenTheory, MemberData(nameof(GoldenModel.Names), MemberType = typeof(GoldenModel))]
    public void Compute_OneByOne_GivesTheSame(string name)
    {
        using var model = new GoldenModel(name);
        CheckAgainst(model, Rows(model, "adapter_A.safetensors", 4, oneByOne: true), "gradients", "cosine");
    }

    [GoldenFact]
    public void Compute_AtRank64_GivesTheReferencesCosines()
    {
        using var model = new GoldenModel("smollm2-tiny");
        CheckAgainst(model, Rows(model, "adapter_A_r64.safetensors", 32, oneByOne: false), "gradients_r64", "cosine_r64");
    }

    // The plain twin: a real adapter with B = 0 and autograd. Here it also shows that dA is exactly zero, which the rows take for granted.
    [GoldenFact]
    public void Compute_AgainstAutogradThroughAnAdapter_IsTheSameAndItsAGradientIsZero()
    {
        using var model = new GoldenModel("qwen2-tiny");
        using var matrices = AdapterMatrices.Load(Path.Combine(model.Folder, "adapter_A.safetensors"), model.Decoder.Config);
        using var adapter = new LoraAdapter(model.Decoder.Config, matrices, 4, CPU);
        using var scope = NewDisposeScope();
        var leaves = adapter.Bind(leaves: true);
        using var batch = new SequenceBatch([model.Labelled[1]], CPU);
        var gradients = autograd.grad([batch.TokenLosses(model.Decoder, adapter).mean()], [.. leaves]);
        Assert.Equal(0, gradients.Where((_, i) => i % 2 == 0).Max(a => a.abs().max().ToDouble()));
        var row = new GradientRows(model.Decoder, matrices, 4).Compute([model.Labelled[1]])[0];
        Assert.True(GoldenModel.RelativeDistance(tensor(row.Values!), cat([.. gradients.Where((_, i) => i % 2 == 1).Select(b => b.reshape(-1))])) <= 3e-5);
    }

    [GoldenFact]
    public void Compute_WithoutAKeptAnswerToken_GivesNoRow()
    {
        using var model = new GoldenModel("smollm2-tiny");
        using var matrices = AdapterMatrices.FromSeed(model.Decoder.Config, 1, 8);
        var empty = model.Items.Where(i => i["loss"] is null).Select(model.Answer).ToList();
        Assert.NotEmpty(empty);
        Assert.All(new GradientRows(model.Decoder, matrices, 4).Compute(empty), row => Assert.True(row is { Values: null, Loss: null }));
    }
}
