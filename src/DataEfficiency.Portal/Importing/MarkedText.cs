using System.Text;

namespace DataEfficiency.Portal.Importing;

/// <summary>
/// Opens text so that bytes which are no text in the file's encoding can be told from a replacement character the text
/// itself contains: they become U+FFFF, a code point that never stands in text. The row then is an error, not silently changed.
/// </summary>
public static class MarkedText
{
    public const char Bad = '\uFFFF';

    static MarkedText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <exception cref="ImportException">No encoding of that name is read: UTF-7 is none, since it hides what it says.</exception>
    public static Encoding Decoding(string name)
    {
        try { return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(Bad.ToString())); }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ImportException(ImportingWords.EncodingNotRead(name));
        }
    }

    public static StreamReader Open(Stream stream, string encoding)
    {
        // a byte order mark of the chosen encoding is skipped by hand: StreamReader's detection would bring its own fallback along
        var decoding = Decoding(encoding);
        var mark = decoding.GetPreamble();
        if (mark.Length > 0)
        {
            Span<byte> head = stackalloc byte[mark.Length];
            var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (!head[..read].SequenceEqual(mark)) stream.Position = 0;
        }
        return new StreamReader(stream, decoding, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16);
    }

    private static bool HasHalfPair(string text)
    {
        var at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        for (; at >= 0 && at < text.Length; at++)
            if (char.IsSurrogate(text[at]) && (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[++at]))) return true;
        return false;
    }

    public static RowFault? FaultOf(string text, string? column)
    {
        var at = text.AsSpan().IndexOfAny(Bad, '\0');
        // an escape of a workbook can be half a pair
        if (at < 0) return HasHalfPair(text) ? new RowFault(RowFault.BadBytes, ImportingWords.HoldsHalfSurrogatePair, column) : null;
        return text[at] == Bad
            ? new RowFault(RowFault.BadBytes,
                ImportingWords.HoldsBytesThatAreNoText, column)
            : new RowFault(RowFault.BadBytes, ImportingWords.HoldsCharacterZero, column);
    }
}
