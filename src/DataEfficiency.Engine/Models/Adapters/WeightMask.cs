// Subnetworks by magnitude (Frankle and Carbin, arXiv 1803.03635): the smallest weights of all linears are set to zero, embedding, norms,
// biases and head stay. For the learning complexity of examples (arXiv 2402.05356) and whatever else asks what a part of the model knows.
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models.Adapters;

/// <summary>Which weights of the linears stay. Laid over a session by <see cref="ModelSession.Mask"/>, which takes it off again to the
/// bit.</summary>
internal sealed class WeightMask
{
    // Magnitudes that the threshold is read from at most: beyond this a sample drawn at even steps.
    private const long Sampled = 1L << 24;

    /// <summary>Weights of a smaller magnitude are zero.</summary>
    public double Threshold { get; }

    /// <summary>Share of the linears' weights that stays, as asked for.</summary>
    public double Share { get; }

    private WeightMask(double threshold, double share) => (Threshold, Share) = (threshold, share);

    /// <summary>The mask under which this share of all linears' weights stays, the largest ones: one threshold for the whole
    /// model.</summary>
    /// <param name="share">In [0, 1]; 1 leaves all.</param>
    public static WeightMask ByMagnitude(Decoder decoder, double share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        if (share == 1) return new(0, 1);
        if (share == 0) return new(double.PositiveInfinity, 0);
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var linears = Linears(decoder).ToList();
        var step = Math.Max(1, (linears.Sum(w => w.numel()) + Sampled - 1) / Sampled);
        var magnitudes = cat([.. linears.Select(w => w.view(-1).slice(0, 0, w.numel(), step).to(float32).abs())]);
        var dropped = (long)Math.Round((1 - share) * magnitudes.numel());
        return new(dropped == 0 ? 0 : magnitudes.kthvalue(Math.Min(dropped + 1, magnitudes.numel()), 0).values.ToDouble(), share);
    }

    /// <summary>Sets the weights outside the mask to zero.</summary>
    internal void ApplyTo(Decoder decoder)
    {
        using var plain = no_grad();
        using Scalar threshold = Threshold;
        foreach (var weight in Linears(decoder))
        {
            using var scope = NewDisposeScope();
            weight.masked_fill_(weight.abs().lt(threshold), Zero);
        }
    }

    private static readonly Scalar Zero = 0;

    private static IEnumerable<Tensor> Linears(Decoder decoder) =>
        decoder.Parameters.Layers.SelectMany(p => new[] { p.QueryKeyValue, p.Output, p.GateUp, p.Down });
}
