namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaArithmetic
{
    public static object Sign(string operation, object? value) => (operation, value) switch
    {
        // Boxed one by one: a common type of the arms would make every whole number a double.
        ("-", double d) => (object)-d,
        ("+", double d) => d,
        ("-", _) => Checked(() => -JinjaValue.ToLong(value)),
        _ => JinjaValue.ToLong(value),
    };

    public static object? Apply(string operation, object? left, object? right, JinjaLimits limits)
    {
        switch (operation)
        {
            case "~":
                return limits.Made(JinjaValue.Text(left) + JinjaValue.Text(right));
            case "+" when left is string a && right is string b:
                limits.MayMake((long)a.Length + b.Length);
                return a + b;
            case "+" when left is JinjaList a && right is JinjaList b:
                return new JinjaList(JinjaValue.Counted(a).Concat(JinjaValue.Counted(b)), a.IsTuple);
            case "*" when (left is string || right is string) && (left is long || right is long):
                var (text, times) = left is string s ? (s, (long)right!) : ((string)right!, (long)left!);
                limits.MayMake(Math.Min(long.MaxValue / 2, (long)Math.Min((double)text.Length * Math.Max(times, 0), 1e18)));
                return string.Concat(Enumerable.Repeat(text, (int)Math.Max(times, 0)));
            case "%" when left is string:
                throw new ChatTemplateException("formatting with % is not supported");
        }
        if (!JinjaValue.IsNumber(left) || !JinjaValue.IsNumber(right)) throw new ChatTemplateException($"'{operation}' does not take {JinjaValue.TypeName(left)} and {JinjaValue.TypeName(right)}");
        if (operation is "/" or "//" or "%" && JinjaValue.ToDouble(right) == 0) throw new ChatTemplateException("division by zero");
        if (left is double || right is double || operation == "/" || operation == "**" && JinjaValue.ToLong(right) < 0) return OfDoubles(operation, JinjaValue.ToDouble(left), JinjaValue.ToDouble(right));
        return Checked(() => OfLongs(operation, JinjaValue.ToLong(left), JinjaValue.ToLong(right)));
    }

    private static double OfDoubles(string operation, double a, double b) => operation switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "//" => Math.Floor(a / b),
        "%" => a % b is var rest && rest != 0 && rest < 0 != b < 0 ? rest + b : rest,
        _ => Math.Pow(a, b),
    };

    private static long OfLongs(string operation, long a, long b)
    {
        checked
        {
            switch (operation)
            {
                case "+": return a + b;
                case "-": return a - b;
                case "*": return a * b;
                // Python rounds down, C# towards zero.
                case "//": return a / b - (a % b != 0 && a < 0 != b < 0 ? 1 : 0);
                case "%": return b == -1 ? 0 : a % b is var rest && rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
            }
            long power = 1;
            if (a is 0 or 1) return b == 0 ? 1 : a;
            if (a == -1) return b % 2 == 0 ? 1 : -1;
            for (; b > 0; b--) power *= a;
            return power;
        }
    }

    private static long Checked(Func<long> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            throw new ChatTemplateException("a number becomes too large");
        }
    }
}
