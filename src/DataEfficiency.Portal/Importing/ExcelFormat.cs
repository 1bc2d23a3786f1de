// What a number format makes of a number (ECMA-376 part 1, 18.8.30 and 18.8.31), as far as the difference is one of kind: a number, a day,
// a time of day, both, or a span of time.
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
internal readonly record struct ExcelFormat(ExcelKind Kind, bool Hours = false, bool Minutes = false, bool Seconds = false,
    int Decimals = 0, char Span = '\0', int Padded = 1)
{
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
        _ => new(ExcelKind.Number),
    };

    /// <summary>A custom format: only its first section counts, which is for positive numbers.</summary>
    public static ExcelFormat Parse(string code)
    {
        var (date, hours, minutes, seconds, decimals, span, padded) = (false, false, false, false, 0, '\0', 1);
        var last = '\0';
        for (var i = 0; i < code.Length && code[i] != ';'; i++)
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
            else if (c == 'e' && i + 1 < code.Length && code[i + 1] is '+' or '-') return new(ExcelKind.Number);
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
        return new(date ? time ? ExcelKind.DateTime : ExcelKind.Date : time ? ExcelKind.Time : ExcelKind.Number, hours, minutes, seconds,
            decimals);
    }

    private static bool StartsWith(string code, int at, string word) =>
        string.Compare(code, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static bool SecondsFollow(string code, int at)
    {
        for (; at < code.Length && code[at] != ';'; at++)
            if (char.ToLowerInvariant(code[at]) is var c && c is 's' or 'h' or 'd' or 'y' or 'm') return c == 's';
            else if (code[at] == '[' && at + 1 < code.Length) return char.ToLowerInvariant(code[at + 1]) == 's';
        return false;
    }
}
