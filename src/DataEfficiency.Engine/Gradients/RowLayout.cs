// Where the gradient of each linear stands in a row: linears in recipe order, each [out, r] row by row.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;

namespace DataEfficiency.Engine.Gradients;

internal sealed class RowLayout
{
    private readonly int[] _offsets;

    public int Rank { get; }

    /// <summary>Length of a row: r times the sum of all linears' output widths.</summary>
    public int Width { get; }

    public RowLayout(ModelConfig config, int rank)
    {
        Rank = rank;
        var end = 0;
        _offsets = [.. AdapterMatrices.Linears(config)
            .Select(p => checked(AdapterMatrices.Shape(config, p.Linear).Out * rank)).Select(size => checked(end += size) - size)];
        Width = end;
    }

    /// <summary>Where the part [out, r] of one linear begins.</summary>
    public int Offset(int layer, Linear linear) => _offsets[layer * 7 + (int)linear];
}
