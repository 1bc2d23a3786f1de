using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Gradients.CpuPass;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public class KeyValueCacheTests
{
    private static int[] Tokens(int count, int seed) =>
        [.. new Random(seed).GetItems(Enumerable.Range(3, SmallFamilies.Vocabulary - 3).ToArray(), count)];

    public static TheoryData<int> Families => [.. Enumerable.Range(0, SmallFamilies.All.Count)];

    // So long that a sequence's scores of a layer are past what may be held: 4 M numbers. The last columns of the shorter row are padding.
    [Theory, MemberData(nameof(Families))]
    public void Prefill_OfLongPromptsInBlocks_IsThatOfTheWholeSequence(int family)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        using var decoder = SmallFamilies.Decoder(SmallFamilies.All[family]);
        int[] shared = Tokens(30, 1);
        int[][] own = [Tokens(1700, 2), Tokens(1100, 3)];
        using var prefix = decoder.Prefix(shared);
        using var cache = new KeyValueCache(decoder, prefix, 2, 1701);
        Assert.InRange(cache.BlockLength(1700), 1, 512);
        var ids = tensor((long[])[.. own[0].Select(i => (long)i), .. own[1].Select(i => (long)i), .. new long[600]]).view(2, 1700);
        var hidden = decoder.Prefill(ids, cache);
        Assert.Equal(1700, cache.Length);
        for (var b = 0; b < 2; b++)
        {
            var whole = decoder.Hidden(tensor((long[])[.. shared.Concat(own[b]).Select(i => (long)i)]).unsqueeze(0))[0];
            Assert.InRange(GoldenModel.RelativeDistance(hidden[b].narrow(0, 0, own[b].Length),
                whole.narrow(0, shared.Length, own[b].Length)), 0, 1e-5);
        }
    }

    // More tokens than go through the model together, and sequences that end at different tokens: those that go on stand with gaps.
    [Theory, MemberData(nameof(Families))]
    public void Greedy_OfABatchInParts_ThatEndOneByOne_GivesTheAnswersOfEachAlone(int family)
    {
        using var decoder = SmallFamilies.Decoder(SmallFamilies.All[family]);
        using var prefix = decoder.Prefix(Tokens(21, 1));
        int[][] own = [.. Enumerable.Range(0, 70).Select(i => Tokens(1 + i * 7 % 40, i))];
        var greedy = new GreedyDecoder(new ModelSession(decoder), Enumerable.Range(0, SmallFamilies.Vocabulary / 4).ToHashSet(), limit: 9);
        var together = greedy.Run(prefix, own);
        Assert.True(together.Select(a => a.Tokens.Count).Distinct().Count() > 2);
        for (var i = 0; i < own.Length; i++)
        {
            var alone = greedy.Run(prefix, [own[i]])[0];
            Assert.Equal(alone.Tokens, together[i].Tokens);
            for (var t = 0; t < alone.Tokens.Count; t++)
                GoldenModel.Near(alone.Probabilities[t], together[i].Probabilities[t], 1e-5, $"prompt {i}, token {t}");
        }
    }

    [Fact]
    public void Prefix_OfALongInstruction_InBlocks_GivesTheAnswersOfWholePrompts()
    {
        using var decoder = SmallFamilies.Decoder(SmallFamilies.All[0]);
        int[] shared = Tokens(1200, 1);
        int[][] own = [Tokens(20, 2), Tokens(12, 3)];
        using var prefix = decoder.Prefix(shared);
        var greedy = new GreedyDecoder(new ModelSession(decoder), new HashSet<int>(), limit: 3);
        var (behind, whole) = (greedy.Run(prefix, own), greedy.Run(SharedPrefix.None, [.. own.Select(o => (int[])[.. shared, .. o])]));
        for (var i = 0; i < own.Length; i++)
        {
            Assert.Equal(whole[i].Tokens, behind[i].Tokens);
            for (var t = 0; t < 3; t++)
                GoldenModel.Near(whole[i].Probabilities[t], behind[i].Probabilities[t], 1e-5, $"prompt {i}, token {t}");
        }
    }

    // Two keys whose scores, 40.25 and 40.375, are one number in bfloat16: their softmax is .4688 and .5312 only where scores and softmax
    // are float32.
    [Fact]
    public void Attend_OfAPromptInBFloat16_KeepsScoresAndSoftmaxInFloat32()
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var config = new ModelConfig("llama", 16, 16, 1, 1, 1, 16, 8, 64, 1e-5, 10000, null, false, true, 1, [2], 0);
        using var decoder = Decoder.Initialise(config, 1, dtype: ScalarType.BFloat16);
        using var cache = new KeyValueCache(decoder, SharedPrefix.None, 1, 2);
        // two tokens of width 16, of which two numbers are not 0; the scale of a score is 1/4
        static Tensor Of(params float[] values) =>
            tensor([.. values.Chunk(2).SelectMany(v => v.Concat(new float[14]))]).view(1, 2, 1, 16).to(ScalarType.BFloat16);
        using Scalar scale = .25;
        var mixed = cache.Attend(0, Of(1, 1, 1, 1), Of(160, 1, 160, 1.5f), Of(0, 0, 1, 0), cache.Sight(zeros([1, 2, 2]), null), scale);
        GoldenModel.Near(1 / (1 + Math.Exp(-.125)), mixed[0, 0, 0].to(float32).ToDouble(), 2e-3);
    }

    [Fact]
    public void CacheBytes_OfABatchUnderWay_AreCounted_AndGoneBehindIt()
    {
        using var decoder = SmallFamilies.Decoder(SmallFamilies.All[0]);
        var columns = 2L * decoder.Config.Layers * decoder.Config.KeyValueHeads * decoder.Config.HeadDim * sizeof(float);
        List<long> seen = [];
        var greedy = new GreedyDecoder(new ModelSession(decoder), new HashSet<int>(), limit: 4);
        greedy.Run(SharedPrefix.None, [Tokens(20, 1), Tokens(10, 2)], giveWay: new GiveWay(() => seen.Add(decoder.CacheBytes), default));
        Assert.All(seen, bytes => Assert.Equal(2 * (20 + 3) * columns, bytes));
        Assert.Equal(0, decoder.CacheBytes);
    }

    // On a device without memory every size is there but one that no number says: keys of 2^62 bytes are, positions of 2^63 are not.
    [Fact]
    public void Constructor_ThatFailsHalfWay_LeavesNoTensorBehind()
    {
        var config =
            new ModelConfig("mistral", 16, 16, 2, 1, 1, 2, 8, 64, 1e-5, 10000, null, false, true, 1, [2], 0) with { Window = new(8) };
        using var decoder = Decoder.Initialise(config, 1, META, ScalarType.BFloat16);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.ThrowsAny<Exception>(() => new KeyValueCache(decoder, SharedPrefix.None, 1, 1L << 60));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void RowPass_BesideABatchThatWaits_TakesTheLess(bool onDevice)
    {
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0]));
        using var matrices = AdapterMatrices.FromSeed(session.Decoder.Config, 1, 4);
        var layout = new RowLayout(session.Decoder.Config, 4);
        using IGradientPass pass =
            onDevice ? new DevicePass(session, matrices, layout, 4) : new HandWrittenPass(session, matrices, layout, 4);
        var size = PassSize.Of([TokenSequence.Text(Tokens(300, 1)), TokenSequence.Text(Tokens(300, 2))]);
        Assert.True(pass.Fits(size));
        using (var cache = new KeyValueCache(session.Decoder, SharedPrefix.None, 64, 1 << 15))
        {
            Assert.True(session.Decoder.CacheBytes > HandWrittenPass.UsualBytes);
            Assert.False(pass.Fits(size));
        }
        Assert.True(pass.Fits(size));
    }
}
