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

    // Layers whose part of the rows is taken in together: each operation of a device has a price of its own.
    private const int LayersAtOnce = 4;

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
        for (var layer = 0; layer < config.Layers; layer += LayersAtOnce)
        {
            using var inner = NewDisposeScope();
            var all = Read(layer, Math.Min(LayersAtOnce, config.Layers - layer));
            sums.add_(BlockProducts(all, all.narrow(0, slot, 1)), Operand.One);
        }
        return [.. sums.view(-1).to(CPU).data<double>()];
    }

    /// <summary>The squared norms of blocks [batch, out, r]: an output's squares in float32, the outputs in float64.</summary>
    public static Tensor Squares(Tensor blocks) => blocks.mul(blocks).sum(-1).to(ScalarType.Float64).sum(-1);

    // A layer's columns stand side by side.
    private int Columns => layout.Width / config.Layers;

    // The columns of some layers, of all rows in float32: [rows, columns].
    private Tensor Read(int layer, int layers)
    {
        using var scope = NewDisposeScope();
        int rank = layout.Rank, first = layer * Columns, columns = layers * Columns;
        // an integer's product with a float32 is one, without a copy in between
        var multiples = _multiples.narrow(1, first, columns).view(rows, columns / rank, rank);
        return multiples.mul(_units.narrow(1, first / rank, columns / rank).unsqueeze(-1)).view(rows, -1).MoveToOuterDisposeScope();
    }

    // The columns from a layer on, of some rows: values [slots, columns].
    private void Set(Tensor slots, int layer, Tensor values)
    {
        int rank = layout.Rank, first = layer * Columns, columns = (int)values.shape[1];
        values = values.view(-1, columns / rank, rank);
        using Scalar largest = short.MaxValue, smallest = short.MaxValue * MinNormal;
        var magnitude = values.abs().amax([2]);
        // What is smaller than any unit counts as zero.
        var unit = where(magnitude.gt(smallest), magnitude.div(largest), ones_like(magnitude));
        _units.narrow(1, first / rank, columns / rank).index_copy_(0, slots, unit);
        var multiples = values.div(unit.unsqueeze(-1)).round_().to(ScalarType.Int16).view(-1, columns);
        _multiples.narrow(1, first, columns).index_copy_(0, slots, multiples);
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
        private readonly Tensor _slots = tensor([.. slots.Select(s => (long)s)], device: slab.Device).DetachFromDisposeScope();

        // Of each row with all rows of the slab, [rows, batch], and with itself.
        private readonly Tensor _products = New(slab, slab.Rows, slots.Length), _squares = New(slab, slots.Length);

        private static Tensor New(RowSlab slab, params long[] shape) =>
            zeros(shape, dtype: ScalarType.Float64, device: slab.Device).DetachFromDisposeScope();

        // The layers that came last, the lowest first: a pass goes down from the top.
        private readonly List<Tensor> _waiting = [];

        public void Write(int layer, IReadOnlyList<Tensor> blocks)
        {
            using var scope = NewDisposeScope();
            _waiting.Insert(0, cat([.. blocks.Select(b => b.view(slots.Length, -1))], 1).DetachFromDisposeScope());
            if (layer > 0 && _waiting.Count < LayersAtOnce) return;
            var rows = cat(_waiting, 1);
            slab.Set(_slots, layer, rows);
            _products.add_(BlockProducts(slab.Read(layer, _waiting.Count), rows), Operand.One);
            _squares.add_(Squares(rows.view(slots.Length, -1, slab.Rank)), Operand.One);
            Forget();
        }

        private void Forget()
        {
            foreach (var tensor in _waiting) tensor.Dispose();
            _waiting.Clear();
        }

        /// <summary>Of each row its products with all rows of the slab, the other new ones among them, and its squared norm: the one
        /// download.</summary>
        public (double[][] Products, double[] Squares) Finish()
        {
            using var scope = NewDisposeScope();
            var all = cat([_products, _squares.unsqueeze(0)]).to(CPU).data<double>().ToArray();
            double Of(int row, int b) => all[row * slots.Length + b];
            double[] Products(int b) => [.. Enumerable.Range(0, slab.Rows).Select(row => Of(row, b))];
            return ([.. slots.Select((_, b) => Products(b))], [.. slots.Select((_, b) => Of(slab.Rows, b))]);
        }

        public void Dispose()
        {
            Forget();
            _slots.Dispose();
            _products.Dispose();
            _squares.Dispose();
        }
    }

    private Device Device => device;

    private int Rank => layout.Rank;
}
