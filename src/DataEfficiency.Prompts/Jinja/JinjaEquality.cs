// Python's ==, hash and order.
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaEquality
{
    public static bool Same(object? a, object? b) => JinjaLimits.Nested(() => AreSame(a, b));

    private static bool AreSame(object? a, object? b)
    {
        if (JinjaValue.IsText(a, out var text) && JinjaValue.IsText(b, out var other))
            return text.Length == other.Length && Read(text) == other;
        if (JinjaValue.IsNumber(a) && JinjaValue.IsNumber(b)) return OrderOfNumbers(a, b) == 0;
        return (a, b) switch
        {
            (null, null) => true,
            (JinjaList x, JinjaList y) => x.IsTuple == y.IsTuple && x.Count == y.Count && x.Zip(y).All(p => SameItem(p.First, p.Second)),
            (JinjaDictionary x, JinjaDictionary y) => x.Count == y.Count && SameItems(x, y),
            (JinjaRange x, JinjaRange y) =>
                x.Count == y.Count && (x.Count == 0 || x.Start == y.Start && (x.Count == 1 || x.Step == y.Step)),
            (JinjaView { Kind: not "dict_values" } x, JinjaView { Kind: not "dict_values" } y) =>
                x.Items.Count == y.Items.Count && x.Items.All(i => y.Items.Any(j => SameItem(i, j))),
            (Undefined, Undefined) => true,
            _ => ReferenceEquals(a, b),
        };
    }

    private static bool SameItem(object? a, object? b) => ReferenceEquals(a, b) || Same(a, b);

    private static bool SameItems(JinjaDictionary x, JinjaDictionary y)
    {
        foreach (var (key, value) in x.Pairs)
            if (!y.TryGetValue(key, out var other) || !SameItem(value, other)) return false;
        return true;
    }

    /// <exception cref="ChatTemplateException">The value may change, so that it is no key.</exception>
    public static int Hash(object? value) => JinjaLimits.Nested(() => HashOf(value));

    private static int HashOf(object? value) => value switch
    {
        null => 0,
        string text => string.GetHashCode(Read(text)),
        JinjaMarkup markup => string.GetHashCode(Read(markup.Text)),
        bool or long or BigInteger or double => JinjaArithmetic.ToDouble(value).GetHashCode(),
        JinjaList { IsTuple: true } tuple => tuple.Aggregate(tuple.Count, (hash, item) => HashCode.Combine(hash, Hash(item))),
        JinjaList or JinjaDictionary => throw new ChatTemplateException($"{JinjaValue.TypeName(value)} cannot be a key"),
        JinjaView => throw new ChatTemplateException($"{JinjaValue.TypeName(value)} cannot be a key"),
        Undefined => 1,
        JinjaRange range => range.Count,
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value),
    };

    public static bool Holds(string operation, object? left, object? right) => operation switch
    {
        "==" => Same(left, right),
        "!=" => !Same(left, right),
        "in" => JinjaMembers.Contains(right, left),
        "not in" => !JinjaMembers.Contains(right, left),
        // whatever is compared with a number that is none is false
        _ when left is double.NaN && JinjaValue.IsNumber(right) || right is double.NaN && JinjaValue.IsNumber(left) => false,
        "<" => Order(left, right) < 0,
        "<=" => Order(left, right) <= 0,
        ">" => Order(left, right) > 0,
        _ => Order(left, right) >= 0,
    };

    /// <summary>Order of two numbers, texts, lists or tuples.</summary>
    public static int Order(object? a, object? b) => JinjaLimits.Nested(() => OrderOf(a, b));

    private static int OrderOf(object? a, object? b)
    {
        if (JinjaValue.IsText(a, out var text) && JinjaValue.IsText(b, out var other)) return OrderOfTexts(Read(text), other);
        if (JinjaValue.IsNumber(a) && JinjaValue.IsNumber(b)) return OrderOfNumbers(a, b);
        if (a is JinjaList left && b is JinjaList right && left.IsTuple == right.IsTuple)
        {
            for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
                if (!SameItem(left[i], right[i])) return Order(left[i], right[i]);
            return left.Count.CompareTo(right.Count);
        }
        throw new ChatTemplateException($"{JinjaValue.TypeName(a)} and {JinjaValue.TypeName(b)} have no order");
    }

    /// <summary>By code points: a surrogate pair stands above every other character.</summary>
    private static int OrderOfTexts(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length) return a.Length.CompareTo(b.Length);
        return Lifted(a[at]).CompareTo(Lifted(b[at]));

        static int Lifted(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }

    private static int OrderOfNumbers(object? a, object? b)
    {
        if (a is double x && b is double y) return x == y ? 0 : x < y ? -1 : 1;
        if (a is not double && b is not double) return JinjaArithmetic.ToBig(a).CompareTo(JinjaArithmetic.ToBig(b));
        if (b is double) return -OrderOfNumbers(b, a);
        var (number, whole) = ((double)a!, JinjaArithmetic.ToBig(b));
        if (double.IsNaN(number)) return 1;
        if (double.IsInfinity(number)) return number > 0 ? 1 : -1;
        var floor = Math.Floor(number);
        var order = new BigInteger(floor).CompareTo(whole);
        return order != 0 ? order : number > floor ? 1 : 0;
    }

    private static string Read(string text)
    {
        JinjaLimits.Running.MayMake(text.Length);
        return text;
    }
}
