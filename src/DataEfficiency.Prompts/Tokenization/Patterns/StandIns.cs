// .NET's engine sees UTF-16 units, where a character beyond U+FFFF is two. So the text is searched through a copy in which each such
// character is one unit: a surrogate, which no text holds by itself. Characters that no set of the pattern tells apart share theirs.
namespace DataEfficiency.Prompts.Tokenization.Patterns;

internal sealed class StandIns
{
    private const int FirstBeyond = 0x10000;
    private const char First = '\uD800', Last = '\uDFFF';
    private readonly int[] _starts;
    private readonly char[] _units;
    private readonly List<int> _examples = [];

    /// <exception cref="ArgumentException">The pattern tells more kinds of characters apart than there are surrogates.</exception>
    public StandIns(IEnumerable<CodePointSet> sets)
    {
        var all = sets.Distinct().ToArray();
        _starts = [.. all.SelectMany(s => s.Ranges).SelectMany(r => new[] { r.First, r.Last + 1 }).Append(FirstBeyond)
            .Where(c => c is >= FirstBeyond and < CodePointSet.End).Distinct().Order()];
        _units = new char[_starts.Length];
        var kinds = new Dictionary<string, char>(StringComparer.Ordinal);
        for (var i = 0; i < _starts.Length; i++)
        {
            var kind = string.Concat(all.Select(s => s.Contains(_starts[i]) ? '1' : '0'));
            if (!kinds.TryGetValue(kind, out var unit))
            {
                if (First + kinds.Count > Last) throw new ArgumentException("a pattern of so many classes beyond U+FFFF is not supported");
                kinds.Add(kind, unit = (char)(First + kinds.Count));
                _examples.Add(_starts[i]);
            }
            _units[i] = unit;
        }
    }

    /// <summary>The unit that stands for a code point above U+FFFF.</summary>
    public char Of(int codePoint) => Array.BinarySearch(_starts, codePoint) is var at && at >= 0 ? _units[at] : _units[~at - 1];

    /// <summary>The units in use, with whether their characters are in the set.</summary>
    public IEnumerable<(char Unit, bool In)> Units(CodePointSet set) =>
        _examples.Select((example, i) => ((char)(First + i), set.Contains(example)));
}
