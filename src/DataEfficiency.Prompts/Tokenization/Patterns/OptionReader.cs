// (?imx-imx), and what they make the reader pass over.
namespace DataEfficiency.Prompts.Tokenization.Patterns;

/// <summary>The flags of (?imx).</summary>
[Flags]
internal enum PatternOptions
{
    None = 0,
    IgnoreCase = 1,
    DotTakesNewline = 2,
    Extended = 4,
}

internal static class OptionReader
{
    /// <summary>(?i) and the like, for all that follows; null (and nothing taken) where something else comes.</summary>
    public static PatternOptions? Isolated(PatternText text, PatternOptions options)
    {
        var start = text.At;
        if (text.Take("(?") && (char.IsAsciiLetter(text.Next) || text.Next == '-') && Read(text, options) is var changed && text.Take(")"))
            return changed;
        text.At = start;
        return null;
    }

    /// <summary>The letters behind (?, up to the colon or parenthesis.</summary>
    public static PatternOptions Read(PatternText text, PatternOptions options)
    {
        for (var on = true; ; text.At++)
        {
            var option = text.Next switch
            {
                'i' => PatternOptions.IgnoreCase,
                'm' => PatternOptions.DotTakesNewline,
                'x' => PatternOptions.Extended,
                _ => PatternOptions.None,
            };
            if (text.Next == '-') on = false;
            else if (option != PatternOptions.None) options = on ? options | option : options & ~option;
            else if (text.Next is ':' or ')') return options;
            else throw text.Refused($"the option {(text.AtEnd ? "at the end" : text.Next)}");
        }
    }

    /// <summary>Passes over comments, and in extended mode over white space.</summary>
    public static void Skip(PatternText text, PatternOptions options)
    {
        while (!text.AtEnd)
        {
            if (text.Take("(?#"))
            {
                while (!text.AtEnd && text.Next != ')') text.At += text.Next == '\\' ? 2 : 1;
                if (!text.Take(")")) throw text.Wrong("a comment is not closed");
            }
            else if (!options.HasFlag(PatternOptions.Extended)) return;
            else if (UnicodeSets.Space.Contains(text.Next)) text.At++;
            else if (text.Next == '#') while (!text.AtEnd && text.Next != '\n') text.At++;
            else return;
        }
    }
}
