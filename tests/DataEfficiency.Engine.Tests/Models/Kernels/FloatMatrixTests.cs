using DataEfficiency.Engine.Models.Kernels;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models.Kernels;

public class FloatMatrixTests
{
    // The embedding of Qwen2.5-7B: more bytes than a span can have. Only the two rows that are touched take memory.
    [Fact]
    public void Row_OfAMatrixAbove2GiB_IsTheRow()
    {
        using var embedding = empty(152_064, 3_584);
        using TorchSharp.Scalar seven = 7;
        using (var last = embedding[152_063]) last.fill_(seven);
        Assert.Equal(7, new FloatMatrix(embedding)[152_063][3_583]);
    }
}
