// The training text cut into pieces, a fiftieth of them held out, and what the exercises are made of: frequent words and short passages.
using System.Text.RegularExpressions;
using DataEfficiency.Engine.Randomness;

namespace DataEfficiency.Engine.Pretraining;

internal sealed partial class PretrainingCorpus
{
    private const int PieceLength = 12_000, HeldOutEvery = 50, WordCount = 2_000, PassagesPerPiece = 4;

    private PretrainingCorpus(List<TextDocument> train, List<TextDocument> heldOut)
    {
        (Train, HeldOut) = (train, heldOut);
        Words = FrequentWords(train);
        Passages = [.. train.SelectMany(PassagesOf)];
        HeldOutPassages = [.. heldOut.SelectMany(PassagesOf)];
    }

    public IReadOnlyList<TextDocument> Train { get; }
    public IReadOnlyList<TextDocument> HeldOut { get; }

    /// <summary>Most frequent first.</summary>
    public IReadOnlyList<string> Words { get; }

    public IReadOnlyList<(string? Kind, string Text)> Passages { get; }
    public IReadOnlyList<(string? Kind, string Text)> HeldOutPassages { get; }

    /// <exception cref="InvalidDataException">The sources hold too little text.</exception>
    public static PretrainingCorpus Read(IEnumerable<TextSource> sources, long seed, CancellationToken cancel)
    {
        var pieces = new List<TextDocument>();
        foreach (var document in sources.SelectMany(s => s.Read()))
        {
            cancel.ThrowIfCancellationRequested();
            pieces.AddRange(Cut(document));
        }
        var random = new TaskRandom($"pretraining/{seed}");
        pieces = random.Sample(pieces, pieces.Count);
        var heldOut = pieces.Where((_, i) => i % HeldOutEvery == 0).ToList();
        var train = pieces.Where((_, i) => i % HeldOutEvery != 0).ToList();
        var corpus = new PretrainingCorpus(train, heldOut);
        if (train.Count == 0 || corpus.Words.Count < 100 || corpus.Passages.Count == 0)
            throw new InvalidDataException(
                $"The text sources hold {pieces.Sum(p => (long)p.Text.Length)} characters in {pieces.Count} pieces; that is too little "
                + "to train on. Give more --text.");
        return corpus;
    }

    // Whole lines; the last line of a piece may be cut where a line is longer than a piece.
    private static IEnumerable<TextDocument> Cut(TextDocument document)
    {
        for (var start = 0; start < document.Text.Length;)
        {
            var end = Math.Min(start + PieceLength, document.Text.Length);
            if (end < document.Text.Length && document.Text.LastIndexOf('\n', end - 1, PieceLength / 2) is var line and >= 0)
                end = line + 1;
            if (end < document.Text.Length && char.IsLowSurrogate(document.Text[end])) end++;
            yield return document with { Text = document.Text[start..end] };
            start = end;
        }
    }

    private static List<string> FrequentWords(IEnumerable<TextDocument> pieces)
    {
        var counts = new Dictionary<string, int>();
        var bySpan = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var piece in pieces)
            foreach (var match in PlainWord().EnumerateMatches(piece.Text))
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                    bySpan, piece.Text.AsSpan(match.Index, match.Length), out _)++;
        return [.. counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(WordCount).Select(c => c.Key)];
    }

    // Sentences of a readable length, spread over the piece.
    private static IEnumerable<(string? Kind, string Text)> PassagesOf(TextDocument piece)
    {
        var sentences = Sentence().Matches(piece.Text);
        var step = Math.Max(1, sentences.Count / PassagesPerPiece);
        for (var i = 0; i < sentences.Count; i += step) yield return (piece.Kind, sentences[i].Value.Replace('\n', ' '));
    }

    [GeneratedRegex("\\b[a-z]{3,9}\\b")]
    private static partial Regex PlainWord();

    [GeneratedRegex("(?<=[.!?] |\\n)[A-Z][a-z, ]{30,110}[.!?]")]
    private static partial Regex Sentence();
}
