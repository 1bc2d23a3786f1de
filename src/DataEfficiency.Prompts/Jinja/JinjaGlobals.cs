// Functions that every template sees: jinja2's, and the two that transformers adds.
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaGlobals
{
    private static readonly JinjaSignature Message = new("message"), Format = new("format"), Separator = new("sep?");

    public static IEnumerable<JinjaFunction> Functions(TimeProvider time) =>
    [
        new("raise_exception", a =>
            throw new ChatTemplateException(JinjaText.Of(Message.Bind("raise_exception", a)[0]), raisedByTemplate: true)),
        new("strftime_now", a => JinjaTime.Text(JinjaValue.ToText(Format.Bind("strftime_now", a)[0]), time.GetLocalNow())),
        new("namespace", a => new JinjaNamespace(Mapping("namespace", a))),
        new("dict", a => Mapping("dict", a)),
        new("range", Range),
        new("cycler", a => a.Named.Count == 0 && a.Positional.Count > 0 ? new JinjaCycler(a.Positional)
            : throw new ChatTemplateException("cycler needs values")),
        new("joiner", a => new JinjaJoiner(Separator.Bind("joiner", a).Or(0, ", "))),
    ];

    private static JinjaDictionary Mapping(string function, JinjaArguments arguments)
    {
        if (arguments.Positional.Count > 1) throw new ChatTemplateException($"'{function}' takes one argument without a name");
        var made = new JinjaDictionary();
        if (arguments.Positional is [Undefined u]) throw u.Asked("it is no mapping");
        if (arguments.Positional is [JinjaDictionary from]) foreach (var (key, value) in JinjaValue.Counted(from).Pairs) made[key] = value;
        else if (arguments.Positional is [var pairs])
            foreach (var pair in JinjaValue.Iterate(pairs))
                made[JinjaValue.Items(pair) is { Count: 2 } two ? two[0]
                    : throw new ChatTemplateException($"'{function}' needs pairs")] = two[1];
        foreach (var (key, value) in arguments.Named) made[key] = value;
        return made;
    }

    private static object Range(JinjaArguments arguments)
    {
        if (arguments.Named.Count > 0) throw new ChatTemplateException("'range' takes no names");
        var (start, stop, step) = arguments.Positional.Select(JinjaArithmetic.ToBig).ToArray() switch
        {
            [var end] => (BigInteger.Zero, end, BigInteger.One),
            [var begin, var end] => (begin, end, BigInteger.One),
            [var begin, var end, var by] when !by.IsZero => (begin, end, by),
            _ => throw new ChatTemplateException("range takes one to three whole numbers, and its step is not 0"),
        };
        var count = BigInteger.Max(0, step.Sign > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
        if (count > JinjaLimits.Range) throw new ChatTemplateException($"range has more than {JinjaLimits.Range:N0} numbers");
        if (start < long.MinValue || start > long.MaxValue || stop < long.MinValue || stop > long.MaxValue
            || BigInteger.Abs(step) > long.MaxValue)
            throw JinjaArithmetic.TooLarge();
        return new JinjaRange((long)start, (long)stop, (long)step, (int)count);
    }
}

/// <summary>cycler(): one value after the other.</summary>
internal sealed class JinjaCycler(IReadOnlyList<object?> values) : IJinjaObject
{
    private int at;

    public bool TryGet(string name, out object? value)
    {
        value = name switch
        {
            "current" => values[at],
            "pos" => (long)at,
            "items" => new JinjaList(values, isTuple: true),
            "next" => new JinjaFunction(name, _ =>
            {
                var current = values[at];
                at = (at + 1) % values.Count;
                return current;
            }),
            "reset" => new JinjaFunction(name, _ =>
            {
                at = 0;
                return null;
            }),
            _ => JinjaBound.Absent,
        };
        return !ReferenceEquals(value, JinjaBound.Absent);
    }
}

/// <summary>joiner(): nothing the first time, the separator from then on.</summary>
internal sealed class JinjaJoiner(object? separator) : IJinjaObject, IJinjaCallable
{
    private bool used;

    public object? Call(JinjaArguments arguments)
    {
        if (arguments.Positional.Count + arguments.Named.Count > 0) throw new ChatTemplateException("a joiner takes no arguments");
        if (used) return separator;
        used = true;
        return "";
    }

    public bool TryGet(string name, out object? value)
    {
        (var found, value) = name switch { "sep" => (true, separator), "used" => (true, (object?)used), _ => (false, null) };
        return found;
    }
}
