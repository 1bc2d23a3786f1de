using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Answering;

/// <summary>A lent adapter answers beside the weights: through prefix, prompt and every token, with the numbers that it gives when it is
/// merged into them.</summary>
public sealed class UnmergedAdapterTests : IDisposable
{
    private static readonly TaskPrompt Task = new("Which colour does the text name, if it names one at all?", ["red", "green", "blue"]);
    private static readonly string[] Texts = ["The sky is blue.", "Grass grows here, and it is green.", "A red car stands there."];

    private readonly TinyModel _model = new();
    private readonly PromptBuilder _prompts;
    private readonly ModelSession _session;
    private readonly PoolRanking _ranking;

    public UnmergedAdapterTests()
    {
        _prompts = PromptBuilder.Load(_model.Folder);
        _session = ModelSession.Load(_model.Folder);
        // weights large enough for answers that differ
        using (var random = new Generator(5)) _session.Change(() => _session.Decoder.Parameters.Flat.normal_(0, .2, random));
        _ranking = new PoolRanking(_session, _prompts);
    }

    private Adapter Trained(bool lora)
    {
        var config = _session.Decoder.Config;
        using var matrices = AdapterMatrices.FromSeed(config, 1, 4);
        Adapter adapter = lora ? new LoraAdapter(config, matrices, 8, CPU) : new Ia3Adapter(config, CPU);
        using var random = new Generator(6);
        _session.Change(() => adapter.Flat.uniform_(lora ? -.4 : .3, lora ? .4 : 2.5, random), adapter);
        return adapter;
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Rank_ThroughALentAdapter_IsThatOfTheModelItIsMergedInto(bool lora)
    {
        var plain = _ranking.Run(Task, Texts);
        using var adapter = Trained(lora);
        using var merged = _session.Fork();
        merged.Change(() => adapter.MergeInto(merged.Decoder));
        using var mergedRanking = new PoolRanking(merged, _prompts);
        var expected = mergedRanking.Run(Task, Texts);
        using (_session.Lend(adapter))
            foreach (var (found, wanted) in _ranking.Run(Task, Texts).Zip(expected))
            {
                Assert.Equal(wanted.Tokens, found.Tokens);
                GoldenModel.Near(wanted.Confidence, found.Confidence, 1e-5, "confidence");
            }
        Assert.NotEqual(plain.Select(r => r.Confidence), expected.Select(r => r.Confidence));
        // the prefix of the adapter is not that of the model alone
        Assert.Equal(plain.Select(r => r.Confidence), _ranking.Run(Task, Texts).Select(r => r.Confidence));
    }

    public void Dispose()
    {
        _ranking.Dispose();
        _session.Dispose();
        _model.Dispose();
    }
}
