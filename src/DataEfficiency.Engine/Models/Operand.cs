using TorchSharp;

namespace DataEfficiency.Engine.Models;

/// <summary>
/// Numbers as operands of tensor operations, alive as long as the program. A number that is converted on the spot becomes a Scalar which
/// nothing refers to any more while native code reads it: the garbage collector may free it just then (seen as an error in
/// c10::Scalar::toFloat, once in some million operations). So a number is one of these, or is held by a using declaration around the call.
/// Tensor + Tensor makes such a Scalar too, and so does add of one operand, tensor or number, for its factor 1: use add(other,
/// Operand.One). square() does it as well: use mul.
/// </summary>
internal static class Operand
{
    internal static readonly Scalar One = 1;
    internal static readonly Scalar MinusOne = -1;
    internal static readonly Scalar MinusInfinity = float.NegativeInfinity;
}
