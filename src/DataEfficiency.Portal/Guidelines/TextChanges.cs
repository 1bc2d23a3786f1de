using System.Text.RegularExpressions;

namespace DataEfficiency.Portal.Guidelines;

public enum TextChange { Same, Removed, Added }

public readonly record struct ChangedText(TextChange Change, string Text);

/// <summary>What changed between two texts, in reading order: line by line, and word by word where lines changed.</summary>
public static partial class TextChanges
{
    // past so many pairs a part is shown as removed and added whole
    private const int MostPairs = 1_000_000;

    public static IReadOnlyList<ChangedText> Of(string before, string after)
    {
        List<ChangedText> lines = [], all = [];
        Whole(Lines(before), Lines(after), lines);
        for (var i = 0; i < lines.Count; i++)
            if (i + 1 < lines.Count && (lines[i].Change, lines[i + 1].Change) is (TextChange.Removed, TextChange.Added))
            {
                Middle(Words(lines[i].Text), Words(lines[i + 1].Text), all);
                i++;
            }
            else Add(all, lines[i].Change, lines[i].Text);
        return all;
    }

    private static string[] Lines(string text) => [.. Line().Matches(text.ReplaceLineEndings("\n")).Select(m => m.Value)];

    private static string[] Words(string text) => [.. Word().Matches(text).Select(m => m.Value)];

    // most of a text stays: only what is between the first and the last change is compared
    private static void Whole(ReadOnlySpan<string> a, ReadOnlySpan<string> b, List<ChangedText> to)
    {
        var start = a.CommonPrefixLength(b);
        var end = 0;
        while (end < Math.Min(a.Length, b.Length) - start && a[^(end + 1)] == b[^(end + 1)]) end++;
        Add(to, TextChange.Same, a[..start]);
        Middle(a[start..^end], b[start..^end], to);
        Add(to, TextChange.Same, a[^end..]);
    }

    // the longest common parts in their order; what is between them was removed or added, and the removed stands first
    private static void Middle(ReadOnlySpan<string> a, ReadOnlySpan<string> b, List<ChangedText> to)
    {
        List<string> removed = [], added = [];
        int i = 0, j = 0;
        if ((long)a.Length * b.Length <= MostPairs)
        {
            var common = new int[a.Length + 1, b.Length + 1];
            for (i = a.Length - 1; i >= 0; i--)
                for (j = b.Length - 1; j >= 0; j--)
                    common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            for ((i, j) = (0, 0); i < a.Length && j < b.Length;)
                if (a[i] == b[j])
                {
                    Flush();
                    Add(to, TextChange.Same, a[i]);
                    (i, j) = (i + 1, j + 1);
                }
                else if (common[i + 1, j] >= common[i, j + 1]) removed.Add(a[i++]);
                else added.Add(b[j++]);
        }
        removed.AddRange(a[i..]);
        added.AddRange(b[j..]);
        Flush();

        void Flush()
        {
            Add(to, TextChange.Removed, string.Concat(removed));
            Add(to, TextChange.Added, string.Concat(added));
            removed.Clear();
            added.Clear();
        }
    }

    private static void Add(List<ChangedText> to, TextChange change, ReadOnlySpan<string> parts) => Add(to, change, string.Concat(parts));

    private static void Add(List<ChangedText> to, TextChange change, string text)
    {
        if (text.Length == 0) return;
        if (to.Count > 0 && to[^1].Change == change) to[^1] = new(change, to[^1].Text + text);
        else to.Add(new(change, text));
    }

    [GeneratedRegex(@"[^\n]*\n|[^\n]+\z")]
    private static partial Regex Line();

    // words of Chinese and Japanese have no blanks between them: each sign by itself
    [GeneratedRegex(@"[\w-[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]]+|\s+|.", RegexOptions.Singleline)]
    private static partial Regex Word();
}
