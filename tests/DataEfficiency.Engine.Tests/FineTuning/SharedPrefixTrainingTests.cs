using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public sealed class SharedPrefixTrainingTests
{
    private static List<TokenSequence> Sequences(int shared, int count, int seed)
    {
        var random = new Random(seed);
        int[] prefix = [.. Enumerable.Range(0, shared).Select(_ => random.Next(3, 300))];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int[] own = [.. Enumerable.Range(0, 3 + i).Select(_ => random.Next(3, 300))];
            return TokenSequence.Answer([.. prefix, .. own], [random.Next(3, 300), random.Next(3, 300)], new HashSet<int>());
        })];
    }

    [Theory]
    [InlineData(8)]
    [InlineData(40)]
    public void TokenLosses_PrefixKeptApart_SameLossesAndGradients(int shared)
    {
        using var model = new TinyModel();
        using var decoder = Decoder.Load(model.Folder);
        var sequences = Sequences(shared, 6, 1);
        using var scope = NewDisposeScope();
        var leaves = decoder.Parameters.Bind(leaves: true);
        using var plain = new SequenceBatch(sequences, CPU);
        using var apart = new SequenceBatch(sequences, CPU, sharePrefix: true);
        Assert.Null(plain.Prefix);
        // Examples may go on alike by chance: at least what was made equal is shared.
        Assert.True(apart.Prefix!.shape[1] >= shared);
        Tensor expected = plain.TokenLosses(decoder), found = apart.TokenLosses(decoder);
        Assert.True(expected.allclose(found, 1e-4, 1e-5));
        var wanted = autograd.grad([expected.sum()], [.. leaves]);
        var got = autograd.grad([found.sum()], [.. leaves]);
        for (var i = 0; i < wanted.Count; i++) Assert.True(wanted[i].allclose(got[i], 1e-3, 1e-4), $"leaf {i}");
    }

    [Fact]
    public void SequenceBatch_NothingInCommon_KeepsNoPrefix()
    {
        using var batch = new SequenceBatch([TokenSequence.Text([.. Enumerable.Range(3, 20)]),
            TokenSequence.Text([.. Enumerable.Range(4, 20)])], CPU, sharePrefix: true);
        Assert.Null(batch.Prefix);
    }
}
