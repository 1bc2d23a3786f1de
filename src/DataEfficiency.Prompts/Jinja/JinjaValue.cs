// What a value is worth: truth, kind, length, and what a loop runs over.
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaValue
{
    private const int ItemsPerStep = 4;

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined or false or 0L or 0.0 => false,
        string text => text.Length > 0,
        JinjaMarkup markup => markup.Text.Length > 0,
        JinjaRange range => range.Count > 0,
        JinjaView view => view.Items.Count > 0,
        System.Collections.ICollection items => items.Count > 0,
        _ => true,
    };

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        Undefined u => $"undefined ({u.What})",
        bool => "a boolean",
        long or BigInteger => "a whole number",
        double => "a number",
        string => "a string",
        JinjaMarkup => "an escaped string",
        JinjaList { IsTuple: true } => "a tuple",
        JinjaList => "a list",
        JinjaDictionary => "a mapping",
        JinjaRange => "a range",
        JinjaView view => view.Kind,
        JinjaIterator => "an iterator",
        JinjaNamespace => "a namespace",
        JinjaLoop => "the variable loop",
        JinjaMacro macro => $"the macro {macro.Name}",
        JinjaFunction function => $"the function {function.Name}",
        _ => "an object",
    };

    public static bool IsNumber(object? value) => value is long or double or bool or BigInteger;

    public static bool IsText(object? value, out string text)
    {
        text = value as string ?? (value as JinjaMarkup)?.Text ?? "";
        return value is string or JinjaMarkup;
    }

    public static string ToText(object? value) =>
        IsText(value, out var text) ? text : throw new ChatTemplateException($"a string is needed, not {TypeName(value)}");

    /// <summary>A whole number that counts something; what is beyond long is as good as its border.</summary>
    public static long ToCount(object? value) => value switch
    {
        long n => n,
        bool b => b ? 1 : 0,
        BigInteger big => big.Sign < 0 ? long.MinValue : long.MaxValue,
        _ => throw new ChatTemplateException($"a whole number is needed, not {TypeName(value)}"),
    };

    /// <summary>What a loop or filter runs over, one after the other: characters of a text, keys of a mapping.</summary>
    public static IEnumerable<object?> Iterate(object? value) => value switch
    {
        JinjaIterator iterator => Stepped(iterator),
        _ => Items(value),
    };

    /// <summary>The same as a list.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        JinjaList list => Counted(list),
        JinjaDictionary map => [.. Counted(map).Keys],
        string text => Characters(text),
        JinjaMarkup markup => Characters(markup.Text),
        JinjaRange range => CountedItems(range),
        JinjaView view => CountedItems(view),
        JinjaIterator iterator => [.. Stepped(iterator)],
        Undefined => [],
        _ => throw new ChatTemplateException($"{TypeName(value)} cannot be iterated over"),
    };

    public static bool CanIterate(object? value) =>
        value is string or JinjaMarkup or JinjaList or JinjaDictionary or JinjaRange or JinjaView
        or JinjaIterator or JinjaLoop or Undefined;

    /// <summary>Python's len(); null where the value has none.</summary>
    public static long? Length(object? value) => value switch
    {
        string text => CodePoints.Count(Read(text)),
        JinjaMarkup markup => CodePoints.Count(Read(markup.Text)),
        JinjaList list => list.Count,
        JinjaDictionary map => map.Count,
        JinjaRange range => range.Count,
        JinjaView view => view.Items.Count,
        JinjaLoop loop => loop.Length,
        Undefined => 0,
        _ => null,
    };

    public static string[] Characters(string text)
    {
        JinjaLimits.Running.Step(text.Length / ItemsPerStep);
        return CodePoints.Split(text);
    }

    /// <summary>Counts the work on a list or mapping.</summary>
    public static T Counted<T>(T items) where T : System.Collections.ICollection
    {
        JinjaLimits.Running.Step(items.Count / ItemsPerStep);
        return items;
    }

    private static IReadOnlyList<object?> CountedItems(JinjaView view)
    {
        JinjaLimits.Running.Step(view.Items.Count / ItemsPerStep);
        return view.Items;
    }

    private static object?[] CountedItems(JinjaRange range)
    {
        JinjaLimits.Running.Step(range.Count);
        return [.. range.Items];
    }

    private static IEnumerable<object?> Stepped(IEnumerable<object?> items)
    {
        foreach (var item in items)
        {
            JinjaLimits.Running.Step();
            yield return item;
        }
    }

    private static string Read(string text)
    {
        JinjaLimits.Running.MayMake(text.Length);
        return text;
    }
}
