using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataEfficiency.Portal.Tasks;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Of a file with a row for each answer: what the later rows of an item (its text, and its id where it has one) say, so that all of it
/// comes in with the first one. Read before the import, in a pass of its own, which gives the same again after a restart.
/// </summary>
internal sealed class LaterRows
{
    private readonly Dictionary<UInt128, int> _first = [];
    private readonly Dictionary<UInt128, List<PersonAnswer>> _later = [];
    private readonly Dictionary<string, string> _words = [];
    private long _characters;

    /// <exception cref="ImportException">The file cannot be read, or says more than can be held.</exception>
    public static LaterRows Of(IRowReader reader, RowMapper mapper, CancellationToken cancel)
    {
        var found = new LaterRows();
        foreach (var source in reader.Rows())
        {
            cancel.ThrowIfCancellationRequested();
            if (mapper.Map(source).Row is { } row) found.Add(row);
        }
        return found;
    }

    /// <summary>Its item stands further up already.</summary>
    public bool IsLater(MappedRow row) => _first.TryGetValue(Key(row), out var line) && line < row.Line;

    /// <summary>The first row of an item with what the later ones say.</summary>
    public MappedRow Whole(MappedRow row) => _later.TryGetValue(Key(row), out var later)
        ? row with { People = PersonAnswer.Newest((row.People ?? []).Concat(later)) } : row;

    private void Add(MappedRow row)
    {
        if (_first.TryAdd(Key(row), row.Line) || row.People is not { Count: > 0 } people) return;
        if (!_later.TryGetValue(Key(row), out var later)) _later[Key(row)] = later = [];
        later.AddRange(people.Select(Kept));
        if (_characters > ImportLimits.SharedTextCharacters)
            throw new ImportException(ImportingWords.TooManyAnswersOfOneText(ImportLimits.SharedTextCharacters >> 20));
    }

    // the same few labels and names again and again: held once
    private PersonAnswer Kept(PersonAnswer answer) => answer with
    {
        By = answer.By is null ? null : Once(answer.By), Answers = [.. answer.Answers.Select(Once)],
        Spans = answer.Spans is null ? null : [.. answer.Spans.Select(s => s with { Label = Once(s.Label) })],
    };

    private string Once(string word)
    {
        // a reference to it takes memory too
        _characters += 8;
        if (_words.TryGetValue(word, out var known)) return known;
        _characters += word.Length;
        return _words[word] = word;
    }

    private static UInt128 Key(MappedRow row) => BinaryPrimitives.ReadUInt128BigEndian(row.ExternalId is not { } id ? row.TextHash
        : SHA256.HashData([.. row.TextHash, .. Encoding.UTF8.GetBytes(id)]));
}
