// Which code points (?i) takes for one another. Single ones follow from .NET's own case mappings, closed over (they come from the ICU of
// the machine, so the letters of Unicode 16 are named here); what folds to several code points ("ss" and a sharp s) is not in .NET and
// stands here, from Unicode's CaseFolding.txt (status F).
using System.Text;

namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal static class CaseFolds
{
    /// <summary>No code point from here on has a case (the last ones are Adlam's).</summary>
    private const int EndOfCased = 0x1F000;

    // The code point, then what it folds to.
    private const string Several = """
        DF=73+73 130=69+307 149=2BC+6E 1F0=6A+30C 390=3B9+308+301 3B0=3C5+308+301 587=565+582 1E96=68+331 1E97=74+308 1E98=77+30A
        1E99=79+30A 1E9A=61+2BE 1E9E=73+73 1F50=3C5+313 1F52=3C5+313+300 1F54=3C5+313+301 1F56=3C5+313+342 1FB2=1F70+3B9
        1FB3=3B1+3B9 1FB4=3AC+3B9 1FB6=3B1+342 1FB7=3B1+342+3B9 1FBC=3B1+3B9 1FC2=1F74+3B9 1FC3=3B7+3B9 1FC4=3AE+3B9 1FC6=3B7+342
        1FC7=3B7+342+3B9 1FCC=3B7+3B9 1FD2=3B9+308+300 1FD3=3B9+308+301 1FD6=3B9+342 1FD7=3B9+308+342 1FE2=3C5+308+300
        1FE3=3C5+308+301 1FE4=3C1+313 1FE6=3C5+342 1FE7=3C5+308+342 1FF2=1F7C+3B9 1FF3=3C9+3B9 1FF4=3CE+3B9 1FF6=3C9+342
        1FF7=3C9+342+3B9 1FFC=3C9+3B9 FB00=66+66 FB01=66+69 FB02=66+6C FB03=66+66+69 FB04=66+66+6C FB05=73+74 FB06=73+74
        FB13=574+576 FB14=574+565 FB15=574+56B FB16=57E+576 FB17=574+56D
        """;

    private static readonly Dictionary<int, CodePointSet> Single = BuildSingle();

    /// <summary>What folds to several code points: these, and every single code point that does.</summary>
    public static readonly IReadOnlyList<(int[] Folded, SetNode Written)> Longer = BuildLonger();

    /// <summary>The code point and those that differ from it by case alone.</summary>
    public static CodePointSet Of(int codePoint) => Single.TryGetValue(codePoint, out var set) ? set : CodePointSet.Of(codePoint);

    public static CodePointSet Close(CodePointSet set) =>
        set.Union(CodePointSet.Of(Single.Where(p => set.Contains(p.Key)).SelectMany(p => p.Value.Ranges)));

    private static Dictionary<int, CodePointSet> BuildSingle()
    {
        var alike = new Dictionary<int, List<int>>();
        for (var c = 0; c < EndOfCased; c++)
        {
            if (!Rune.IsValid(c)) continue;
            Join(c, Rune.ToUpperInvariant(new Rune(c)).Value);
            Join(c, Rune.ToLowerInvariant(new Rune(c)).Value);
        }
        foreach (var (capital, small) in (
            (int, int)[])[(0x1C89, 0x1C8A), (0xA7CB, 0x264), (0xA7CC, 0xA7CD), (0xA7DA, 0xA7DB), (0xA7DC, 0x19B)])
            Join(capital, small);
        for (var c = 0x10D50; c <= 0x10D65; c++) Join(c, c + 0x20);
        var sets = alike.Values.Distinct().ToDictionary(list => list, list => CodePointSet.Of(list.Select(c => (c, c))));
        return alike.ToDictionary(p => p.Key, p => sets[p.Value]);

        void Join(int a, int b)
        {
            if (a == b) return;
            var (ours, theirs) = (alike.GetValueOrDefault(a) ?? [a], alike.GetValueOrDefault(b) ?? [b]);
            if (ours == theirs) return;
            ours.AddRange(theirs);
            foreach (var c in ours) alike[c] = ours;
        }
    }

    private static List<(int[], SetNode)> BuildLonger()
    {
        var folds = Several.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=', '+'))
            .Select(parts => parts.Select(p => Convert.ToInt32(p, 16)).ToArray()).Select(p => (Written: p[0], Folded: p[1..])).ToList();
        // Greek letters with an iota subscript, in rows of eight small and eight capital ones, fold to the letter and an iota.
        foreach (var (row, letter) in ((int, int)[])[(0x1F80, 0x1F00), (0x1F90, 0x1F20), (0x1FA0, 0x1F60)])
            for (var i = 0; i < 16; i++) folds.Add((row + i, [letter + i % 8, 0x3B9]));
        return [.. folds.GroupBy(f => string.Join(' ', f.Folded)).Select(g =>
            (g.First().Folded, new SetNode(Close(CodePointSet.Of(g.Select(f => (f.Written, f.Written)))))))];
    }
}
