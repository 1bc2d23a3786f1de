using DataEfficiency.Engine.Gradients;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Datastore;

/// <summary>Hands rows that are known on, layer by layer from the top, as a pass gives them.</summary>
internal static class PassOf
{
    public static void Rows(IRowSink sink, ModelConfig config, RowLayout layout, params float[][] rows)
    {
        foreach (var layer in AdapterMatrices.Linears(config).GroupBy(p => p.Layer, p => p.Linear).Reverse())
        {
            using var scope = NewDisposeScope();
            sink.Write(layer.Key, [.. layer.Select(linear =>
            {
                int first = layout.Offset(layer.Key, linear), outputs = AdapterMatrices.Shape(config, linear).Out;
                var columns = first..(first + outputs * layout.Rank);
                return stack([.. rows.Select(r => tensor(r[columns]).view(outputs, layout.Rank))]);
            })]);
        }
    }
}
