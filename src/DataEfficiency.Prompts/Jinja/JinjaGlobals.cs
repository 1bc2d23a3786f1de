// Functions that every template sees, and the variable "loop".
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaGlobals
{
    public static IEnumerable<(string Name, JinjaFunction Function)> Functions(TimeProvider time)
    {
        yield return ("raise_exception", a => throw new ChatTemplateException(JinjaValue.Text(a.Need(0, "message")), raisedByTemplate: true));
        yield return ("strftime_now", a => Time(JinjaValue.ToText(a.Need(0, "format")), time.GetLocalNow()));
        yield return ("namespace", a => Filled(new JinjaDictionary { IsNamespace = true }, a));
        yield return ("dict", a => Filled(new JinjaDictionary(), a));
        yield return ("range", Range);
    }

    /// <summary>The variable "loop" of one turn.</summary>
    public static JinjaDictionary Loop(IReadOnlyList<object?> items, int index) => new()
    {
        ["index"] = index + 1L,
        ["index0"] = (long)index,
        ["revindex"] = (long)(items.Count - index),
        ["revindex0"] = items.Count - index - 1L,
        ["first"] = index == 0,
        ["last"] = index == items.Count - 1,
        ["length"] = (long)items.Count,
        ["previtem"] = index > 0 ? items[index - 1] : new Undefined("the item before the first"),
        ["nextitem"] = index + 1 < items.Count ? items[index + 1] : new Undefined("the item after the last"),
        ["cycle"] = (JinjaFunction)(a => a.Positional.Count > 0 ? a.Positional[index % a.Positional.Count] : throw new ChatTemplateException("cycle needs values")),
    };

    private static JinjaDictionary Filled(JinjaDictionary made, JinjaArguments arguments)
    {
        if (arguments.Positional.FirstOrDefault() is JinjaDictionary from) foreach (var (key, value) in JinjaValue.Counted(from)) made[key] = value;
        foreach (var (key, value) in arguments.Named) made[key] = value;
        return made;
    }

    private static JinjaList Range(JinjaArguments arguments)
    {
        var numbers = arguments.Positional.Select(JinjaValue.ToLong).ToArray();
        var (start, stop, step) = numbers switch
        {
            [var end] => (0L, end, 1L),
            [var begin, var end] => (begin, end, 1L),
            [var begin, var end, var by] when by != 0 => (begin, end, by),
            _ => throw new ChatTemplateException("range takes one to three whole numbers, and its step is not 0"),
        };
        var items = new List<object?>();
        for (var i = start; step > 0 ? i < stop : i > stop; i = checked(i + step))
        {
            if (items.Count >= JinjaLimits.Range) throw new ChatTemplateException($"range has more than {JinjaLimits.Range:N0} numbers");
            JinjaLimits.Running.Step();
            items.Add(i);
        }
        return new JinjaList(items);
    }

    private static string Time(string format, DateTimeOffset now)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            text.Append(format[++i] switch
            {
                '%' => "%",
                'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                var c => now.ToString(c switch
                {
                    'd' => "dd", 'm' => "MM", 'Y' => "yyyy", 'y' => "yy", 'b' => "MMM", 'B' => "MMMM", 'a' => "ddd", 'A' => "dddd",
                    'H' => "HH", 'I' => "hh", 'M' => "mm", 'S' => "ss", 'p' => "tt",
                    _ => throw new ChatTemplateException($"strftime_now: '%{c}' is not supported"),
                }, CultureInfo.InvariantCulture),
            });
        }
        return text.ToString();
    }
}
