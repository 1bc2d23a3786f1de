// Finds the added tokens of tokenizer.json in a text: leftmost first, and of those that start there the longest.
using System.Text;
using DataEfficiency.Prompts.Tokenization.Patterns;

namespace DataEfficiency.Prompts.Tokenization;

/// <param name="SingleWord">Matches only where no word character touches it.</param>
/// <param name="LeftStrip">Takes the white space before it along.</param>
/// <param name="RightStrip">Takes the white space after it along.</param>
/// <param name="Normalized">Searched in the normalised text instead of the text as given.</param>
/// <param name="Special">Left out when decoding without special tokens.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool LeftStrip, bool RightStrip, bool Normalized, bool Special);

internal sealed class AddedTokenMatcher
{
    private sealed class Node
    {
        public readonly Dictionary<char, Node> Next = [];
        public AddedToken? Token;
    }

    private readonly Node root = new();

    /// <summary>Takes each token with the text it is searched by.</summary>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens)
        {
            var node = root;
            foreach (var c in text)
            {
                if (!node.Next.TryGetValue(c, out var next)) node.Next.Add(c, next = new Node());
                node = next;
            }
            node.Token ??= token;
        }
    }

    /// <summary>The text cut into runs of plain text (no token) and added tokens; no run is empty.</summary>
    public List<(int Start, int Length, AddedToken? Token)> Split(string text)
    {
        var runs = new List<(int, int, AddedToken?)>();
        var done = 0;
        for (var at = 0; root.Next.Count > 0 && at < text.Length;)
        {
            var (length, token) = Longest(text, at);
            if (token is null)
            {
                at++;
                continue;
            }
            var start = at;
            var end = at += length;
            if (token.SingleWord && (EndsWithWord(text.AsSpan(0, start)) || StartsWithWord(text.AsSpan(end)))) continue;
            if (token.LeftStrip) while (start > done && char.IsWhiteSpace(text[start - 1])) start--;
            if (token.RightStrip) while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
            // A match may begin in white space that the token before it took along: it counts all the same, save one that strips to its
            // left and has nothing of its own left.
            if (token.LeftStrip && start < done) start = done;
            if (start >= end) continue;
            if (start > done) runs.Add((done, start - done, null));
            runs.Add((start, end - start, token));
            done = end;
        }
        if (done < text.Length) runs.Add((done, text.Length - done, null));
        return runs;
    }

    private (int Length, AddedToken? Token) Longest(string text, int start)
    {
        var best = (0, (AddedToken?)null);
        var node = root;
        for (var i = start; i < text.Length && node.Next.TryGetValue(text[i], out node!); i++)
            if (node.Token is { } token) best = (i - start + 1, token);
        return best;
    }

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeLastFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => UnicodeSets.WordWithJoiners.Contains(rune.Value);
}
