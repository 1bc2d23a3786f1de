// Learns a byte-level BPE vocabulary from texts: counts words once, then merges the most frequent pair again and again, with pair
// counts kept up to date instead of counted anew (Sennrich, Haddow and Birch 2016, arXiv 1508.07909, on bytes as GPT-2 does).

namespace DataEfficiency.Prompts.Tokenization;

/// <param name="SpecialTokens">Ids 0 to their number - 1.</param>
/// <param name="Tokens">All tokens by id: special tokens, the 256 bytes, then one per merge; in the printable byte alphabet.</param>
/// <param name="Merges">In the order learnt.</param>
public sealed record TrainedVocabulary(
    IReadOnlyList<string> SpecialTokens, IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges);

public static class ByteLevelBpeTrainer
{
    /// <summary>How texts are cut into words, in training and afterwards: digits one by one, then GPT-2's pattern.</summary>
    internal static IPreTokenizer Words() =>
        new SequenceOfSplits([new DigitSplit(individually: true), new ByteLevelSplit(addPrefixSpace: false, useExpression: true)]);

    /// <summary>Trains on a stream of texts, read once. The same texts in the same order give the same vocabulary; of pairs with equal
    /// counts the one with the lower ids wins. Special tokens in the texts are passed over.</summary>
    /// <param name="vocabularySize">Tokens in all: special tokens and 256 bytes included. Fewer where no pair occurs
    /// <paramref name="leastCount"/> times any more.</param>
    /// <exception cref="ArgumentException">The size leaves no room for the bytes and special tokens, or a special token is empty or given
    /// twice.</exception>
    public static TrainedVocabulary Train(IEnumerable<string> texts, int vocabularySize, IReadOnlyList<string> specialTokens,
        int leastCount = 2, CancellationToken cancel = default)
    {
        if (specialTokens.Any(string.IsNullOrEmpty) || specialTokens.Distinct().Count() != specialTokens.Count)
            throw new ArgumentException("A special token is empty or given twice.", nameof(specialTokens));
        if (vocabularySize < specialTokens.Count + 256)
            throw new ArgumentException(
                $"A vocabulary of {vocabularySize} has no room for 256 bytes and {specialTokens.Count} special tokens.",
                nameof(vocabularySize));

        var tokens = specialTokens.Concat(Enumerable.Range(0, 256).Select(b => ByteAlphabet.Character((byte)b).ToString())).ToList();
        var merges = new List<(string, string)>();
        var pairs = new PairCounts(Count(texts, specialTokens, cancel), firstByte: specialTokens.Count);
        while (tokens.Count < vocabularySize && pairs.MostFrequent(leastCount) is var (left, right))
        {
            cancel.ThrowIfCancellationRequested();
            pairs.Merge(left, right, tokens.Count);
            merges.Add((tokens[left], tokens[right]));
            tokens.Add(tokens[left] + tokens[right]);
        }
        return new TrainedVocabulary([.. specialTokens], tokens, merges);
    }

    private static Dictionary<string, long> Count(IEnumerable<string> texts, IReadOnlyList<string> specialTokens, CancellationToken cancel)
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        var bySpan = words.GetAlternateLookup<ReadOnlySpan<char>>();
        var special = new AddedTokenMatcher(specialTokens.Select((t, i) => (t, new AddedToken(i, t, false, false, false, false, true))));
        var cut = Words();
        foreach (var text in texts)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var (start, length, token) in special.Split(text))
            {
                if (token is not null) continue;
                foreach (var piece in cut.Split(new TextPiece(text, start, length, start == 0)))
                    System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(bySpan, piece.Span, out _)++;
            }
        }
        return words;
    }
}
