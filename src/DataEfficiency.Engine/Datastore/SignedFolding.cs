// A projection of rows for a device: the columns of a row, each with a random sign, are laid over each other in sheets of 32,768, every
// sheet turned by a random shift. Like a count sketch (RandomProjection) it adds up columns that have nothing to do with each other, and
// its error is the same; but where a count sketch scatters, which a GPU does with atomic additions in any order, this gathers and sums,
// with the same bits each time.
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Datastore;

/// <summary>The projection of rows as a pass gives them; the same for all, from a fixed seed.</summary>
internal sealed class SignedFolding : IDisposable
{
    /// <summary>In the keys of rows.</summary>
    public const string Name = "signed-folding";

    /// <summary>Numbers of a projected row.</summary>
    public const int Size = 1 << 15;

    private readonly RowLayout _layout;

    // Signs [columns] of 8 bits; of each part of the row the shifts [sheets, 1] of its sheets.
    private readonly Tensor _signs, _sheet;
    private readonly Dictionary<int, Tensor> _shifts = [];
    private readonly SplitMix64 _random = new(2);

    public SignedFolding(RowLayout layout, ModelConfig config, Device device)
    {
        _layout = layout;
        var signs = new sbyte[layout.Width];
        ulong draw = 0;
        for (var i = 0; i < signs.Length; i++)
        {
            if (i % 64 == 0) draw = _random.Next();
            signs[i] = (draw >> (i % 64) & 1) == 0 ? (sbyte)1 : (sbyte)-1;
        }
        using var scope = NewDisposeScope();
        _signs = tensor(signs, device: device).DetachFromDisposeScope();
        _sheet = arange(Size, dtype: ScalarType.Int64, device: device).unsqueeze(0).DetachFromDisposeScope();
        foreach (var (layer, linear) in AdapterMatrices.Linears(config))
        {
            var size = AdapterMatrices.Shape(config, linear).Out * layout.Rank;
            long[] shifts = [.. Enumerable.Range(0, (size + Size - 1) / Size).Select(_ => (long)_random.NextIndex(Size))];
            _shifts[layout.Offset(layer, linear)] = tensor(shifts, device: device).unsqueeze(1).DetachFromDisposeScope();
        }
    }

    /// <summary>Folds the rows of a batch as they come.</summary>
    public Writing Write(int count) => new(this, count);

    // [batch, columns of one linear] to [batch, Size].
    private Tensor Fold(int first, Tensor rows)
    {
        using var scope = NewDisposeScope();
        var (shifts, columns) = (_shifts[first], rows.shape[1]);
        var sheets = shifts.shape[0];
        var signed = rows.mul(_signs.narrow(0, first, columns));
        if (sheets * Size > columns) signed = nn.functional.pad(signed, [0, sheets * Size - columns]);
        using Scalar size = Size;
        var from = (_sheet - shifts).remainder(size).unsqueeze(0).expand(rows.shape[0], sheets, Size);
        return signed.view(-1, sheets, Size).gather(2, from).sum(1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _signs.Dispose();
        _sheet.Dispose();
        foreach (var shifts in _shifts.Values) shifts.Dispose();
    }

    /// <summary>Rows while a pass gives them.</summary>
    internal sealed class Writing(SignedFolding folding, int count) : IRowSink, IDisposable
    {
        private readonly Tensor _sums = New(ScalarType.Float32, folding, count, Size), _squares = New(ScalarType.Float64, folding, count);

        private static Tensor New(ScalarType dtype, SignedFolding folding, params long[] shape) =>
            zeros(shape, dtype: dtype, device: folding._signs.device).DetachFromDisposeScope();

        public void Write(int layer, IReadOnlyList<Tensor> blocks)
        {
            for (var i = 0; i < blocks.Count; i++)
            {
                using var scope = NewDisposeScope();
                _sums.add_(folding.Fold(folding._layout.Offset(layer, (Linear)i), blocks[i].view(count, -1)), Operand.One);
                _squares.add_(RowSlab.Squares(blocks[i]), Operand.One);
            }
        }

        /// <summary>The folded rows, as long as they come, and the squared norms of the rows themselves.</summary>
        public (float[][] Rows, double[] Squares) Finish()
        {
            using var scope = NewDisposeScope();
            var sums = _sums.to(CPU).data<float>().ToArray();
            float[][] folded = [.. Enumerable.Range(0, count).Select(b => sums.AsSpan(b * Size, Size).ToArray())];
            return (folded, [.. _squares.to(CPU).data<double>()]);
        }

        public void Dispose()
        {
            _sums.Dispose();
            _squares.Dispose();
        }
    }
}
