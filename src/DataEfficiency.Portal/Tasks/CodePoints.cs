namespace DataEfficiency.Portal.Tasks;

/// <summary>A text counted in Unicode code points, as storage and API count; a lone surrogate is one, as in JavaScript.</summary>
internal sealed class CodePoints
{
    private readonly string _text;
    // the place in UTF-16 of each code point, and of the end
    private readonly List<int> _units = [];

    public CodePoints(string text)
    {
        _text = text;
        for (var i = 0; i < text.Length; i += i + 1 < text.Length && char.IsSurrogatePair(text, i) ? 2 : 1) _units.Add(i);
        _units.Add(text.Length);
    }

    public int Count => _units.Count - 1;

    /// <param name="end">The code point behind it.</param>
    public string Slice(int start, int end) => _text[_units[start].._units[end]];

    /// <summary>The place in UTF-16 of a code point, or of the end.</summary>
    public int Unit(int place) => _units[place];

    /// <summary>The code point at a place in UTF-16.</summary>
    public int At(int unit)
    {
        var place = _units.BinarySearch(unit);
        return place >= 0 ? place : ~place;
    }
}
