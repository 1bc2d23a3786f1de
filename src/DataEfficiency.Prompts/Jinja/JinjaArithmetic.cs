// Python's operators on numbers, texts and lists.
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaArithmetic
{
    public static object Sign(string operation, object? value) => (operation, value) switch
    {
        ("-", double d) => -d,
        ("+", double d) => d,
        ("-", _) when JinjaValue.IsNumber(value) => JinjaNumbers.Whole(-ToBig(value)),
        (_, _) when JinjaValue.IsNumber(value) => JinjaNumbers.Whole(ToBig(value)),
        _ => throw new ChatTemplateException($"'{operation}' does not take {JinjaValue.TypeName(value)}"),
    };

    public static object? Apply(string operation, object? left, object? right)
    {
        if (operation == "~") return Joined(JinjaText.Of(left), JinjaText.Of(right));
        if (left is Undefined u) throw u.Asked($"'{operation}' does not take it");
        if (operation == "%" && JinjaValue.IsText(left, out _)) return JinjaPercentFormat.Apply(left!, right);
        if (right is Undefined v) throw v.Asked($"'{operation}' does not take it");
        if (JinjaValue.IsNumber(left) && JinjaValue.IsNumber(right)) return OfNumbers(operation, left, right);
        return (operation, left, right) switch
        {
            ("+", string a, string b) => Joined(a, b),
            ("+", JinjaMarkup or string, JinjaMarkup or string) =>
                new JinjaMarkup(Joined(JinjaMarkup.Escaped(left).Text, JinjaMarkup.Escaped(right).Text)),
            ("+", JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple =>
                new JinjaList(JinjaValue.Counted(a).Concat(JinjaValue.Counted(b)), a.IsTuple),
            ("*", _, _) when IsWhole(right) && IsSequence(left) => Repeated(left, JinjaValue.ToCount(right)),
            ("*", _, _) when IsWhole(left) && IsSequence(right) => Repeated(right, JinjaValue.ToCount(left)),
            ("-", JinjaView, _) or ("-", _, JinjaView) => throw JinjaRefused.Set.Error(),
            _ => throw new ChatTemplateException(
                $"'{operation}' does not take {JinjaValue.TypeName(left)} and {JinjaValue.TypeName(right)}"),
        };
    }

    public static bool IsWhole(object? value) => value is long or bool or BigInteger;

    public static double ToDouble(object? value) => value switch
    {
        long n => n,
        double d => d,
        bool b => b ? 1 : 0,
        BigInteger big => Divided(big, BigInteger.One),
        Undefined u => throw u.Asked("a number is needed"),
        _ => throw new ChatTemplateException($"a number is needed, not {JinjaValue.TypeName(value)}"),
    };

    public static BigInteger ToBig(object? value) => value switch
    {
        long n => n,
        bool b => b ? 1 : 0,
        BigInteger big => big,
        _ => throw new ChatTemplateException($"a whole number is needed, not {JinjaValue.TypeName(value)}"),
    };

    private static bool IsSequence(object? value) => value is string or JinjaMarkup or JinjaList;

    private static string Joined(string a, string b)
    {
        JinjaLimits.Running.MayMake((long)a.Length + b.Length);
        return a + b;
    }

    private static object Repeated(object? value, long times)
    {
        times = Math.Max(times, 0);
        if (value is JinjaList list)
        {
            JinjaLimits.Running.Step((long)Math.Min((double)list.Count * times, 1e15));
            return new JinjaList(Enumerable.Repeat(list, list.Count == 0 ? 0 : (int)times).SelectMany(l => l), list.IsTuple);
        }
        var text = JinjaValue.ToText(value);
        JinjaLimits.Running.MayMake((long)Math.Min((double)text.Length * times, 1e15));
        var made = text.Length == 0 ? "" : new System.Text.StringBuilder(text.Length * (int)times).Insert(0, text, (int)times).ToString();
        return value is JinjaMarkup ? new JinjaMarkup(made) : made;
    }

    private static object OfNumbers(string operation, object? left, object? right)
    {
        if (left is double || right is double) return OfDoubles(operation, ToDouble(left), ToDouble(right));
        if (operation == "/") return Divided(ToBig(left), ToBig(right));
        if (operation == "**") return Power(ToBig(left), ToBig(right));
        return JinjaNumbers.Whole(OfWholes(operation, ToBig(left), ToBig(right)));
    }

    private static double OfDoubles(string operation, double a, double b)
    {
        if (operation is "/" or "//" or "%" && b == 0) throw new ChatTemplateException("division by zero");
        switch (operation)
        {
            case "+": return a + b;
            case "-": return a - b;
            case "*": return a * b;
            case "/": return a / b;
            case "%": return Rest(a, b);
            case "//":
                // Python's way: the rest first, then what is left divided without one.
                var division = (a - Rest(a, b)) / b;
                if (division == 0) return Math.CopySign(0, a / b);
                var floor = Math.Floor(division);
                return division - floor > 0.5 ? floor + 1 : floor;
        }
        if (a == 0 && b < 0) throw new ChatTemplateException("0 has no negative power");
        if (a < 0 && b != Math.Floor(b) && double.IsFinite(a) && double.IsFinite(b))
            throw JinjaRefused.Complex.Error();
        var power = Math.Pow(a, b);
        return double.IsInfinity(power) && double.IsFinite(a) && double.IsFinite(b) ? throw TooLarge() : power;
    }

    private static double Rest(double a, double b)
    {
        var rest = a % b;
        if (rest == 0) return Math.CopySign(0, b);
        return rest < 0 != b < 0 ? rest + b : rest;
    }

    private static BigInteger OfWholes(string operation, BigInteger a, BigInteger b)
    {
        switch (operation)
        {
            case "+": return a + b;
            case "-": return a - b;
            case "*":
                JinjaLimits.Running.MayCount(a.GetBitLength() + b.GetBitLength());
                return a * b;
        }
        if (b.IsZero) throw new ChatTemplateException("division by zero");
        // Python rounds down, .NET towards zero.
        var quotient = BigInteger.DivRem(a, b, out var rest);
        var down = !rest.IsZero && rest.Sign != b.Sign;
        return operation == "//" ? down ? quotient - 1 : quotient : down ? rest + b : rest;
    }

    private static object Power(BigInteger a, BigInteger b)
    {
        if (b.Sign < 0) return OfDoubles("**", ToDouble(JinjaNumbers.Whole(a)), ToDouble(JinjaNumbers.Whole(b)));
        if (a.IsZero || a.IsOne) return b.IsZero ? 1L : (long)a;
        if (a == BigInteger.MinusOne) return b.IsEven ? 1L : -1L;
        JinjaLimits.Running.MayCount(b > 1 << 20 ? long.MaxValue : a.GetBitLength() * (long)b);
        return JinjaNumbers.Whole(BigInteger.Pow(a, (int)b));
    }

    /// <summary>The double next to the exact quotient.</summary>
    public static double Divided(BigInteger a, BigInteger b)
    {
        if (b.IsZero) throw new ChatTemplateException("division by zero");
        const long exact = 1L << 53;
        if (BigInteger.Abs(a) <= exact && BigInteger.Abs(b) <= exact) return (double)a / (double)b;
        var (high, low) = (BigInteger.Abs(a), BigInteger.Abs(b));
        // 66 bits and a bit for what is cut off: enough to round once, exactly.
        var shift = (int)(66 - (high.GetBitLength() - low.GetBitLength()));
        var quotient = BigInteger.DivRem(shift > 0 ? high << shift : high, shift > 0 ? low : low << -shift, out var rest);
        var top = (int)Math.Max(0, quotient.GetBitLength() - 54);
        // Quotients this far down are below the smallest normal number; Python's rounding there is not needed by any template.
        var kept = quotient >> top << 1 | (rest.IsZero && (quotient & ((BigInteger.One << top) - 1)).IsZero ? 0 : 1);
        var value = Math.ScaleB((long)kept, top - 1 - shift);
        if (double.IsInfinity(value)) throw TooLarge();
        return a.Sign < 0 != b.Sign < 0 ? -value : value;
    }

    public static ChatTemplateException TooLarge() => new("a number becomes too large");
}
