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
    private readonly int[] byteIds = new int[256];
    private readonly ConcurrentDictionary<string, int[]> cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> cached;
    private int cachedCount;

    public BpeModel(Dictionary<string, int> vocabulary, Dictionary<long, (int Rank, int Id)> merges, BpeOptions options)
    {
        (Vocabulary, this.options, merger) = (vocabulary, options, new BpeMerger(merges));
        Made = [.. merges.Values.Select(m => m.Id)];
        cached = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var b = 0; b < 256; b++)
        {
            var token = options.ByteLevel ? ByteAlphabet.Character((byte)b).ToString() : $"<0x{b:X2}>";
            byteIds[b] = vocabulary.TryGetValue(token, out var id) ? id : -1;
        }
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
        if (options.ByteLevel && options.Prefix.Length == 0 && options.Suffix.Length == 0) AddBytes(piece, symbols);
        else AddCharacters(options.ByteLevel ? ByteText(piece) : piece, symbols);
        return merger.Merge(symbols);
    }

    private void AddBytes(ReadOnlySpan<char> piece, List<int> symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var unknown = false;
        foreach (var rune in piece.EnumerateRunes())
            for (int i = 0, n = rune.EncodeToUtf8(utf8); i < n; i++) Add(byteIds[utf8[i]], symbols, ref unknown);
    }

    private void AddCharacters(ReadOnlySpan<char> piece, List<int> symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var unknown = false;
        var at = 0;
        foreach (var rune in piece.EnumerateRunes())
        {
            var text = rune.ToString();
            if (at > 0) text = options.Prefix + text;
            at += rune.Utf16SequenceLength;
            if (at == piece.Length) text += options.Suffix;
            if (!Vocabulary.TryGetValue(text, out var id) && options.ByteFallback && !options.ByteLevel)
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                if (bytes.All(b => byteIds[b] >= 0))
                {
                    foreach (var b in bytes) Add(byteIds[b], symbols, ref unknown);
                    continue;
                }
            }
            Add(Vocabulary.TryGetValue(text, out id) ? id : -1, symbols, ref unknown);
        }
    }

    /// <summary>A symbol that the vocabulary lacks becomes the unknown token, runs of them one where fused; without one it is
    /// dropped.</summary>
    private void Add(int id, List<int> symbols, ref bool unknown)
    {
        if (id < 0)
        {
            if (options.Unknown is { } token && !(unknown && options.FuseUnknown)) symbols.Add(token);
            unknown = true;
            return;
        }
        symbols.Add(id);
        unknown = false;
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
