namespace DataEfficiency.Engine.Gradients;

/// <summary>The gradient of one example.</summary>
/// <param name="Row">All B gradients, linears in recipe order, each [out, r] row by row, alpha / r included. Null where there is no
/// gradient.</param>
/// <param name="Norm">Euclidean norm of the float32 row, whatever it was stored in.</param>
/// <param name="Loss">Mean cross-entropy of the kept answer tokens; null where none is kept.</param>
internal sealed record GradientRow(RowValues? Row, double Norm, double? Loss)
{
    /// <summary>The row in float32; null where there is none or it is in half precision.</summary>
    public float[]? Values => Row?.Floats;
}
