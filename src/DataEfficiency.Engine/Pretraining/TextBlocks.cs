
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts.Tokenization;

namespace DataEfficiency.Engine.Pretraining;

/// <summary>Running text as one stream of tokens, a separator behind each piece. Blocks are taken at multiples of the golden
/// ratio of its length: they spread evenly over the whole text, so that every step mixes distant pieces, and come near each other
/// only when the text has been read once.</summary>
internal sealed class TextBlocks(IReadOnlyList<int> stream)
{
    private const double GoldenRatio = .6180339887498949;
    private double _place;

    public int Length => stream.Count;

    public static TextBlocks Of(IEnumerable<TextDocument> pieces, Tokenizer tokenizer, int separator, CancellationToken cancel)
    {
        var stream = new List<int>();
        foreach (var piece in pieces)
        {
            cancel.ThrowIfCancellationRequested();
            stream.AddRange(tokenizer.Encode(piece.Text));
            stream.Add(separator);
        }
        return new TextBlocks(stream);
    }

    public List<TokenSequence> Next(int count, int length)
    {
        length = Math.Min(length, stream.Count);
        var blocks = new List<TokenSequence>(count);
        for (var i = 0; i < count; i++)
        {
            _place = (_place + GoldenRatio) % 1;
            var start = (int)(_place * (stream.Count - length + 1));
            var ids = new int[length];
            for (var t = 0; t < length; t++) ids[t] = stream[start + t];
            blocks.Add(TokenSequence.Text(ids));
        }
        return blocks;
    }
}
