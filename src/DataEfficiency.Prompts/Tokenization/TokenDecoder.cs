// Tokens back to text: the decoders of tokenizer.json, each a step over the list of tokens.
using System.Globalization;
using System.Text;

namespace DataEfficiency.Prompts.Tokenization;

internal delegate List<string> DecoderStep(List<string> tokens);

/// <param name="Steps">In file order; null: the file names no decoder, and the tokens are joined by a space.</param>
internal sealed record TokenDecoder(IReadOnlyList<DecoderStep>? Steps)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public string Decode(List<string> tokens) =>
        Steps is null ? string.Join(' ', tokens) : string.Concat(Steps.Aggregate(tokens, (current, step) => step(current)));

    /// <summary>A token with a character outside the byte alphabet (an added token) stands for its own UTF-8 bytes.</summary>
    public static List<string> ByteLevel(List<string> tokens)
    {
        var bytes = new List<byte>(tokens.Count * 4);
        foreach (var token in tokens)
        {
            var start = bytes.Count;
            foreach (var c in token)
            {
                if (ByteAlphabet.TryByte(c, out var b))
                {
                    bytes.Add(b);
                    continue;
                }
                bytes.RemoveRange(start, bytes.Count - start);
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
                break;
            }
        }
        return [Encoding.UTF8.GetString([.. bytes])];
    }

    /// <summary>Runs of byte tokens such as &lt;0xF0&gt; become text; a run that is no valid UTF-8 becomes one U+FFFD per byte.</summary>
    public static List<string> ByteFallback(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            if (TryByteToken(token, out var b))
            {
                run.Add(b);
                continue;
            }
            Flush();
            result.Add(token);
        }
        Flush();
        return result;

        void Flush()
        {
            if (run.Count == 0) return;
            try
            {
                result.Add(Strict.GetString([.. run]));
            }
            catch (DecoderFallbackException)
            {
                result.Add(new string('\uFFFD', run.Count));
            }
            run.Clear();
        }
    }

    public static List<string> Fuse(List<string> tokens) => [string.Concat(tokens)];

    public static DecoderStep Replace(Normalizer replace) => tokens => tokens.ConvertAll(t => replace(t));

    /// <summary>Takes at most so many of a character from each token's start and end.</summary>
    public static DecoderStep Strip(char content, int start, int stop) => tokens => tokens.ConvertAll(token =>
    {
        int first = 0, last = token.Length;
        while (first < start && first < token.Length && token[first] == content) first++;
        while (token.Length - last < stop && last > first && token[last - 1] == content) last--;
        return token[first..last];
    });

    /// <summary>The first token loses every blank, as in Hugging Face tokenizers.</summary>
    public static DecoderStep Metaspace(char replacement, PrependScheme prepend) => tokens => [.. tokens.Select((token, i) =>
        token.Replace(replacement.ToString(), i == 0 && prepend != PrependScheme.Never ? "" : " "))];

    private static bool TryByteToken(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
