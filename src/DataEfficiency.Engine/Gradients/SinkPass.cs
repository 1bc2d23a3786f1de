// What the two passes over a padded batch on a device share: how much memory a batch takes, where rows go that stay on the host, and the
// losses of the sequences.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients;

/// <summary>A pass that hands its rows on layer by layer.</summary>
/// <param name="available">Bytes of the host's memory that there are; by default as the system says.</param>
internal abstract class SinkPass(ModelSession session, AdapterMatrices matrices, RowLayout layout, Func<long>? available) : IGradientPass
{
    protected const int Linears = 7;

    /// <summary>Bytes for a batch where the device's memory cannot be measured.</summary>
    public const long DefaultRoom = 288L << 20;

    /// <summary>Numbers of a position: in the hidden state, in gate or up, in the queries, in queries, keys and values, in A x.</summary>
    protected readonly record struct Widths(long Hidden, long Wide, long Queries, long Columns, long Rank);

    protected ModelSession Session { get; } = session;

    protected Decoder Decoder { get; } = session.Decoder;

    protected AdapterMatrices Matrices { get; } = matrices;

    /// <summary>Bytes for a batch of several.</summary>
    public long Room { get; set; } = DefaultRoom;

    /// <summary>What one layer stores for the way back, of each position: numbers in the model's type, and in float32.</summary>
    protected abstract (long Values, long Floats) OfALayer(Widths widths);

    // Beside that, one layer's gradients. A batch that does not fit all the same is halved by the caller.
    public long BytesOf(PassSize size)
    {
        var config = Decoder.Config;
        var queries = (long)config.Heads * config.HeadDim;
        var w = new Widths(config.HiddenSize, config.IntermediateSize, queries, queries + 2L * config.KeyValueHeads * config.HeadDim,
            Matrices.Rank);
        var value = Decoder.Dtype == ScalarType.Float32 ? 4 : 2;
        var (values, floats) = OfALayer(w);
        var gradients = value * (4 * w.Hidden + 2 * w.Columns + 5 * w.Wide + 5 * w.Queries) + sizeof(float) * (2 * w.Wide + w.Columns);
        return (long)size.Count * size.Longest * (config.Layers * (value * values + sizeof(float) * floats) + gradients)
            + 3L * sizeof(float) * size.Scored * config.VocabularySize;
    }

    // A GPU's allocator says what does not fit; on the CPU the system would end the process.
    public long AvailableBytes => Decoder.Device.type == DeviceType.CPU ? (available ?? AvailableMemory.OfTheSystem)() : long.MaxValue;

    // Beside a batch that waits, giving way, there is so much less.
    public bool Fits(PassSize size) => BytesOf(size) <= Room - Decoder.CacheBytes;

    public GradientRow[] Run(IReadOnlyList<TokenSequence> sequences, bool half, GiveWay giveWay)
    {
        var rows = new HostSink(sequences.Count, layout, half);
        var losses = Run(sequences, rows, giveWay);
        return [.. losses.Select((loss, i) => new GradientRow(rows.Rows[i], Math.Sqrt(rows.Squares[i]), loss))];
    }

    /// <returns>The loss of each sequence.</returns>
    public abstract double[] Run(IReadOnlyList<TokenSequence> sequences, IRowSink sink, GiveWay giveWay);

    // Each sequence's mean of the losses [rows] of its tokens.
    protected static double[] Losses(Tensor losses, SequenceBatch batch)
    {
        var perToken = losses.detach().to(CPU).data<float>().ToArray();
        var first = 0;
        return [.. batch.Counted.Select(n => perToken.AsSpan((first += n) - n, n).ToArray().Average(x => (double)x))];
    }

    public void Dispose()
    {
    }
}
