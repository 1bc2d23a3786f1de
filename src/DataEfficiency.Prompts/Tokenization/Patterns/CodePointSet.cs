// A set of Unicode code points (surrogates are none), as sorted borders: in it from the first, out of it from the second, and so on.
namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal sealed class CodePointSet
{
    public const int End = 0x110000;
    public static readonly CodePointSet Empty = new([]);
    public static readonly CodePointSet All = new([0, 0xD800, 0xE000, End]);
    private readonly int[] _borders;

    private CodePointSet(int[] borders) => _borders = borders;

    public bool IsEmpty => _borders.Length == 0;

    /// <summary>The ranges of the set, both ends in it.</summary>
    public IEnumerable<(int First, int Last)> Ranges
    {
        get
        {
            for (var i = 0; i < _borders.Length; i += 2) yield return (_borders[i], _borders[i + 1] - 1);
        }
    }

    public static CodePointSet Of(int codePoint) => new([codePoint, codePoint + 1]);

    public static CodePointSet Of(int first, int last) => new CodePointSet([first, last + 1]).Intersect(All);

    public static CodePointSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var borders = new List<int>();
        foreach (var (first, last) in ranges.Order())
        {
            if (borders.Count > 0 && first <= borders[^1]) borders[^1] = Math.Max(borders[^1], last + 1);
            else borders.AddRange([first, last + 1]);
        }
        return new CodePointSet([.. borders]).Intersect(All);
    }

    public static CodePointSet Where(Func<int, bool> holds)
    {
        var borders = new List<int>();
        var inside = false;
        for (var c = 0; c <= End; c++)
        {
            if ((c < End && c is < 0xD800 or >= 0xE000 && holds(c)) == inside) continue;
            borders.Add(c);
            inside = !inside;
        }
        return new CodePointSet([.. borders]);
    }

    /// <summary>Written as hexadecimal ranges: "41-5A 61-7A AA".</summary>
    public static CodePointSet Parse(string ranges) => Of(ranges.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(range =>
    {
        var ends = range.Split('-');
        return (Convert.ToInt32(ends[0], 16), Convert.ToInt32(ends[^1], 16));
    }));

    public bool Contains(int codePoint)
    {
        var at = Array.BinarySearch(_borders, codePoint);
        return (at >= 0 ? at + 1 : ~at) % 2 == 1;
    }

    public CodePointSet Union(CodePointSet other) => Combine(other, (a, b) => a | b);

    public CodePointSet Intersect(CodePointSet other) => Combine(other, (a, b) => a & b);

    public CodePointSet Except(CodePointSet other) => Combine(other, (a, b) => a & !b);

    public CodePointSet Complement() => All.Except(this);

    public bool Holds(CodePointSet other) => other.Except(this).IsEmpty;

    private CodePointSet Combine(CodePointSet other, Func<bool, bool, bool> holds)
    {
        var borders = new List<int>(_borders.Length + other._borders.Length);
        for (int i = 0, j = 0; i < _borders.Length || j < other._borders.Length;)
        {
            var at = Math.Min(i < _borders.Length ? _borders[i] : End, j < other._borders.Length ? other._borders[j] : End);
            if (i < _borders.Length && _borders[i] == at) i++;
            if (j < other._borders.Length && other._borders[j] == at) j++;
            if (holds(i % 2 == 1, j % 2 == 1) != (borders.Count % 2 == 1)) borders.Add(at);
        }
        return new CodePointSet([.. borders]);
    }
}
