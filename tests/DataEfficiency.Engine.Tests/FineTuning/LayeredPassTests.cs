using DataEfficiency.Engine.FineTuning;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class LayeredPassTests
{
    // Three families: tied and untied heads, biases, windows.
    public static TheoryData<int, string, bool> Cases
    {
        get
        {
            var data = new TheoryData<int, string, bool>();
            for (var family = 0; family < SmallFamilies.All.Count(); family++)
                foreach (var trained in Enum.GetNames<Trained>())
                    foreach (var shared in new[] { false, true }) data.Add(family, trained, shared);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Back_OfAnyFamily_GivesTheBitsOfTheUncutGraph(int family, string trained, bool shared)
    {
        using var decoder = SmallFamilies.Decoder(SmallFamilies.All.ElementAt(family));
        var recipe = new Recipe { Trained = Enum.Parse<Trained>(trained), Rank = 4 };
        using var adapter = recipe.NewAdapter(decoder.Config, CPU);
        if (adapter is not null)
        {
            using var random = new Generator(5, CPU);
            using (no_grad()) adapter.Flat.uniform_(.4, .6, random);
        }
        using var collecting = adapter?.Collect();
        var parameters = collecting?.Tensors ?? decoder.Parameters.Bind(leaves: true);
        var leaves = adapter is null ? LayerLeaves.OfModel(parameters, decoder.Config) : LayerLeaves.OfAdapter(parameters, decoder.Config);
        var random2 = new Random(1);
        int[] Draw(int n) => [.. Enumerable.Range(0, n).Select(_ => random2.Next(3, decoder.Config.VocabularySize))];
        int[] prefix = Draw(12);
        TokenSequence[] sequences = [.. Enumerable.Range(0, 3)
            .Select(i => TokenSequence.Answer([.. prefix, .. Draw(3 + i)], Draw(2), new HashSet<int>()))];

        using var scope = NewDisposeScope();
        using var batch = new SequenceBatch(sequences, CPU, shared);
        Assert.Equal(shared, batch.Prefix is not null);
        var whole = autograd.grad([batch.TokenLosses(decoder, adapter).sum()], [.. parameters]);
        using var pass = new LayeredPass(decoder.Config.Layers);
        var found = whole.Select(g => zeros_like(g)).ToArray();
        var loss = batch.TokenLosses(decoder, adapter, between: pass.Between).sum();
        pass.Back(loss, leaves, (leaf, gradient) => found[leaf].add_(gradient, DataEfficiency.Engine.Models.Operand.One), default);
        for (var i = 0; i < whole.Count; i++) Assert.True(GoldenModel.Same(whole[i], found[i]), $"leaf {i}");
        if (adapter is null) decoder.Parameters.Bind(leaves: false);
    }
}
