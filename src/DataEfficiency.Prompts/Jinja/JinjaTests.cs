// jinja2's tests: what stands behind "is".
using System.Numerics;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaTests
{
    private sealed record Test(JinjaSignature Signature, Func<object?, JinjaBound, bool> Holds);

    private static readonly Dictionary<string, Test> Tests = new()
    {
        ["defined"] = New("", (v, _) => v is not Undefined),
        ["undefined"] = New("", (v, _) => v is Undefined),
        ["none"] = New("", (v, _) => v is null),
        ["boolean"] = New("", (v, _) => v is bool),
        ["true"] = New("", (v, _) => v is true),
        ["false"] = New("", (v, _) => v is false),
        ["number"] = New("", (v, _) => JinjaValue.IsNumber(v)),
        ["integer"] = New("", (v, _) => v is long or BigInteger),
        ["float"] = New("", (v, _) => v is double),
        ["string"] = New("", (v, _) => v is string or JinjaMarkup),
        ["mapping"] = New("", (v, _) => v is JinjaDictionary),
        ["sequence"] = New("", (v, _) => v is string or JinjaMarkup or JinjaList or JinjaDictionary or JinjaRange or Undefined),
        ["iterable"] = New("", (v, _) => JinjaValue.CanIterate(v)),
        ["callable"] = New("", (v, _) => v is IJinjaCallable or Undefined),
        ["escaped"] = New("", (v, _) => v is JinjaMarkup),
        ["odd"] = New("", (v, _) => JinjaEquality.Same(JinjaArithmetic.Apply("%", v, 2L), 1L)),
        ["even"] = New("", (v, _) => JinjaEquality.Same(JinjaArithmetic.Apply("%", v, 2L), 0L)),
        ["divisibleby"] = New("num", (v, a) => JinjaEquality.Same(JinjaArithmetic.Apply("%", v, a[0]), 0L)),
        ["upper"] = New("", (v, _) => JinjaStringCase.IsUpper(JinjaLimits.Running.Made(JinjaText.Of(v)))),
        ["lower"] = New("", (v, _) => JinjaStringCase.IsLower(JinjaLimits.Running.Made(JinjaText.Of(v)))),
        ["sameas"] = New("other", (v, a) => IsSame(v, a[0])),
        ["in"] = New("seq", (v, a) => JinjaMembers.Contains(a[0], v)),
        ["filter"] = New("", (v, _) => JinjaEquality.Hash(v) is var _ && JinjaValue.IsText(v, out var name) && JinjaFilters.Exists(name)),
        ["test"] = New("", (v, _) => JinjaEquality.Hash(v) is var _ && JinjaValue.IsText(v, out var name) && Tests!.ContainsKey(name)),
    };

    static JinjaTests()
    {
        foreach (var (names, operation) in new[]
        {
            ("== eq equalto", "=="), ("!= ne", "!="), ("> gt greaterthan", ">"), (">= ge", ">="), ("< lt lessthan", "<"), ("<= le", "<="),
        })
            foreach (var name in names.Split(' ')) Tests[name] = New("other /", (v, a) => JinjaEquality.Holds(operation, v, a[0]));
    }

    private static Test New(string parameters, Func<object?, JinjaBound, bool> holds) => new(new JinjaSignature(parameters), holds);

    /// <exception cref="ChatTemplateException">There is no such test.</exception>
    public static void Check(string name, int line)
    {
        if (!Tests.ContainsKey(name)) throw new ChatTemplateException($"line {line}: the test '{name}' is unknown");
    }

    public static bool Holds(string name, object? value, JinjaArguments arguments)
    {
        JinjaLimits.Running.Step();
        if (!Tests.TryGetValue(name, out var test)) throw new ChatTemplateException($"the test '{name}' is unknown");
        return test.Holds(value, test.Signature.Bind(name, arguments));
    }

    private static bool IsSame(object? a, object? b)
    {
        if (ReferenceEquals(a, b) || a is bool x && b is bool y && x == y) return true;
        // Python keeps one object for each of these
        if (a is >= -5L and <= 256L) return b is long && (long)a == (long)b;
        var same = a is string or long or double or BigInteger && a.GetType() == b?.GetType() && JinjaEquality.Same(a, b);
        return same ? throw JinjaRefused.Identity.Error() : false;
    }
}
