// Rows on a device side by side, in 16-bit multiples of a unit for each run, as RowValues has them. A row never leaves the device: what
// leaves is its products.
using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Datastore;

/// <param name="rows">How many rows there is room for.</param>
internal sealed class RowSlab(int rows, RowLayout layout, ModelConfig config, Device device) : IDisposable
{
    // One float32 product over more columns is too far off (method section 5).
    private const int MostColumns = 65_536;

    // The smallest float32 of full precision.
    private const double MinNormal = 1.17549435e-38;

    private readonly Tensor _multiples = zeros([rows, layout.Width], dtype: ScalarType.Int16, device: device).DetachFromDisposeScope();
    private readonly Tensor _units =
        zeros([rows, layout.Width / layout.Rank], dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();

    public int Rows => rows;

    /// <summary>What a slab takes.</summary>
    public static long BytesOf(int rows, RowLayout layout) => rows * (2L * layout.Width + sizeof(float) * (layout.Width / layout.Rank));

    /// <summary>Takes rows in as a pass gives them, and their products with all rows of the slab.</summary>
    /// <param name="slots">Where each row goes, in the place of what was there.</param>
    public Writing Write(int[] slots) => new(this, slots);

    /// <summary>The products of a row with all rows.</summary>
    public double[] Products(int slot)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        var sums = zeros([rows, 1], dtype: ScalarType.Float64, device: device);
        foreach (var (layer, linear) in AdapterMatrices.Linears(config))
        {
            using var inner = NewDisposeScope();
            var (first, size) = (layout.Offset(layer, linear), SizeOf(linear));
            var all = Read(first, size);
            sums.add_(BlockProducts(all, all.narrow(0, slot, 1)), Operand.One);
        }
        return [.. sums.view(-1).to(CPU).data<double>()];
    }

    private int SizeOf(Linear linear) => AdapterMatrices.Shape(config, linear).Out * layout.Rank;

    // Columns of all rows in float32, [rows, size].
    private Tensor Read(int first, int size)
    {
        using var scope = NewDisposeScope();
        int rank = layout.Rank, runs = size / rank;
        var multiples = _multiples.narrow(1, first, size).to(ScalarType.Float32).view(rows, runs, rank);
        return multiples.mul_(_units.narrow(1, first / rank, runs).unsqueeze(-1)).view(rows, size).MoveToOuterDisposeScope();
    }

    private void Set(int slot, int first, Tensor row)
    {
        int rank = layout.Rank, runs = (int)row.numel() / rank;
        var values = row.reshape(runs, rank);
        using Scalar largest = short.MaxValue, smallest = short.MaxValue * MinNormal;
        var magnitude = values.abs().amax([1]);
        // What is smaller than any unit counts as zero.
        var unit = where(magnitude.gt(smallest), magnitude.div(largest), ones_like(magnitude));
        _units[slot].narrow(0, first / rank, runs).copy_(unit);
        _multiples[slot].narrow(0, first, runs * rank).copy_(values.div(unit.unsqueeze(-1)).round_().view(-1));
    }

    // [rows, batch] in float64 of a [rows, columns] and b [batch, columns].
    private static Tensor BlockProducts(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        long columns = a.shape[1], blocks = columns / MostColumns, whole = blocks * MostColumns;
        var sum = zeros([a.shape[0], b.shape[0]], dtype: ScalarType.Float64, device: a.device);
        Tensor Blocks(Tensor t) => t.narrow(1, 0, whole).view(t.shape[0], blocks, MostColumns).transpose(0, 1);
        // not sum(0): a literal 0 is a ScalarType to the compiler
        if (blocks > 0) sum.add_(Blocks(a).bmm(Blocks(b).transpose(1, 2)).to(ScalarType.Float64).sum([0L]), Operand.One);
        if (whole == columns) return sum.MoveToOuterDisposeScope();
        var rest = a.narrow(1, whole, columns - whole).mm(b.narrow(1, whole, columns - whole).t());
        sum.add_(rest.to(ScalarType.Float64), Operand.One);
        return sum.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _multiples.Dispose();
        _units.Dispose();
    }

    /// <summary>Rows while a pass gives them.</summary>
    internal sealed class Writing(RowSlab slab, int[] slots) : IRowSink, IDisposable
    {
        // Of each row with all rows of the slab, and last with itself: [rows + 1, batch].
        private readonly Tensor _sums =
            zeros([slab.Rows + 1, slots.Length], dtype: ScalarType.Float64, device: slab._multiples.device).DetachFromDisposeScope();

        public void Write(int layer, Linear linear, Tensor blocks)
        {
            using var scope = NewDisposeScope();
            var rows = blocks.view(slots.Length, -1);
            for (var b = 0; b < slots.Length; b++) slab.Set(slots[b], slab.Offset(layer, linear), rows[b]);
            var all = slab.Read(slab.Offset(layer, linear), (int)rows.shape[1]);
            _sums.narrow(0, 0, slab.Rows).add_(BlockProducts(all, rows), Operand.One);
            for (var b = 0; b < slots.Length; b++)
            {
                var row = rows.narrow(0, b, 1);
                _sums[slab.Rows].narrow(0, b, 1).add_(BlockProducts(row, row).view(-1), Operand.One);
            }
        }

        /// <summary>Of each row its products with all rows of the slab, the other new ones among them, and its squared norm: the one
        /// download.</summary>
        public (double[][] Products, double[] Squares) Finish()
        {
            using var scope = NewDisposeScope();
            var sums = _sums.to(CPU).data<double>().ToArray();
            double Of(int row, int b) => sums[row * slots.Length + b];
            double[] Products(int b) => [.. Enumerable.Range(0, slab.Rows).Select(row => Of(row, b))];
            return ([.. slots.Select((_, b) => Products(b))], [.. slots.Select((_, b) => Of(slab.Rows, b))]);
        }

        public void Dispose() => _sums.Dispose();
    }

    private int Offset(int layer, Linear linear) => layout.Offset(layer, linear);
}
