// Python's attributes of numbers.
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaNumberMethods
{
    public static object? Find(object of, string name) => (of, name) switch
    {
        (double d, "real") => d,
        (double, "imag") => 0.0,
        (double d, "conjugate") => JinjaMembers.Method(name, "/", _ => d),
        (double d, "is_integer") => JinjaMembers.Method(name, "/", _ => double.IsFinite(d) && d == Math.Floor(d)),
        (double, _) => null,
        (_, "real" or "numerator") => JinjaNumbers.Whole(JinjaArithmetic.ToBig(of)),
        (_, "imag") => 0L,
        (_, "denominator") => 1L,
        (_, "conjugate") => JinjaMembers.Method(name, "/", _ => JinjaNumbers.Whole(JinjaArithmetic.ToBig(of))),
        (_, "bit_length") => JinjaMembers.Method(name, "/", _ => Bits(BigInteger.Abs(JinjaArithmetic.ToBig(of)))),
        (_, "bit_count") => JinjaMembers.Method(name, "/", _ => Ones(BigInteger.Abs(JinjaArithmetic.ToBig(of)))),
        _ => null,
    };

    private static long Bits(BigInteger value) => value.IsZero ? 0 : value.GetBitLength();

    private static long Ones(BigInteger value) => value.ToByteArray().Sum(b => (long)BitOperations.PopCount(b));
}
