// Applies merges to a row of symbols. Short rows are scanned again for each merge; long ones (a text that no pre-tokenizer
// cuts) go through a heap, O(n log n). Both give the same ids.
namespace DataEfficiency.Prompts.Tokenization;

/// <param name="merges">Pair of ids, packed by <see cref="Pair"/>, to the merge's rank and the id it makes.</param>
internal sealed class BpeMerger(Dictionary<long, (int Rank, int Id)> merges)
{
    private const int Short = 40;

    public static long Pair(int left, int right) => (long)left << 32 | (uint)right;

    public int[] Merge(List<int> symbols) => symbols.Count <= Short ? MergeByScan(symbols) : MergeByHeap(symbols);

    internal int[] MergeByScan(List<int> symbols)
    {
        var ids = symbols.ToArray();
        var n = ids.Length;
        var next = new (int Rank, int Id)[Math.Max(n, 1)];
        for (var i = 0; i < n; i++) next[i] = Find(ids, i, n);
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < n; i++)
                if (next[i].Rank < int.MaxValue && (best < 0 || next[i].Rank < next[best].Rank)) best = i;
            if (best < 0) return ids[..n];
            ids[best] = next[best].Id;
            Array.Copy(ids, best + 2, ids, best + 1, n - best - 2);
            Array.Copy(next, best + 2, next, best + 1, n - best - 2);
            n--;
            next[best] = Find(ids, best, n);
            if (best > 0) next[best - 1] = Find(ids, best - 1, n);
        }
    }

    internal int[] MergeByHeap(List<int> symbols)
    {
        var n = symbols.Count;
        var ids = symbols.ToArray();
        var before = new int[n];
        var after = new int[n];
        var queue = new PriorityQueue<(int At, int Left, int Right), long>(n);
        for (var i = 0; i < n; i++) (before[i], after[i]) = (i - 1, i + 1 < n ? i + 1 : -1);
        for (var i = 0; i + 1 < n; i++) Enqueue(i);

        while (queue.TryDequeue(out var pair, out _))
        {
            var (at, right) = (pair.At, after[pair.At]);
            // Stale where one of the two has been merged away since (ids of merged symbols are -1).
            if (right < 0 || ids[at] != pair.Left || ids[right] != pair.Right) continue;
            ids[at] = merges[Pair(pair.Left, pair.Right)].Id;
            ids[right] = -1;
            after[at] = after[right];
            after[right] = -1;
            if (after[at] >= 0)
            {
                before[after[at]] = at;
                Enqueue(at);
            }
            if (before[at] >= 0) Enqueue(before[at]);
        }
        return Array.FindAll(ids, id => id >= 0);

        void Enqueue(int at)
        {
            var (left, right) = (ids[at], ids[after[at]]);
            if (merges.TryGetValue(Pair(left, right), out var merge)) queue.Enqueue((at, left, right), (long)merge.Rank << 32 | (uint)at);
        }
    }

    private (int Rank, int Id) Find(int[] ids, int at, int n) =>
        at + 1 < n && merges.TryGetValue(Pair(ids[at], ids[at + 1]), out var merge) ? merge : (int.MaxValue, -1);
}
