// Values that are refused and whose making can be read off the template: a set is the keys or pairs of a mapping less others, a complex
// number the root of a negative number that is written there. Where only the values of names make them, they are refused while it runs.
namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaUnmade
{
    public static void Check(Binary operation)
    {
        if (operation.Operator == "-" && (IsSetLike(operation.Left) || IsSetLike(operation.Right)))
            throw JinjaRefused.At(JinjaRefused.Set, operation.Line);
        if (operation.Operator == "**" && Number(operation.Left) is < 0 and > double.NegativeInfinity
            && Number(operation.Right) is { } power && double.IsFinite(power) && power != Math.Floor(power))
            throw JinjaRefused.At(JinjaRefused.Complex, operation.Line);
    }

    private static bool IsSetLike(Expression expression) =>
        expression is Call { Of: Attribute { Key: "keys" or "items" }, Arguments.AreNone: true };

    private static double? Number(Expression expression) => expression switch
    {
        Literal { Value: long whole } => whole,
        Literal { Value: double number } => number,
        Unary { Operator: "-" } sign => -Number(sign.Of),
        Unary { Operator: "+" } sign => Number(sign.Of),
        Binary { Operator: "/" } ratio => Number(ratio.Left) / Number(ratio.Right),
        _ => null,
    };
}
