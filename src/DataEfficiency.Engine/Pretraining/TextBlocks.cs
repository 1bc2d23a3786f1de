using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Pretraining;

/// <summary>Running text as one stream of tokens, a separator behind each piece, handed out block by block; from the start again when it is used up.</summary>
internal sealed class TextBlocks(IReadOnlyList<int> stream)
{
    private int _at;

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
        var blocks = new List<TokenSequence>(count);
        for (var i = 0; i < count; i++)
        {
            if (_at + length > stream.Count) _at = 0;
            length = Math.Min(length, stream.Count);
            var ids = new int[length];
            for (var t = 0; t < length; t++) ids[t] = stream[_at + t];
            blocks.Add(TokenSequence.Text(ids));
            _at += length;
        }
        return blocks;
    }
}
