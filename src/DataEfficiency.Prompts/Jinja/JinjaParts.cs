// map, select and their kin, and the parts of items that an attribute names.
namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaParts
{
    public static object Map(object? value, JinjaArguments arguments)
    {
        return new JinjaIterator(Run());

        IEnumerable<object?> Run()
        {
            if (!JinjaValue.IsTrue(value)) yield break;
            Func<object?, object?> change;
            if (arguments.Positional.Count == 0 && arguments.Named.TryGetValue("attribute", out var attribute))
            {
                if (arguments.Named.Keys.FirstOrDefault(n => n is not ("attribute" or "default")) is { } other)
                    throw new ChatTemplateException($"map takes no argument '{other}'");
                change = Getter(attribute, caseSensitive: true, arguments.Named.GetValueOrDefault("default"));
            }
            else if (arguments.Positional.Count == 0) throw new ChatTemplateException("map needs a filter or attribute=");
            else
            {
                var (name, rest) = (JinjaValue.ToText(arguments.Positional[0]), arguments.Skip(1));
                change = item => JinjaFilters.Apply(name, item, rest);
            }
            foreach (var item in JinjaValue.Iterate(value)) yield return change(item);
        }
    }

    public static object Select(object? value, JinjaArguments arguments, bool byAttribute, bool keep)
    {
        return new JinjaIterator(Run());

        IEnumerable<object?> Run()
        {
            if (!JinjaValue.IsTrue(value)) yield break;
            if (byAttribute && arguments.Positional.Count == 0) throw new ChatTemplateException("an attribute is needed");
            var part = byAttribute ? Getter(arguments.Positional[0], caseSensitive: true) : item => item;
            var test = byAttribute ? arguments.Skip(1) : arguments;
            var rest = test.Skip(1);
            foreach (var item in JinjaValue.Iterate(value))
            {
                var subject = part(item);
                if (keep == (test.Positional.Count == 0 ? JinjaValue.IsTrue(subject)
                    : JinjaTests.Holds(JinjaValue.ToText(test.Positional[0]), subject, rest)))
                    yield return item;
            }
        }
    }

    /// <summary>The part of an item that an attribute names ("a.b.0", or a number); the item itself without one.</summary>
    public static Func<object?, object?> Getter(object? attribute, bool caseSensitive, object? absent = null)
    {
        var parts = Parts(attribute);
        return item =>
        {
            foreach (var part in parts)
            {
                item = JinjaMembers.Item(item, part);
                if (item is Undefined && absent is not null) item = absent;
            }
            return caseSensitive ? item : Folded(item);
        };
    }

    private static object?[] Parts(object? attribute) => attribute is null ? []
        : !JinjaValue.IsText(attribute, out var path) ? [attribute]
        : [.. path.Split('.').Select(p => p.Length is > 0 and < 19 && p.All(char.IsAsciiDigit) ? JinjaNumberText.Whole(p) : p)];

    public static object? Folded(object? value) => JinjaValue.IsText(value, out var text) ? JinjaStringCase.Lower(text) : value;

    public static IEnumerable<object?> Mapped(object? value, object? attribute) =>
        attribute is null ? JinjaValue.Iterate(value) : JinjaValue.Iterate(value).Select(Getter(attribute, caseSensitive: true));
}
