// Tells a list of "label text" lines from a list of sentences: labels are short, few, and come again; sentences begin with the words of a
// language.
using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Importing;

internal static partial class LabelLines
{
    private const int LongestLabel = 40;

    // a list of questions or sentences begins with few different words too
    private static readonly HashSet<string> FirstWords = new(
        ("a an the this that these those it he she we you they i my your his her our their there here what who whom whose which when " +
            "where why how is are was were do does did " +
        "can could will would should may might must have has had in on at to for from with of by as if and or but not no yes please hi " +
            "hello thanks ok so just not " +
        "der die das ein eine ich wir sie er es was wer wo wie warum wann ist sind le la les un une je il elle nous vous que qui où el " +
            "los las una yo").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    /// <param name="delimiter">What the lines would be split by otherwise; '\0': by nothing.</param>
    /// <returns>The separator behind the label, or null where the lines do not look so.</returns>
    public static char? SeparatorOf(IReadOnlyList<string> lines, char delimiter)
    {
        if (lines.Count < 2) return null;
        if (lines.All(l => l.StartsWith(LabelLinesReader.Mark, StringComparison.Ordinal))) return ' ';
        // texts with tabs of their own behind the label's; a table of equally wide rows is none
        if (delimiter == '\0' && Heads(lines, '\t') is { } tabs && AreLabels(tabs, needsRepeats: true)) return '\t';
        var blanks = Heads(lines, ' ');
        var colons = Heads(lines, ':') is { } before && !before.Any(h => Address().IsMatch(h)) ? before : null;
        if (colons is { } named && lines.All(l => ColonAndBlank().IsMatch(l))
            && AreLabels(named, needsRepeats: named.Any(h => h.Contains(' ')))) return ':';
        if (delimiter != '\0' && !(blanks is not null && blanks.All(IsCode))) return null;
        if (blanks is not null && AreLabels(blanks, needsRepeats: true) && (blanks.All(IsCode) || !blanks.Any(FirstWords.Contains)))
            return ' ';
        return colons is not null && AreLabels(colons, needsRepeats: true) ? ':' : null;
    }

    /// <summary>What stands before the separator, or null where a line has none or nothing behind it.</summary>
    private static List<string>? Heads(IReadOnlyList<string> lines, char separator)
    {
        var heads = new List<string>(lines.Count);
        foreach (var line in lines)
        {
            if (LabelLinesReader.Parts(line, separator) is not { Text.Length: > 0 } parts) return null;
            heads.Add(parts.Label);
        }
        return heads;
    }

    private static bool AreLabels(List<string> heads, bool needsRepeats)
    {
        if (heads.Any(h => h.Length > LongestLabel || h.Count(char.IsWhiteSpace) > 3
            || !(char.IsLetterOrDigit(h[0]) || h[0] is '_' or '+' or '-'))) return false;
        return !needsRepeats || heads.Distinct(StringComparer.OrdinalIgnoreCase).Count() <= Math.Max(1, heads.Count * 2 / 3);
    }

    /// <summary>DESC:manner, pos_1, ABBR, 0, -1: nobody begins a sentence so.</summary>
    private static bool IsCode(string head) => Code().IsMatch(head);

    [GeneratedRegex(@"^[^:]{1,40}:\s")]
    private static partial Regex ColonAndBlank();

    [GeneratedRegex(@"^(?:[A-Z]{2,}|[+-]?\d{1,3}|\w+[:_]\w[\w:-]*)$")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(?:https?|ftp|\d{1,2})$", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
