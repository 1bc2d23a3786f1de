using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public class HiddenStatesTests
{
    private static readonly int[][] Prompts = [[5, 6, 7, 8, 9, 10], [11, 12], [200]];

    private static Tensor Of(IEnumerable<float> numbers) => tensor([.. numbers]);

    [Fact]
    public void OfLastTokens_ThroughTheHead_AreThePlainDecodersLogits()
    {
        using var scope = NewDisposeScope();
        foreach (var config in SmallFamilies.All.Where(c => c.Scaling is null && c.Window is null))
        {
            using var session = new ModelSession(SmallFamilies.Decoder(config));
            foreach (var (prompt, state) in Prompts.Zip(new HiddenStates(session).OfLastTokens(Prompts)))
            {
                var logits = session.Decoder.Logits(Of(state).unsqueeze(0))[0];
                Assert.InRange(GoldenModel.RelativeDistance(logits, PlainDecoder.Logits(session.Decoder, prompt)[-1]), 0, 1e-5);
            }
        }
    }

    [Fact]
    public void OfLayer_FromTheEmbeddingToTheLast_AreWhatTheNextStepTakes()
    {
        using var scope = NewDisposeScope();
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0]));
        var (decoder, states) = (session.Decoder, new HiddenStates(session));
        var prompt = Prompts[0];
        var embedded = states.OfLayer(prompt, 0);
        for (var t = 0; t < prompt.Length; t++) Assert.Equal(decoder.Parameters.Embedding[prompt[t]].data<float>().ToArray(), embedded[t]);
        // the same model cut off behind its first layer has these as its last, before the norm
        var (first, last) = (states.OfLayer(prompt, 1), states.OfLayer(prompt, decoder.Config.Layers));
        Assert.Equal(prompt.Length, last.Count);
        var x = Of(last[^1]);
        var normed = x / (x * x).mean().add(decoder.Config.RmsNormEps).sqrt() * decoder.Parameters.FinalNorm;
        Assert.InRange(GoldenModel.RelativeDistance(normed, Of(states.OfLastTokens([prompt])[0])), 0, 1e-5);
        Assert.NotEqual(first[0], last[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => states.OfLayer(prompt, decoder.Config.Layers + 1));
    }

    [Fact]
    public void States_UnderALentAdapter_AreThoseOfTheModelItIsMergedInto()
    {
        using var scope = NewDisposeScope();
        using var session = new ModelSession(SmallFamilies.Decoder(SmallFamilies.All[0]));
        using var adapter = new Ia3Adapter(session.Decoder.Config, CPU);
        using (var random = new Generator(3)) session.Change(() => adapter.Flat.uniform_(.5, 2, random), adapter);
        using var merged = session.Fork();
        merged.Change(() => adapter.MergeInto(merged.Decoder));
        var plain = new HiddenStates(session).OfLastTokens(Prompts);
        var wanted = new HiddenStates(merged).OfLastTokens(Prompts);
        using (session.Lend(adapter))
            foreach (var (state, expected) in new HiddenStates(session).OfLastTokens(Prompts).Zip(wanted))
                Assert.InRange(GoldenModel.RelativeDistance(Of(state), Of(expected)), 0, 1e-5);
        Assert.Equal(plain, new HiddenStates(session).OfLastTokens(Prompts));
    }
}
