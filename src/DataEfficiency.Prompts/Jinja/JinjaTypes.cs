// What a template's values are, beside null (none), bool, long, BigInteger, double and string. Whole numbers are long wherever they fit.
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

/// <summary>A list or a tuple; the pairs of groupby are tuples whose items have names too.</summary>
internal sealed class JinjaList(IEnumerable<object?> items, bool isTuple = false, string[]? names = null) : List<object?>(items)
{
    public bool IsTuple => isTuple;

    public IReadOnlyList<string> Names => names ?? [];

    public static JinjaList Tuple(params object?[] items) => new(items, isTuple: true);
}

/// <summary>Python's dict: in the order of insertion, keys of any hashable kind; 1, 1.0 and true are one key.</summary>
internal sealed class JinjaDictionary : ICollection
{
    // None is a key like any other.
    private static readonly object None = new();
    private readonly OrderedDictionary<object, object?> items = new(Keyed.Rule);

    public object? this[object? key] { set => items[key ?? None] = value; }

    public int Count => items.Count;

    public IEnumerable<object?> Keys => items.Keys.Select(Out);

    public IEnumerable<object?> Values => items.Values;

    public IEnumerable<(object? Key, object? Value)> Pairs => items.Select(p => (Out(p.Key), p.Value));

    public bool TryGetValue(object? key, out object? value) => items.TryGetValue(key ?? None, out value);

    public bool Contains(object? key) => items.ContainsKey(key ?? None);

    public void Add(object? key, object? value) => this[key] = value;

    IEnumerator IEnumerable.GetEnumerator() => Keys.GetEnumerator();

    void ICollection.CopyTo(Array array, int index) => throw new NotSupportedException();

    bool ICollection.IsSynchronized => false;

    object ICollection.SyncRoot => this;

    private static object? Out(object key) => ReferenceEquals(key, None) ? null : key;

    private sealed class Keyed : IEqualityComparer<object>
    {
        public static readonly Keyed Rule = new();

        bool IEqualityComparer<object>.Equals(object? a, object? b) => ReferenceEquals(a, b) || JinjaEquality.Same(a, b);

        public int GetHashCode([DisallowNull] object key) => JinjaEquality.Hash(key);
    }
}

/// <summary>The numbers of range(), never written out.</summary>
internal sealed record JinjaRange(long Start, long Stop, long Step, int Count)
{
    public object? this[int at] => Start + at * Step;

    public IEnumerable<object?> Items => Enumerable.Range(0, Count).Select(i => this[i]);
}

/// <summary>keys(), values() and items() of a mapping.</summary>
internal sealed record JinjaView(string Kind, IReadOnlyList<object?> Items);

/// <summary>What map, select, batch and others give: read once, from where the last reader stopped.</summary>
internal sealed class JinjaIterator(IEnumerable<object?> items) : IEnumerable<object?>
{
    private readonly IEnumerator<object?> source = items.GetEnumerator();

    public IEnumerator<object?> GetEnumerator()
    {
        while (source.MoveNext()) yield return source.Current;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Text that escape, safe and forceescape made: what is joined to it is escaped.</summary>
internal sealed record JinjaMarkup(string Text)
{
    public static JinjaMarkup Of(object? value) => value as JinjaMarkup ?? new JinjaMarkup(JinjaText.Of(value));

    public static JinjaMarkup Escaped(object? value) => value as JinjaMarkup ?? new JinjaMarkup(JinjaLimits.Running.Made(
        JinjaText.Of(value).Replace("&", "&amp;").Replace(">", "&gt;").Replace("<", "&lt;").Replace("'", "&#39;").Replace("\"", "&#34;")));
}

/// <summary>A name or key that is not there: empty text, false, an empty list, and an error when anything is asked of it.</summary>
internal sealed record Undefined(string What)
{
    public ChatTemplateException Asked(string forWhat) => new($"{What} is undefined; {forWhat}");
}

/// <summary>A value with attributes of its own (loop, namespace, macro, cycler).</summary>
internal interface IJinjaObject
{
    bool TryGet(string name, out object? value);
}

internal interface IJinjaCallable
{
    object? Call(JinjaArguments arguments);
}

/// <summary>A global function or a method bound to its value.</summary>
internal sealed class JinjaFunction(string name, Func<JinjaArguments, object?> run) : IJinjaCallable
{
    public string Name => name;

    public object? Call(JinjaArguments arguments)
    {
        JinjaLimits.Running.Step();
        return run(arguments);
    }
}

/// <summary>Made by namespace(): the one kind whose attributes a template may set.</summary>
internal sealed class JinjaNamespace(JinjaDictionary values) : IJinjaObject
{
    public JinjaDictionary Values => values;

    public bool TryGet(string name, out object? value) => values.TryGetValue(name, out value);
}

internal static class JinjaNumbers
{
    /// <summary>The one form of a whole number: long where it fits.</summary>
    public static object Whole(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : JinjaLimits.Running.Counted(value);
}
