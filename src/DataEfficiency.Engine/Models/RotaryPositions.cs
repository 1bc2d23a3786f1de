// Rotary positions (Su et al., arXiv 2104.09864) as Hugging Face's Llama applies them: halves rotated, angles in float32.
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>Tables of cos and signed sin by position, grown on demand.</summary>
internal sealed class RotaryPositions(ModelConfig config, Device device, ScalarType dtype = ScalarType.Float32) : IDisposable
{
    private Tensor? _cos;
    private Tensor? _sin;
    private long _length;

    /// <summary>cos and sin [n, 1, head_dim] of the positions 0 to n - 1, owned by the caller.</summary>
    public (Tensor Cos, Tensor Sin) First(long n)
    {
        Grow(n);
        return (_cos!.narrow(0, 0, n).unsqueeze(1), _sin!.narrow(0, 0, n).unsqueeze(1));
    }

    /// <summary>cos and sin [batch, n, 1, head_dim] of positions [batch, n], none of them above <paramref name="largest"/>.</summary>
    public (Tensor Cos, Tensor Sin) At(Tensor positions, long largest)
    {
        Grow(largest + 1);
        var flat = positions.reshape(-1);
        long[] shape = [positions.shape[0], positions.shape[1], 1, config.HeadDim];
        return (_cos!.index_select(0, flat).view(shape), _sin!.index_select(0, flat).view(shape));
    }

    /// <summary>x cos + rotate_half(x) sin for x [.., heads, head_dim]; the sign of rotate_half is in the sin table.</summary>
    public static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        var half = x.shape[^1] / 2;
        using var rolled = x.roll(half, -1);
        using var scaled = x * cos;
        return scaled.addcmul(rolled, sin, Operand.One);
    }

    private void Grow(long n)
    {
        if (n <= _length) return;
        var length = Math.Max(n, Math.Min(config.ContextLength, Math.Max(512, 2 * _length)));
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var frequencies = tensor(InverseFrequencies(), device: device);
        var angles = outer(tensor(Enumerable.Range(0, (int)length).Select(p => (float)p).ToArray(), device: device), frequencies);
        var (cos, sin) = (angles.cos(), angles.sin());
        if (config.Scaling is { AttentionFactor: not 1 } scaling)
        {
            using Scalar factor = scaling.AttentionFactor;
            (cos, sin) = (cos.mul(factor), sin.mul(factor));
        }
        Dispose();
        _cos = cat([cos, cos], -1).to(dtype).DetachFromDisposeScope();
        _sin = cat([-sin, sin], -1).to(dtype).DetachFromDisposeScope();
        _length = length;
    }

    internal float[] InverseFrequencies()
    {
        var frequencies = new float[config.HeadDim / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var f = 1f / MathF.Pow((float)config.RopeTheta, 2f * i / config.HeadDim);
            frequencies[i] = config.Scaling?.Scaled(f, i, config.RopeTheta, config.HeadDim) ?? f;
        }
        return frequencies;
    }

    public void Dispose()
    {
        _cos?.Dispose();
        _sin?.Dispose();
    }
}
