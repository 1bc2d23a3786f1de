// What a number format makes of a number (ECMA-376 part 1, 18.8.30 and 18.8.31): digits by its pattern, a day, a time of day, both, or a
// span of time; and which of its sections a number takes.
using System.Globalization;

namespace DataEfficiency.Portal.Importing;

internal enum ExcelKind
{
    Number, Date, Time, DateTime, Duration,
    /// <summary>A built-in format that is a day in one language and a time in another: the number decides.</summary>
    DateOrTime,
}

/// <param name="Seconds">Seconds are shown; <paramref name="Hours"/>: hours are; <paramref name="Decimals"/>: so many digits of a
/// second.</param>
/// <param name="Span">Of a duration: 'h', 'm' or 's', the unit that counts on without end.</param>
/// <param name="Pattern">Of a number: its digits; null: General.</param>
/// <param name="Sections">Where it has several: each with the numbers that it is for.</param>
internal readonly record struct ExcelFormat(ExcelKind Kind, bool Hours = false, bool Minutes = false, bool Seconds = false,
    int Decimals = 0, char Span = '\0', int Padded = 1, ExcelPattern? Pattern = null, IReadOnlyList<ExcelSection>? Sections = null)
{
    // Excel takes no longer code
    private const int MostSections = 4, LongestCode = 255;

    // those that differ from language to language are the ones of the standard
    private static readonly Dictionary<int, ExcelFormat> Numbers = new Dictionary<int, string>
    {
        [1] = "0", [2] = "0.00", [3] = "#,##0", [4] = "#,##0.00", [9] = "0%", [10] = "0.00%", [11] = "0.00E+00", [12] = "# ?/?",
        [13] = "# ??/??", [37] = "#,##0;(#,##0)", [38] = "#,##0;(#,##0)", [39] = "#,##0.00;(#,##0.00)", [40] = "#,##0.00;(#,##0.00)",
        [48] = "##0.0E+0",
    }.ToDictionary(f => f.Key, f => Parse(f.Value));

    public static ExcelFormat BuiltIn(int id) => id switch
    {
        >= 14 and <= 17 or >= 27 and <= 31 or 36 or >= 50 and <= 54 or 57 or 58 => new(ExcelKind.Date),
        18 or 20 => new(ExcelKind.Time, Hours: true, Minutes: true),
        19 or 21 => new(ExcelKind.Time, Hours: true, Minutes: true, Seconds: true),
        22 => new(ExcelKind.DateTime, Hours: true, Minutes: true),
        >= 32 and <= 35 or 55 or 56 => new(ExcelKind.DateOrTime, Hours: true, Minutes: true, Seconds: id is 33),
        45 => new(ExcelKind.Time, Minutes: true, Seconds: true),
        46 => new(ExcelKind.Duration, Hours: true, Minutes: true, Seconds: true, Span: 'h'),
        47 => new(ExcelKind.Time, Minutes: true, Seconds: true, Decimals: 1),
        _ => Numbers.GetValueOrDefault(id),
    };

    public static ExcelFormat Parse(string code)
    {
        if (code.Length > LongestCode) return default;
        var sections = Split(code);
        // the one for texts says nothing of numbers
        if (sections.Count is > 1 and < MostSections && sections[^1].Contains('@')) sections.RemoveAt(sections.Count - 1);
        if (sections.Count == 1) return Section(sections[0]);
        return new(ExcelKind.Number, Sections: ExcelSection.Of(sections.Take(MostSections - 1).Select(s => (s, Section(s)))));
    }

    private static List<string> Split(string code)
    {
        var (sections, start) = (new List<string>(), 0);
        for (var i = 0; i < code.Length; i++)
            if (code[i] is '\\' or '_' or '*') i++;
            else if (code[i] == '"' && code.IndexOf('"', i + 1) is > 0 and var quote) i = quote;
            else if (code[i] == '[' && code.IndexOf(']', i + 1) is > 0 and var bracket) i = bracket;
            else if (code[i] == ';')
            {
                sections.Add(code[start..i]);
                start = i + 1;
            }
        sections.Add(code[Math.Min(start, code.Length)..]);
        return sections;
    }

    private static ExcelFormat Section(string code)
    {
        var (date, hours, minutes, seconds, decimals, span, padded) = (false, false, false, false, 0, '\0', 1);
        var last = '\0';
        for (var i = 0; i < code.Length; i++)
        {
            var c = char.ToLowerInvariant(code[i]);
            if (c == '"')
            {
                i = code.IndexOf('"', i + 1);
                if (i < 0) break;
            }
            else if (c is '\\' or '_' or '*') i++;
            else if (c == '[')
            {
                var end = code.IndexOf(']', i);
                if (end < 0) break;
                var inside = code[(i + 1)..end].ToLowerInvariant();
                if (inside.Length > 0 && inside.All(x => x == inside[0]) && inside[0] is 'h' or 'm' or 's')
                {
                    if (inside.All(x => x == inside[0])) (span, padded, last) = (inside[0], inside.Length, inside[0]);
                    (hours, minutes, seconds) = (hours || span == 'h', minutes || span == 'm', seconds || span == 's');
                }
                i = end;
            }
            else if (StartsWith(code, i, "am/pm")) i += 4;
            else if (StartsWith(code, i, "a/p")) i += 2;
            else if (StartsWith(code, i, "general")) i += 6;
            else if (c == 'e' && i + 1 < code.Length && code[i + 1] is '+' or '-')
                return new(ExcelKind.Number, Pattern: ExcelPattern.Parse(code));
            else if (c is 'y' or 'd' or 'e' or 'g' or 'b') (date, last) = (true, c);
            else if (c is 'h') (hours, last) = (true, c);
            else if (c is 's')
            {
                (seconds, last) = (true, c);
                while (i + 1 < code.Length && char.ToLowerInvariant(code[i + 1]) == 's') i++;
                if (i + 2 < code.Length && code[i + 1] == '.' && code[i + 2] == '0')
                    for (i++; i + 1 < code.Length && code[i + 1] == '0'; i++) decimals++;
            }
            else if (c == 'm')
            {
                while (i + 1 < code.Length && char.ToLowerInvariant(code[i + 1]) == 'm') i++;
                // behind hours or before seconds it is minutes
                if (last == 'h' || SecondsFollow(code, i + 1)) minutes = true;
                else date = true;
                last = 'm';
            }
        }
        if (span != '\0') return new(ExcelKind.Duration, hours, minutes, seconds, decimals, span, padded);
        var time = hours || minutes || seconds;
        if (!date && !time) return new(ExcelKind.Number, Pattern: ExcelPattern.Parse(code));
        return new(date ? time ? ExcelKind.DateTime : ExcelKind.Date : ExcelKind.Time, hours, minutes, seconds, decimals);
    }

    private static bool StartsWith(string code, int at, string word) =>
        string.Compare(code, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static bool SecondsFollow(string code, int at)
    {
        for (; at < code.Length; at++)
            if (char.ToLowerInvariant(code[at]) is var c && c is 's' or 'h' or 'd' or 'y' or 'm') return c == 's';
            else if (code[at] == '[' && at + 1 < code.Length) return char.ToLowerInvariant(code[at + 1]) == 's';
        return false;
    }
}

/// <summary>A section of a number format, with the numbers that it is for.</summary>
/// <param name="IsFor">Asked in the order of the sections; the last one takes what is left.</param>
/// <param name="IsUnsigned">For numbers below zero alone: it writes their sign itself.</param>
internal sealed record ExcelSection(ExcelFormat Format, Func<double, bool> IsFor, bool IsUnsigned)
{
    public static IReadOnlyList<ExcelSection> Of(IEnumerable<(string Code, ExcelFormat Format)> sections)
    {
        var all = sections.ToList();
        var conditions = all.Select(s => Condition(s.Code)).ToList();
        if (conditions.All(c => c is null))
            return all.Count == 2 ? [new(all[0].Format, n => n >= 0, false), new(all[1].Format, _ => true, true)]
                : [new(all[0].Format, n => n > 0, false), new(all[1].Format, n => n < 0, true), new(all[2].Format, _ => true, false)];
        return [.. all.Select((s, i) =>
            new ExcelSection(s.Format, i == all.Count - 1 ? _ => true : conditions[i] ?? (n => n < 0), false))];
    }

    // [>=100]
    private static Func<double, bool>? Condition(string code)
    {
        for (var open = code.IndexOf('['); open >= 0; open = code.IndexOf('[', open + 1))
        {
            var end = code.IndexOf(']', open);
            if (end < 0) return null;
            var inside = code.AsSpan(open + 1, end - open - 1);
            var sign = inside[..(inside.IndexOfAnyExcept("<>=") is >= 0 and var at ? at : inside.Length)].ToString();
            if (sign.Length == 0
                || !double.TryParse(inside[sign.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out var bound)) continue;
            return sign switch
            {
                "<" => n => n < bound, "<=" => n => n <= bound, ">" => n => n > bound, ">=" => n => n >= bound, "=" => n => n == bound,
                "<>" => n => n != bound, _ => null,
            };
        }
        return null;
    }
}
