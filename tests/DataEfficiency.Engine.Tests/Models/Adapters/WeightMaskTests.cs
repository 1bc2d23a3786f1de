using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models.Adapters;

public class WeightMaskTests
{
    private static IReadOnlyList<float> Numbers(Tensor values) => [.. values.reshape(-1).data<float>()];

    [Theory, InlineData(1), InlineData(.5), InlineData(.1), InlineData(0)]
    public void Mask_ByMagnitude_LeavesTheLargestShareOfTheLinearsAndAllElse(double share)
    {
        using var scope = NewDisposeScope();
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.WithAllBiases));
        var before = session.Decoder.Parameters.Named().ToDictionary(n => n.Name, n => n.Value.clone());
        var mask = WeightMask.ByMagnitude(session.Decoder, share);
        using (session.Mask(mask))
        {
            List<float> all = [], left = [];
            foreach (var (name, value) in session.Decoder.Parameters.Named())
            {
                if (!name.Contains("_proj.weight", StringComparison.Ordinal))
                {
                    Assert.True(GoldenModel.Same(before[name], value), name);
                    continue;
                }
                foreach (var (old, now) in Numbers(before[name]).Zip(Numbers(value)))
                {
                    Assert.True(now == old || now == 0);
                    all.Add(Math.Abs(old));
                    if (now != 0) left.Add(Math.Abs(old));
                }
            }
            Assert.Equal(Math.Round(share * all.Count), left.Count);
            Assert.Equal(all.OrderDescending().Take(left.Count).Order(), left.Order());
        }
    }

    [Fact]
    public void Mask_TakenOff_LeavesWeightsVersionAndAnswersToTheBit()
    {
        using var scope = NewDisposeScope();
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0]));
        var greedy = new GreedyDecoder(session, new HashSet<int>(), limit: 4);
        IReadOnlyList<double> Answer() => greedy.Run(SharedPrefix.None, [[5, 6, 7]])[0].LogProbabilities;
        var (weights, version, answer) = (session.Decoder.Parameters.Flat.clone(), session.Version, Answer());
        foreach (var share in new[] { .8, .2 })
        {
            using (session.Mask(WeightMask.ByMagnitude(session.Decoder, share)))
            {
                Assert.NotEqual(version, session.Version);
                Assert.NotEqual(answer, Answer());
                Assert.Throws<InvalidOperationException>(() => session.Mask(WeightMask.ByMagnitude(session.Decoder, .5)));
                // the mask's end would undo both
                Assert.Throws<InvalidOperationException>(() => session.Change(() => Assert.Fail("changed under a mask")));
                using var fork = session.Fork();
                Assert.Throws<InvalidOperationException>(() => session.Keep(fork));
            }
            Assert.Equal(version, session.Version);
            Assert.True(GoldenModel.Same(weights, session.Decoder.Parameters.Flat));
            Assert.Equal(answer, Answer());
        }
    }

    [Fact]
    public void Mask_FailingHalfWay_LeavesTheWeightsWhole()
    {
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0]));
        using var weights = session.Decoder.Parameters.Flat.clone();
        var (mask, version) = (WeightMask.ByMagnitude(session.Decoder, .5), session.Version);
        session.Decoder.Parameters.Layers[^1].Down.Dispose();
        Assert.ThrowsAny<Exception>(() => session.Mask(mask));
        Assert.True(GoldenModel.Same(weights, session.Decoder.Parameters.Flat));
        Assert.Equal(version, session.Version);
        session.Change(() => { });
    }
}
