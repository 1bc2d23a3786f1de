// Byte-pair encoding of one piece: its smallest symbols, then the merges, always the one learnt first, of equals the leftmost.
using System.Collections.Concurrent;
using System.Text;

namespace DataEfficiency.Prompts.Tokenization;

internal sealed record BpeOptions(
    bool ByteLevel, bool ByteFallback, bool IgnoreMerges, int? Unknown, bool FuseUnknown, string Prefix, string Suffix);

internal sealed class BpeModel
{
    private const int CachedLength = 64, CachedWords = 100_000;
    private readonly BpeOptions options;
    private readonly BpeMerger merger;
    private readonly int[] fallback;
    private readonly int[]? byteIds;
    private readonly ConcurrentDictionary<string, int[]> cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> cached;
    private int cachedCount;

    public BpeModel(Dictionary<string, int> vocabulary, Dictionary<long, (int Rank, int Id)> merges, BpeOptions options)
    {
        (Vocabulary, this.options, merger) = (vocabulary, options, new BpeMerger(merges));
        Made = [.. merges.Values.Select(m => m.Id)];
        cached = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        fallback = Ids(b => $"<0x{b:X2}>");
        if (options.ByteLevel && options.Prefix.Length == 0 && options.Suffix.Length == 0
            && Ids(b => ByteAlphabet.Character(b).ToString()) is var all && !all.Contains(-1)) byteIds = all;

        int[] Ids(Func<byte, string> token) =>
            [.. Enumerable.Range(0, 256).Select(b => vocabulary.TryGetValue(token((byte)b), out var id) ? id : -1)];
    }

    public Dictionary<string, int> Vocabulary { get; }

    /// <summary>Ids of the tokens that some merge makes.</summary>
    public HashSet<int> Made { get; }

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.IsEmpty) return;
        if (piece.Length > CachedLength)
        {
            ids.AddRange(Merge(piece));
            return;
        }
        if (!cached.TryGetValue(piece, out var word))
        {
            word = Merge(piece);
            // Bounded: words seen after the cache is full are merged each time they occur.
            if (cachedCount < CachedWords && cached.TryAdd(piece, word)) Interlocked.Increment(ref cachedCount);
        }
        ids.AddRange(word);
    }

    private int[] Merge(ReadOnlySpan<char> piece)
    {
        if (options.IgnoreMerges && Vocabulary.TryGetValue(options.ByteLevel ? ByteText(piece) : piece.ToString(), out var whole))
            return [whole];
        var symbols = new List<int>(piece.Length);
        if (byteIds is not null) AddBytes(piece, byteIds, symbols);
        else AddCharacters(options.ByteLevel ? ByteText(piece) : piece, symbols);
        return merger.Merge(symbols);
    }

    private static void AddBytes(ReadOnlySpan<char> piece, int[] ids, List<int> symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in piece.EnumerateRunes())
            for (int i = 0, n = rune.EncodeToUtf8(utf8); i < n; i++) symbols.Add(ids[utf8[i]]);
    }

    /// <summary>A symbol that the vocabulary lacks becomes its bytes, else the unknown token, runs of them one where fused; without one it
    /// is dropped. As in Hugging Face tokenizers, bytes come before an unknown token that stands before them.</summary>
    private void AddCharacters(ReadOnlySpan<char> piece, List<int> symbols)
    {
        var waits = false;
        var at = 0;
        foreach (var rune in piece.EnumerateRunes())
        {
            var text = rune.ToString();
            if (at > 0) text = options.Prefix + text;
            at += rune.Utf16SequenceLength;
            if (at == piece.Length) text += options.Suffix;
            var known = Vocabulary.TryGetValue(text, out var id);
            if (!known && options.ByteFallback && Encoding.UTF8.GetBytes(text) is var bytes && bytes.All(b => fallback[b] >= 0))
            {
                symbols.AddRange(bytes.Select(b => fallback[b]));
                continue;
            }
            if (waits && (known || !options.FuseUnknown)) symbols.Add(options.Unknown!.Value);
            waits = !known && options.Unknown is not null;
            if (known) symbols.Add(id);
        }
        if (waits) symbols.Add(options.Unknown!.Value);
    }

    private static string ByteText(ReadOnlySpan<char> piece)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(piece.Length)];
        var n = Encoding.UTF8.GetBytes(piece, bytes);
        return string.Create(n, bytes, (text, source) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = ByteAlphabet.Character(source[i]);
        });
    }
}
