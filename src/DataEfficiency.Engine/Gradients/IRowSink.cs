using static TorchSharp.torch;

namespace DataEfficiency.Engine.Gradients;

/// <summary>Takes the rows of a batch as they come, one layer after the other, from the top to the first.</summary>
internal interface IRowSink
{
    /// <param name="blocks">Of each linear [batch, out, r] float32, contiguous, on the decoder's device; the caller disposes them.</param>
    void Write(int layer, IReadOnlyList<Tensor> blocks);
}
