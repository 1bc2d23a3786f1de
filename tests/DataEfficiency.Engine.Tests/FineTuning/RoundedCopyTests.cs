using DataEfficiency.Engine.FineTuning;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.FineTuning;

public class RoundedCopyTests
{
    private static Tensor Copied(Tensor master)
    {
        using var scope = NewDisposeScope();
        var copy = zeros(master.numel(), dtype: bfloat16);
        RoundedCopy.Write(master, copy);
        return copy.to(float32).MoveToOuterDisposeScope();
    }

    private static Tensor OnTheGrid(int count)
    {
        using var random = new Generator(3, CPU);
        var values = zeros(count);
        using (no_grad()) values.normal_(0, .05, random);
        values = values.to(bfloat16).to(float32);
        float[] special = [0f, 1f, -1f, .5f, 255f / 256, -2f, 1e-30f];
        values.narrow(0, 0, special.Length).copy_(tensor(special).to(bfloat16));
        return values;
    }

    [Fact]
    public void Write_ValuesOnTheGrid_AreTheSameBits()
    {
        using var scope = NewDisposeScope();
        var values = OnTheGrid(10_000);
        Assert.True(GoldenModel.Same(values, Copied(values)));
    }

    // A tenth of a cell: nearest rounding would show nothing of it.
    [Theory, InlineData(.1), InlineData(-.1), InlineData(.03)]
    public void Write_ValuesMovedByPartOfACell_MoveByThatPartOnAverage(double part)
    {
        using var scope = NewDisposeScope();
        var values = full(1 << 16, .75f); // cells of 1/256
        using Scalar moved = part / 256;
        var copied = Copied(values.add(moved, DataEfficiency.Engine.Models.Operand.One)) - values;
        Assert.InRange(copied.mean().ToDouble() * 256 / part, .99, 1.01);
        Assert.True(copied.abs().max().ToDouble() <= 1.0 / 256);
        // and evenly: of any 1,024 neighbours as many as of all
        Assert.InRange(copied.narrow(0, 5000, 1024).mean().ToDouble() * 256 / part, .97, 1.03);
    }

    [Fact]
    public void Write_AnyValue_IsLessThanACellAway()
    {
        using var scope = NewDisposeScope();
        var values = OnTheGrid(10_000) * 1.2345f;
        var apart = (Copied(values) - values).abs() / values.abs().clamp_min(1e-37);
        Assert.True(apart.max().ToDouble() <= 1.0 / 128);
    }
}
