namespace DataEfficiency.Engine.Gradients;

/// <summary>The gradient of one example.</summary>
/// <param name="Row">All B gradients, linears in recipe order, each [out, r] row by row, alpha / r included. Null where there is no
/// gradient.</param>
/// <param name="Norm">Euclidean norm of the float32 row, whatever it was stored in.</param>
/// <param name="Loss">Mean cross-entropy of the kept answer tokens; null where none is kept.</param>
/// <param name="State">[hidden] behind the last norm at the input that predicts the first kept answer token, where the pass gives
/// it.</param>
internal sealed record GradientRow(RowValues? Row, double Norm, double? Loss, float[]? State = null)
{
    /// <summary>The row in float32; null where there is none or it is in half precision.</summary>
    public float[]? Values => Row?.Floats;
}
