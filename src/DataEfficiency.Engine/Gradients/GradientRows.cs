// Per-example LoRA gradients at B = 0 without any B: dL/dB = (alpha / r) sum over positions of dL/dy (A x)^T for each linear y = W x, and
// dL/dA = 0 (method section 4). On the CPU in float32 with products of the CPU's own, else by the device's operations; where an adapter
// stands in the way, by autograd.
using DataEfficiency.Engine.Gradients.CpuPass;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients;

/// <summary>Rows of labelled examples under one set of A matrices.</summary>
/// <param name="name">Names model and device in messages.</param>
/// <param name="available">Bytes of memory that there are; by default as the system says.</param>
internal sealed class GradientRows(ModelSession session, AdapterMatrices matrices, double alpha, string name = "The model",
    Func<long>? available = null) : IDisposable
{
    private HandWrittenPass? _byHand;
    private DevicePass? _onDevice;
    private AutogradPass? _byAutograd;

    /// <summary>Told of each prompt that a pass has read, up to the input that predicts the first kept answer token, and of the hidden
    /// state there.</summary>
    public Action<int[], float[]>? StateSeen { get; set; }

    public RowLayout Layout { get; } = new(session.Decoder.Config, matrices.Rank);

    public ModelConfig Config { get; } = session.Decoder.Config;

    public Device Device => session.Decoder.Device;

    /// <summary>Length of a row: r times the sum of all linears' output widths.</summary>
    public int Width => Layout.Width;

    public int Rank => matrices.Rank;

    /// <summary>The way of the decoder's device.</summary>
    public IGradientPass Pass => session is { Adapter: null, Decoder: { Device.type: DeviceType.CPU, Dtype: ScalarType.Float32 } }
        ? _byHand ??= new HandWrittenPass(session, matrices, Layout, alpha, available)
        : OnDevice;

    /// <summary>The way whose rows can stay on the device; an adapter is in the way of writing it out by hand.</summary>
    public SinkPass OnDevice => session.Adapter is null
        ? _onDevice ??= new DevicePass(session, matrices, Layout, alpha, available)
        : ByAutograd;

    /// <summary>The way with an adapter, and without one the oracle of the others.</summary>
    public AutogradPass ByAutograd => _byAutograd ??= new AutogradPass(session, matrices, Layout, alpha, available);

    /// <summary>One backward pass over a batch; each example's gradient is its own (mean over its own kept tokens).</summary>
    /// <param name="half">Rows in half precision. On the CPU they never exist in another.</param>
    /// <exception cref="ArgumentException">A token's id is none of the vocabulary's: nothing is read there.</exception>
    /// <exception cref="ModelException">There is not enough memory for the batch.</exception>
    public IReadOnlyList<GradientRow> Compute(IReadOnlyList<TokenSequence> examples, bool half = false, GiveWay giveWay = default)
    {
        foreach (var example in examples) RequireKnownIds(example);
        var rows = new GradientRow[examples.Count];
        Array.Fill(rows, new GradientRow(null, 0, null));
        int[] usable = [.. Enumerable.Range(0, examples.Count).Where(i => examples[i].Counted > 0)];
        if (usable.Length == 0) return rows;
        TokenSequence[] sequences = [.. usable.Select(i => examples[i])];
        if (Refusal(sequences) is { } reason) throw new ModelException(reason);
        foreach (var (i, row) in usable.Zip(Pass.Run(sequences, half, giveWay)))
        {
            rows[i] = row with { State = null };
            if (row.State is { } state) StateSeen?.Invoke(examples[i].Ids[..Array.IndexOf(examples[i].Scored, true)], state);
        }
        return rows;
    }

    /// <summary>The same on the device, the rows handed on as they come.</summary>
    /// <param name="examples">Each with a token that counts.</param>
    /// <returns>Their losses.</returns>
    public double[] Run(IReadOnlyList<TokenSequence> examples, IRowSink sink, GiveWay giveWay)
    {
        foreach (var example in examples) RequireKnownIds(example);
        return OnDevice.Run(examples, sink, giveWay);
    }

    /// <summary>Why there is not enough memory for a batch, in words; null where there is.</summary>
    public string? Refusal(IReadOnlyList<TokenSequence> sequences)
    {
        var size = PassSize.Of(sequences);
        long needed = Pass.BytesOf(size), there = Pass.AvailableBytes;
        if (needed <= there) return null;
        static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / (double)(1 << 30):0.0} GB");
        var what = size.Count == 1 ? "an example" : $"{size.Count} examples";
        return $"{name}: the gradient of {what} of {size.Longest} tokens needs {Gigabytes(needed)} of memory, "
            + $"{Gigabytes(there)} are available.";
    }

    private void RequireKnownIds(TokenSequence sequence)
    {
        if (Config.UnknownId(sequence.Ids) is { } id)
            throw new ArgumentException($"Token {id} is unknown: the model's vocabulary has {Config.VocabularySize}.");
        if (sequence.Scored.Length != sequence.Ids.Length || sequence.Scored is [true, ..])
            throw new ArgumentException("Of each token but the first it is told whether it counts.");
    }

    public void Dispose()
    {
        _byHand?.Dispose();
        _onDevice?.Dispose();
        _byAutograd?.Dispose();
    }
}
