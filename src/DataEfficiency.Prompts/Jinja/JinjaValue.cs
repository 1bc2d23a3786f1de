// Values of a template as Python has them: null is none; bool, long, double and string; JinjaList; JinjaDictionary; Undefined; functions.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Prompts.Jinja;

internal sealed class JinjaList(IEnumerable<object?> items, bool isTuple = false) : List<object?>(items)
{
    public bool IsTuple => isTuple;
}

/// <summary>Keeps the order of insertion, as Python's does; keys are strings.</summary>
internal sealed class JinjaDictionary : OrderedDictionary<string, object?>
{
    public JinjaDictionary() : base(StringComparer.Ordinal) { }

    /// <summary>Made by namespace(): the one kind whose attributes a template may set.</summary>
    public bool IsNamespace { get; init; }
}

/// <summary>A name or key that is not there: empty text, false, an empty list, and an error when anything is asked of it.</summary>
internal sealed record Undefined(string What);

internal delegate object? JinjaFunction(JinjaArguments arguments);

internal static class JinjaValue
{
    private const int ItemsPerStep = 4;

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined or false or 0L or 0.0 => false,
        string text => text.Length > 0,
        System.Collections.ICollection items => items.Count > 0,
        _ => true,
    };

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        Undefined u => $"undefined ({u.What})",
        bool => "a boolean",
        long or double => "a number",
        string => "a string",
        JinjaList => "a list",
        JinjaDictionary => "a mapping",
        _ => "a function",
    };

    /// <summary>Python's str().</summary>
    public static string Text(object? value) => value is string text ? text : value is Undefined ? "" : Representation(value);

    /// <summary>Python's repr().</summary>
    public static string Representation(object? value) => Nested(() => Written(value));

    private static string Written(object? value)
    {
        switch (value)
        {
            case null: return "None";
            case bool b: return b ? "True" : "False";
            case long n: return n.ToString(CultureInfo.InvariantCulture);
            case double d: return Number(d);
            case string s: return Quoted(s);
            case JinjaList list:
                var items = string.Join(", ", list.Select(Representation));
                return list.IsTuple ? list.Count == 1 ? $"({items},)" : $"({items})" : $"[{items}]";
            case JinjaDictionary map: return "{" + string.Join(", ", map.Select(p => $"{Quoted(p.Key)}: {Representation(p.Value)}")) + "}";
            case Undefined: return "Undefined";
            default: throw new ChatTemplateException($"{TypeName(value)} cannot be written as text");
        }
    }

    public static string Number(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        var size = Math.Abs(value);
        if (size != 0 && size is < 1e-4 or >= 1e16)
        {
            var text = value.ToString("R", CultureInfo.InvariantCulture);
            var parts = (text.Contains('E') ? text : value.ToString("0.################E+00", CultureInfo.InvariantCulture)).Split('E');
            return $"{parts[0]}e{parts[1][0]}{parts[1][1..].PadLeft(2, '0')}";
        }
        var plain = value.ToString("0.0################", CultureInfo.InvariantCulture);
        return double.Parse(plain, CultureInfo.InvariantCulture) == value ? plain : value.ToString("R", CultureInfo.InvariantCulture);
    }

    public static new bool Equals(object? a, object? b) => Nested(() => AreEqual(a, b));

    private static bool AreEqual(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (string x, string y) => x.Length == y.Length && Read(x) == y,
        (JinjaList x, JinjaList y) => x.IsTuple == y.IsTuple && x.Count == y.Count && x.Zip(y).All(p => Equals(p.First, p.Second)),
        (JinjaDictionary x, JinjaDictionary y) => x.Count == y.Count && x.All(p => y.TryGetValue(p.Key, out var other) && Equals(p.Value, other)),
        (Undefined, Undefined) => true,
        _ when IsNumber(a) && IsNumber(b) => ToDouble(a) == ToDouble(b),
        _ => ReferenceEquals(a, b),
    };

    /// <summary>Order of two numbers, strings or lists.</summary>
    public static int Compare(object? a, object? b) => Nested(() => Order(a, b));

    private static int Order(object? a, object? b)
    {
        if (a is string x && b is string y) return string.CompareOrdinal(Read(x), y);
        if (IsNumber(a) && IsNumber(b)) return a is double || b is double ? ToDouble(a).CompareTo(ToDouble(b)) : ToLong(a).CompareTo(ToLong(b));
        if (a is JinjaList left && b is JinjaList right)
        {
            for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
                if (!Equals(left[i], right[i])) return Compare(left[i], right[i]);
            return left.Count.CompareTo(right.Count);
        }
        throw new ChatTemplateException($"{TypeName(a)} and {TypeName(b)} have no order");
    }

    public static bool IsNumber(object? value) => value is long or double or bool;

    public static double ToDouble(object? value) => value switch { long n => n, double d => d, bool b => b ? 1 : 0, _ => throw new ChatTemplateException($"a number is needed, not {TypeName(value)}") };

    public static long ToLong(object? value) => value switch { long n => n, bool b => b ? 1 : 0, _ => throw new ChatTemplateException($"a whole number is needed, not {TypeName(value)}") };

    public static string ToText(object? value) => value as string ?? throw new ChatTemplateException($"a string is needed, not {TypeName(value)}");

    /// <summary>What a loop or a list filter runs over: characters of a string (whole code points), keys of a mapping.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        JinjaList list => Counted(list),
        JinjaDictionary map => [.. Counted(map).Keys],
        string text => Characters(text),
        Undefined => [],
        _ => throw new ChatTemplateException($"{TypeName(value)} cannot be iterated over"),
    };

    public static int Length(object? value) => value switch
    {
        string text when !Read(text).AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') => text.Length,
        JinjaList list => list.Count,
        JinjaDictionary map => map.Count,
        _ => Items(value).Count,
    };

    public static string[] Characters(string text)
    {
        JinjaLimits.Running.Step(text.Length / ItemsPerStep);
        // one character of ASCII is the same string each time
        return [.. text.EnumerateRunes().Select(r => r.IsAscii ? ((char)r.Value).ToString() : r.ToString())];
    }

    /// <summary>Counts the work on a list or mapping.</summary>
    public static T Counted<T>(T items) where T : System.Collections.ICollection
    {
        JinjaLimits.Running.Step(items.Count / ItemsPerStep);
        return items;
    }

    private static string Read(string text)
    {
        JinjaLimits.Running.MayMake(text.Length);
        return text;
    }

    // Values hold each other as deep, and as often, as a template likes.
    private static T Nested<T>(Func<T> walk)
    {
        JinjaLimits.Running.Step();
        JinjaLimits.Running.Enter();
        var result = walk();
        JinjaLimits.Running.Leave();
        return result;
    }

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (var c in text)
            result.Append(c switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when c == quote => "\\" + c,
                < ' ' or '\x7f' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        return result.Append(quote).ToString();
    }
}
