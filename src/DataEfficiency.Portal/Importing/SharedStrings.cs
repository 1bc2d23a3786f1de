using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <summary>A workbook's table of distinct texts, the one part that has to be in memory.</summary>
internal sealed class SharedStrings
{
    private readonly List<string> _texts = [];

    /// <exception cref="ImportException">More texts, or more of text, than may be held.</exception>
    public SharedStrings(WorkbookPackage package)
    {
        using var xml = package.Open("sharedStrings");
        if (xml is null) return;
        long characters = 0;
        var text = new StringBuilder();
        // a text of one character, and the empty one, are there once however often they come
        var small = new Dictionary<char, string>();
        while (xml.Next())
        {
            if (!xml.Is("si")) continue;
            text.Clear();
            var fits = xml.ReadRuns(text);
            if (_texts.Count == ImportLimits.SharedTexts || (characters += text.Length) > ImportLimits.SharedTextCharacters)
                throw new ImportException(ImportingWords.WorkbookHoldsMoreThanMillion(millions: ImportLimits.SharedTexts / 1_000_000,
                    characters: ImportLimits.SharedTextCharacters >> 20));
            if (!fits) TooLong.Add(_texts.Count);
            _texts.Add(text.Length switch { 0 => "", 1 => small.TryGetValue(text[0], out var one) ? one : small[text[0]] = text.ToString(),
                _ => ExcelEscapes.Decode(text.ToString()) });
        }
    }

    /// <summary>Places of texts that were cut at the longest that a text may be.</summary>
    public HashSet<int> TooLong { get; } = [];

    public string? this[int place] => place >= 0 && place < _texts.Count ? _texts[place] : null;
}
