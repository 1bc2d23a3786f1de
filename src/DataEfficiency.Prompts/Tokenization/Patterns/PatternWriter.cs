// Writes a pattern in .NET's dialect. It needs no option: case, the dot and the line anchors are written out.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Prompts.Tokenization.Patterns;

/// <param name="standIns">For texts with characters beyond U+FFFF; null for those without.</param>
internal sealed class PatternWriter(StandIns? standIns)
{
    // What .NET writes short, the widest first. \p{C} is none of it: it holds the surrogates, which are stand-ins here.
    private static readonly (string Name, CodePointSet Set)[] Short =
        [(@"\s", UnicodeSets.Space), .. UnicodeSets.GeneralCategories.Select(c => ($@"\p{{{c.Name}}}", c.Set))];

    private static readonly CodePointSet Plane = CodePointSet.Of(0, 0xFFFF);

    private readonly Dictionary<CodePointSet, string> _classes = [];
    private readonly StringBuilder _out = new();

    public static string Write(PatternNode node, StandIns? standIns)
    {
        var writer = new PatternWriter(standIns);
        writer.Write(node);
        return writer._out.ToString();
    }

    private void Write(PatternNode node)
    {
        switch (node)
        {
            case SetNode set: _out.Append(Class(set.Set)); break;
            case FoldedNode folded: Write(folded.Ways); break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts) Write(part);
                break;
            case ChoiceNode choice: Choice(choice); break;
            case RepeatNode repeat:
                if (repeat.Body is SetNode) Write(repeat.Body);
                // .NET would draw the quantifier into a bare atomic loop, and never give it up again.
                else Enclose(repeat.Body is AtomicNode ? "(" : "(?:", repeat.Body);
                _out.Append(Quantifier(repeat.Fewest, repeat.Most)).Append(repeat.Lazy ? "?" : "");
                break;
            case AtomicNode atomic: Enclose("(?>", atomic.Body); break;
            case LookNode look: Enclose((look.Behind, look.Negative) switch
            {
                (false, false) => "(?=",
                (false, true) => "(?!",
                (true, false) => "(?<=",
                (true, true) => "(?<!",
            }, look.Body); break;
            case AnchorNode anchor: _out.Append(Anchor(anchor.Anchor)); break;
            default: throw new InvalidOperationException(node.GetType().Name);
        }
    }

    private void Choice(ChoiceNode choice)
    {
        _out.Append("(?:");
        foreach (var (i, part) in choice.Parts.Index())
        {
            if (i > 0) _out.Append('|');
            Write(part);
        }
        _out.Append(')');
    }

    private void Enclose(string open, PatternNode body)
    {
        _out.Append(open);
        Write(body);
        _out.Append(')');
    }

    private static string Quantifier(int fewest, int? most) => (fewest, most) switch
    {
        (0, 1) => "?",
        (0, null) => "*",
        (1, null) => "+",
        (_, null) => $"{{{fewest},}}",
        _ when fewest == most => $"{{{fewest}}}",
        _ => $"{{{fewest},{most}}}",
    };

    private string Anchor(PatternAnchor anchor) => anchor switch
    {
        // No line begins behind the last newline; the texts that are searched are not empty.
        PatternAnchor.LineStart => @"(?m:^)(?!\z)",
        PatternAnchor.LineEnd => "(?m:$)",
        PatternAnchor.TextStart => @"\A",
        PatternAnchor.TextEnd => @"\z",
        PatternAnchor.TextEndOrLastNewline => @"\Z",
        PatternAnchor.SearchStart => @"\G",
        // .NET's own border has other characters for words.
        PatternAnchor.WordBorder => $"(?:(?<={Word})(?!{Word})|(?<!{Word})(?={Word}))",
        PatternAnchor.NoWordBorder => $"(?:(?<={Word})(?={Word})|(?<!{Word})(?!{Word}))",
        _ => throw new ArgumentOutOfRangeException(nameof(anchor)),
    };

    private string Word => Class(UnicodeSets.Word);

    private string Class(CodePointSet set)
    {
        if (_classes.TryGetValue(set, out var known)) return known;
        var inside = set.Intersect(Plane);
        var units = standIns?.Units(set).ToArray() ?? [];
        var positive = Members(inside, units.Where(u => u.In).Select(u => u.Unit));
        var negative = Members(Plane.Except(inside), units.Where(u => !u.In).Select(u => u.Unit));
        known = positive.Length == 0 ? "(?!)"
            : negative.Length == 0 ? @"[\s\S]"
            : One(inside) is { } c && !units.Any(u => u.In) ? Character(c)
            : positive.Length <= negative.Length ? $"[{positive}]" : $"[^{negative}]";
        _classes.Add(set, known);
        return known;
    }

    private static int? One(CodePointSet set) => set.Ranges.Take(2).ToArray() is [var (first, last)] && first == last ? first : null;

    private static string Members(CodePointSet set, IEnumerable<char> units)
    {
        var text = new StringBuilder();
        var rest = set;
        foreach (var (name, members) in Short)
        {
            var there = members.Intersect(Plane);
            if (there.Intersect(rest).IsEmpty || !set.Holds(there)) continue;
            text.Append(name);
            rest = rest.Except(there);
        }
        AppendRanges(text, rest);
        var plain = AppendRanges(new StringBuilder(), set);
        var shorter = plain.Length <= text.Length ? plain : text;
        foreach (var unit in units) shorter.Append(Character(unit));
        return shorter.ToString();
    }

    private static StringBuilder AppendRanges(StringBuilder text, CodePointSet set)
    {
        foreach (var (first, last) in set.Ranges)
        {
            text.Append(Character(first));
            if (last > first + 1) text.Append('-');
            if (last > first) text.Append(Character(last));
        }
        return text;
    }

    private static string Character(int c) => c < 0x80 && char.IsAsciiLetterOrDigit((char)c) ? ((char)c).ToString()
        : @"\u" + c.ToString("X4", CultureInfo.InvariantCulture);
}
