using DataEfficiency.Engine.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DataEfficiency.Engine.Tests.Models.Kernels;

public class CachedAttentionTests
{
    private const int Heads = 10, Kv = 2, Capacity = 6, Columns = 41;

    // One token and many, a head narrower and wider than a vector or piece, more heads in a group than a strip has rows, places with gaps.
    [Theory, InlineData(1, 64), InlineData(1, 24), InlineData(3, 16), InlineData(5, 64), InlineData(17, 40)]
    public void Run_BehindASharedPrefix_IsTheLibrarysAttention(int time, int width)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        manual_seed(7);
        int[] places = [4, 0, 5];
        const int Filled = 20, Prefix = 37;
        Tensor Room(params long[] shape) => randn([shape.Aggregate(1L, (a, b) => a * b) + StripProduct.Piece])
            .narrow(0, 0, shape.Aggregate(1L, (a, b) => a * b)).view(shape);
        Tensor keys = Room(Kv, Capacity, Columns, width), values = Room(Kv, Capacity, Columns, width);
        Tensor farKeys = randn(Kv, Prefix, width), farValues = Room(Kv, Prefix, width);
        var qkv = randn(places.Length, time, Heads + 2 * Kv, width);
        Tensor q = qkv.narrow(2, 0, Heads), k = qkv.narrow(2, Heads, Kv), v = qkv.narrow(2, Heads + Kv, Kv);
        var mask = zeros(1, time, Filled + time).masked_fill_(ones(1, time, Filled + time, dtype: ScalarType.Bool).triu_(Filled + 1),
            float.NegativeInfinity);
        var farMask = zeros(places.Length, time, Prefix);
        farMask[1, TensorIndex.Colon, TensorIndex.Slice(0, 9)] = float.NegativeInfinity;

        var attention = new CachedAttention(Heads, Kv, width, new Scratch());
        CachedColumns Of(Tensor t) => new(new FloatMatrix(t), Capacity, Columns);
        attention.Store(FloatMatrix.OfHeads(k), FloatMatrix.OfHeads(v), time, places, Of(keys), Of(values), Filled);
        var across = zeros(Kv * width, StripProduct.Padded(Prefix));
        across.narrow(1, 0, Prefix).copy_(farKeys.transpose(1, 2).reshape(Kv * width, Prefix));
        var mixed = empty(places.Length, time, Heads * width);
        attention.Run(FloatMatrix.OfHeads(q), time, places, Of(keys), Of(values), Filled + time, new FloatMatrix(mask),
            new(new FloatMatrix(across), new FloatMatrix(farValues), Prefix, new FloatMatrix(farMask)), new FloatMatrix(mixed));

        for (var b = 0; b < places.Length; b++)
        {
            Tensor Whole(Tensor far, Tensor own) => cat([far, own.select(1, places[b]).narrow(1, 0, Filled + time)], 1)
                .repeat_interleave(Heads / Kv, 0);
            Assert.True(keys.select(1, places[b]).narrow(1, Filled, time).equal(k[b].transpose(0, 1)).all().ToBoolean());
            var expected = F.scaled_dot_product_attention(q[b].transpose(0, 1), Whole(farKeys, keys), Whole(farValues, values),
                attn_mask: cat([farMask[b], mask[0]], 1)).transpose(0, 1).reshape(time, -1);
            Assert.InRange(GoldenModel.RelativeDistance(mixed[b], expected), 0, 1e-5);
        }
    }

    [Fact]
    public void OfHeads_WhatIsNotCutOutOfAContiguousTensor_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => FloatMatrix.OfHeads(rand(2, 3, 4, 8).transpose(2, 3)));
        Assert.Throws<ArgumentException>(() => FloatMatrix.OfHeads(rand(2, 3, 4, 8).transpose(0, 1)));
    }
}
