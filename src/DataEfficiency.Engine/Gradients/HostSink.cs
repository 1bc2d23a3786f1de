using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace DataEfficiency.Engine.Gradients;

/// <summary>Rows in the host's memory.</summary>
internal sealed class HostSink(int count, RowLayout layout, bool half) : IRowSink
{
    private const int SummedAtOnce = 4096;

    public RowValues[] Rows { get; } = [.. Enumerable.Range(0, count).Select(_ => RowValues.New(layout.Width, layout.Rank, half))];

    public double[] Squares { get; } = new double[count];

    public void Write(int layer, IReadOnlyList<Tensor> blocks)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            using var scope = NewDisposeScope();
            var host = blocks[i].to(CPU).contiguous();
            for (var b = 0; b < Rows.Length; b++) Set(b, layout.Offset(layer, (Linear)i), MemoryMarshal.Cast<byte, float>(host[b].bytes));
        }
    }

    private void Set(int row, int first, Span<float> values)
    {
        Rows[row].Set(first, values);
        for (var at = 0; at < values.Length; at += SummedAtOnce)
            Squares[row] += TensorPrimitives.SumOfSquares<float>(values.Slice(at, Math.Min(SummedAtOnce, values.Length - at)));
    }
}
