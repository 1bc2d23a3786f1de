// How often each pair of neighbouring symbols occurs over counted words, kept up to date while pairs are merged.
using System.Runtime.InteropServices;
using System.Text;

namespace DataEfficiency.Prompts.Tokenization;

internal sealed class PairCounts
{
    private readonly List<(int[] Symbols, long Count)> words = [];
    private readonly Dictionary<long, long> counts = [];
    // Words that held the pair when it was last counted there; a word may hold it no more.
    private readonly Dictionary<long, HashSet<int>> places = [];
    // Entries keep the count they were queued with. A count only falls after that, so an entry whose count is out of date is queued again.
    private readonly PriorityQueue<(long Pair, long Count), (long Negated, long Pair)> queue = new();

    /// <param name="firstByte">Id of byte 0; the other bytes follow.</param>
    public PairCounts(Dictionary<string, long> wordCounts, int firstByte)
    {
        foreach (var (word, count) in wordCounts)
        {
            var symbols = Array.ConvertAll(Encoding.UTF8.GetBytes(word), b => firstByte + b);
            if (symbols.Length < 2) continue;
            words.Add((symbols, count));
            Change(words.Count - 1, symbols, count);
        }
        foreach (var (pair, count) in counts) Enqueue(pair, count);
    }

    /// <summary>The pair with the highest count, of equals the one with the lower ids; null below <paramref name="leastCount"/>.</summary>
    public (int Left, int Right)? MostFrequent(int leastCount)
    {
        while (queue.TryDequeue(out var entry, out _))
        {
            var count = counts.GetValueOrDefault(entry.Pair);
            if (count == entry.Count) return count >= leastCount ? ((int)(entry.Pair >> 32), (int)entry.Pair) : null;
            if (count > 0) Enqueue(entry.Pair, count);
        }
        return null;
    }

    public void Merge(int left, int right, int made)
    {
        var changed = new HashSet<long>();
        var pair = BpeMerger.Pair(left, right);
        foreach (var word in places[pair])
        {
            var (symbols, count) = words[word];
            var merged = Merged(symbols, left, right, made);
            if (merged.Length == symbols.Length) continue;
            Change(word, symbols, -count);
            Change(word, merged, count);
            words[word] = (merged, count);
            for (var i = 0; i + 1 < merged.Length; i++)
                if (merged[i] == made || merged[i + 1] == made) changed.Add(BpeMerger.Pair(merged[i], merged[i + 1]));
        }
        counts.Remove(pair);
        places.Remove(pair);
        foreach (var born in changed) Enqueue(born, counts[born]);
    }

    private void Change(int word, int[] symbols, long by)
    {
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            var pair = BpeMerger.Pair(symbols[i], symbols[i + 1]);
            CollectionsMarshal.GetValueRefOrAddDefault(counts, pair, out _) += by;
            if (by > 0)
            {
                ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(places, pair, out var known);
                if (!known) at = [];
                at!.Add(word);
            }
        }
    }

    private static int[] Merged(int[] symbols, int left, int right, int made)
    {
        var merged = new int[symbols.Length];
        var n = 0;
        for (var i = 0; i < symbols.Length; i++)
        {
            if (i + 1 < symbols.Length && symbols[i] == left && symbols[i + 1] == right)
            {
                merged[n++] = made;
                i++;
            }
            else merged[n++] = symbols[i];
        }
        return merged[..n];
    }

    private void Enqueue(long pair, long count) => queue.Enqueue((pair, count), (-count, pair));
}
