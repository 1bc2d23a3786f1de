using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Answering;

public class LargestLogitTests
{
    // A vocabulary of several pieces and a rest.
    [Fact]
    public void Of_AVocabularyInPieces_IsTheLargestOfTheWhole()
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var config = new ModelConfig("llama", 16, 16, 1, 1, 1, 16, 9001, 64, 1e-5, 10000, null, false, true, 1, [2], 0);
        using var decoder = Decoder.Initialise(config, 3);
        manual_seed(5);
        var rows = randn(40, 16) * 30;
        var (ids, logs) = LargestLogit.Of(decoder, rows);
        var logits = decoder.Logits(rows);
        Assert.Equal(logits.argmax(1).data<long>().ToArray(), ids);
        Assert.True(ids.Max() > 8192 && ids.Min() < 4096);
        var expected = logits.log_softmax(1).max(1).values.data<float>().ToArray();
        for (var i = 0; i < ids.Length; i++) GoldenModel.Near(expected[i], logs[i], 1e-5, $"row {i}");
    }

    [Fact]
    public void Of_EqualLogits_IsTheFirstId()
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var config = new ModelConfig("llama", 16, 16, 1, 1, 1, 16, 9001, 64, 1e-5, 10000, null, false, true, 1, [2], 0);
        using var decoder = Decoder.Initialise(config, 3);
        var (ids, logs) = LargestLogit.Of(decoder, zeros(2, 16));
        Assert.Equal([0L, 0L], ids);
        GoldenModel.Near(-Math.Log(9001), logs[0], 1e-5, "ln 1/9001");
    }
}
