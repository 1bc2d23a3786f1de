// Which encoding a text file is in, decided over the whole file: the first bytes that are no UTF-8 can stand a gigabyte after the head.
using System.Buffers;
using System.Globalization;
using System.Text;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Importing;

/// <param name="Name">For <see cref="MarkedText.Open"/>.</param>
/// <param name="Note">What is odd about it, for the person; null: nothing.</param>
public sealed record TextEncoding(string Name, string? Note = null)
{
    private static Said NoText => ImportingWords.NoTextFile;

    /// <exception cref="ImportException">The file is no text.</exception>
    public static TextEncoding Of(Stream stream)
    {
        var bytes = new byte[1 << 16];
        var counts = new ByteCounts();
        var kept = 0;
        stream.Position = 0;
        while (true)
        {
            var read = stream.ReadAtLeast(bytes.AsSpan(kept), bytes.Length - kept, throwOnEndOfStream: false);
            var filled = kept + read;
            var last = filled < bytes.Length;
            if (counts.Bytes == 0 && MarkOf(bytes.AsSpan(0, filled)) is { } marked) return new TextEncoding(marked);
            var used = counts.Add(bytes.AsSpan(0, filled), last);
            kept = filled - used;
            bytes.AsSpan(used, kept).CopyTo(bytes);
            if (last) break;
        }
        stream.Position = 0;
        var decided = Decide(counts);
        return decided.Name.StartsWith("utf-16", StringComparison.Ordinal) ? Checked(decided, stream, bytes) : decided;
    }

    private static string? MarkOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? "utf-8"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) ? "utf-32"
        : head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]) ? "utf-32BE"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? "utf-16"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? "utf-16BE" : null;

    private static TextEncoding Decide(ByteCounts counts)
    {
        // in UTF-16 every letter, blank and line end below U+0100 has a zero byte; any other text has none
        // but for a stray one in what is UTF-8 throughout
        if (counts.Zeros > 0 && counts.DoubleZeros == 0 && counts.Bytes % 2 == 0 && (counts.Broken > 0 || counts.Zeros * 10 > counts.Bytes))
        {
            if (counts.PlainLittle > 4 * counts.PlainBig) return new("utf-16");
            if (counts.PlainBig > 4 * counts.PlainLittle) return new("utf-16BE");
        }
        // a text has a stray one now and then: of a few bytes none
        if (counts.Zeros > Math.Min(3, counts.Bytes / 16) + counts.Bytes / 50
            || counts.Controls > Math.Min(8, counts.Bytes / 16) + counts.Bytes / 50) throw new ImportException(NoText);
        if (counts.Broken == 0) return new("utf-8");
        // in no encoding of texts does all that come together: bytes that are no UTF-8, few letters beside them, and no line that ends
        if (counts.Broken * 2 > counts.Bytes || counts.Broken * 5 > counts.Bytes && !counts.HasLines
            || counts.Zeros + counts.Controls > 1 + counts.Bytes / 50) throw new ImportException(NoText);
        // words of nothing but accented letters are no language of Western Europe: rather errors than other letters
        var isWestern = counts.HighLetters < 6 || counts.HighPairs * 2 < counts.HighLetters;
        // nor are words of signs that Western texts hardly have, and Japanese ones in Shift-JIS in nearly every letter
        isWestern &= counts.Rare < 2 || counts.Rare * 4 < counts.Broken;
        if (counts.Sequences == 0 && counts.NotInWindows1252 == 0 && isWestern)
            return new("windows-1252",
                ImportingWords.TakenForWindows1252(counts.Broken));
        return new("utf-8", ImportingWords.PlacesThatAreNoUtf8(counts.Broken));
    }

    // bytes of any kind can look like UTF-16 by their zeros, but not by their letters
    private static TextEncoding Checked(TextEncoding decided, Stream stream, byte[] bytes)
    {
        stream.Position = 0;
        var head = MarkedText.Decoding(decided.Name).GetString(bytes, 0,
            stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        stream.Position = 0;
        var odd = head.Count(c => c == MarkedText.Bad || char.IsControl(c) && !char.IsWhiteSpace(c)
            || char.GetUnicodeCategory(c) is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
        return odd <= 1 + head.Length / 100 ? decided : throw new ImportException(NoText);
    }

    private sealed class ByteCounts
    {
        // the five bytes that Windows-1252 leaves undefined
        private static readonly SearchValues<byte> Undefined = SearchValues.Create([0x81, 0x8D, 0x8F, 0x90, 0x9D]);

        // low quotes, daggers, accents and per mille signs that stand alone
        private static readonly byte[] RareSigns = [0x82, 0x83, 0x86, 0x87, 0x88, 0x89, 0x98];
        private byte _before = 1;

        public bool HasLines { get; private set; }

        public long Bytes, Zeros, DoubleZeros, PlainLittle, PlainBig, Controls, Broken, Sequences, NotInWindows1252,
            HighLetters, HighPairs, Rare;

        /// <returns>How many bytes were counted: a character that the block cuts is left for the next one.</returns>
        public int Add(ReadOnlySpan<byte> block, bool last)
        {
            var (used, whole) = (0, last ? block.Length : block.Length - 4);
            while (used < whole)
            {
                var plain = block[used..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
                used = plain < 0 ? whole : Math.Min(whole, used + plain);
                if (used == whole) break;
                if (Rune.DecodeFromUtf8(block[used..], out _, out var length) == OperationStatus.Done) Sequences++;
                else Broken++;
                used += length;
            }
            CountBytes(block[..used]);
            return used;
        }

        private void CountBytes(ReadOnlySpan<byte> block)
        {
            if (block.ContainsAny(Undefined)) NotInWindows1252++;
            HasLines |= block.Contains((byte)'\n') || block.Contains((byte)'\r');
            foreach (var sign in RareSigns) Rare += block.Count(sign);
            foreach (var b in block.IndexOfAnyInRange((byte)0, (byte)0x1F) < 0 ? [] : block)
                if (b is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C or 0x1A or 0x1B or 0)) Controls++;
            for (var i = block.IndexOfAnyInRange((byte)0xC0, (byte)0xFF) is >= 0 and var at ? at : block.Length; i < block.Length; i++)
                if (block[i] >= 0xC0)
                {
                    HighLetters++;
                    if (i > 0 && block[i - 1] >= 0xC0) HighPairs++;
                }
            if (_before == 0 || block.Contains((byte)0)) CountPairs(block);
            Bytes += block.Length;
            if (block.Length > 0) _before = block[^1];
        }

        // what the two bytes of UTF-16 look like where one of them is zero
        private void CountPairs(ReadOnlySpan<byte> block)
        {
            for (var i = 0; i < block.Length; i++)
            {
                if (block[i] == 0) Zeros++;
                if ((Bytes + i) % 2 == 0) continue;
                var (first, second) = (i > 0 ? block[i - 1] : _before, block[i]);
                if (first == 0 && second == 0) DoubleZeros++;
                else if (second == 0 && IsPlain(first)) PlainLittle++;
                else if (first == 0 && IsPlain(second)) PlainBig++;
            }
        }

        private static bool IsPlain(byte b) => b is >= 0x20 and < 0x7F or (byte)'\t' or (byte)'\n' or (byte)'\r';
    }
}
