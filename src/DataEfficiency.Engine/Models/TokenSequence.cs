// Sequences of tokens with the positions whose prediction counts, and their padded batch. One form serves language modelling (all
// positions), answers behind a prompt (the answer's kept tokens), training, evaluation and gradients.
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <param name="Ids">Token ids, the beginning of a sequence first.</param>
/// <param name="Scored">Scored[i]: the prediction of Ids[i] from the ids before it counts. Never true at 0.</param>
internal sealed record TokenSequence(int[] Ids, bool[] Scored)
{
    // Below this a shared prefix costs more bookkeeping than it saves.
    private const int ShortestSharedPrefix = 8;

    /// <summary>An answer behind a prompt; masked answer tokens stand there but do not count (method sections 2 and 4).</summary>
    /// <param name="end">Stands behind the answer and counts though it is masked elsewhere: what fine-tuning teaches, so that answers end
    /// (method section 8). Behind an answer without a token that counts it does not count either. Null: none, as gradient rows have
    /// it.</param>
    public static TokenSequence Answer(IReadOnlyList<int> prompt, IReadOnlyList<int> answer, IReadOnlySet<int> masked, int? end = null)
    {
        int[] ids = end is { } last ? [.. prompt, .. answer, last] : [.. prompt, .. answer];
        var scored = new bool[ids.Length];
        for (var i = Math.Max(1, prompt.Count); i < prompt.Count + answer.Count; i++) scored[i] = !masked.Contains(ids[i]);
        if (end is not null) scored[^1] = scored.Contains(true);
        return new TokenSequence(ids, scored);
    }

    /// <summary>A block of running text: every token but the first counts.</summary>
    public static TokenSequence Text(int[] ids) => new(ids, [.. Enumerable.Range(0, ids.Length).Select(i => i > 0)]);

    /// <summary>Number of predictions that count.</summary>
    public int Counted => Scored.Count(s => s);

    /// <summary>How many first tokens all sequences share, worth computing once; 0 where they are few. The input before the first counted
    /// token is not among them, for its hidden state is needed.</summary>
    public static int SharedPrefix(IReadOnlyList<TokenSequence> sequences)
    {
        if (sequences.Count < 2) return 0;
        var first = sequences[0].Ids;
        var shared = sequences.Min(s =>
        {
            var scored = Array.IndexOf(s.Scored, true);
            var limit = Math.Min((scored < 0 ? s.Ids.Length : scored) - 1, first.Length);
            return limit <= 0 ? 0 : s.Ids.AsSpan(0, limit).CommonPrefixLength(first);
        });
        return shared >= ShortestSharedPrefix ? shared : 0;
    }
}

/// <summary>A right-padded batch on the model's device. Inputs end before the last token, whose prediction needs no input of its
/// own.</summary>
internal sealed class SequenceBatch : IDisposable
{
    /// <summary>[1, prefix] int64: the first tokens that all sequences share, or null where they are not kept apart.</summary>
    public Tensor? Prefix { get; }

    /// <summary>[batch, time] int64, behind the prefix.</summary>
    public Tensor Ids { get; }

    /// <summary>[rows] int64: batch * time + position of each input whose next token counts, sequence by sequence.</summary>
    public Tensor Rows { get; }

    /// <summary>[rows] int64: the tokens to predict.</summary>
    public Tensor Targets { get; }

    /// <summary>Number of rows of each sequence.</summary>
    public IReadOnlyList<int> Counted { get; }

    /// <param name="sharePrefix">Keeps the common beginning of the sequences apart, to be computed once: for fine-tuning, where all prompts
    /// begin with one instruction.</param>
    public SequenceBatch(IReadOnlyList<TokenSequence> sequences, Device device, bool sharePrefix = false)
    {
        var start = sharePrefix ? TokenSequence.SharedPrefix(sequences) : 0;
        var time = Math.Max(1, sequences.Max(s => s.Ids.Length - 1) - start);
        var ids = new long[sequences.Count * time];
        List<long> rows = [], targets = [];
        for (var b = 0; b < sequences.Count; b++)
        {
            var (tokens, scored) = (sequences[b].Ids, sequences[b].Scored);
            for (var t = 0; start + t + 1 < tokens.Length; t++)
            {
                ids[b * time + t] = tokens[start + t];
                if (!scored[start + t + 1]) continue;
                rows.Add((long)b * time + t);
                targets.Add(tokens[start + t + 1]);
            }
        }
        Counted = [.. sequences.Select(s => s.Counted)];
        using var scope = NewDisposeScope();
        if (start > 0) Prefix = tensor(sequences[0].Ids.Take(start).Select(i => (long)i).ToArray(),
            device: device).unsqueeze(0).DetachFromDisposeScope();
        Ids = tensor(ids, device: device).view(sequences.Count, time).DetachFromDisposeScope();
        Rows = tensor(rows.ToArray(), device: device).DetachFromDisposeScope();
        Targets = tensor(targets.ToArray(), device: device).DetachFromDisposeScope();
    }

    /// <summary>Logits [rows, vocabulary] of every counted prediction, and of no other position.</summary>
    public Tensor Logits(Decoder decoder, ILinearHook? hook = null, GiveWay giveWay = default, Func<int, Tensor, Tensor>? between = null)
    {
        using var scope = NewDisposeScope();
        var hidden =
            Prefix is null ? decoder.Hidden(Ids, hook, giveWay, between) : decoder.HiddenBehind(Prefix, Ids, hook, giveWay, between);
        var rows = hidden.view(-1, decoder.Config.HiddenSize);
        if (Rows.shape[0] != rows.shape[0]) rows = rows.index_select(0, Rows);
        return decoder.Logits(rows).MoveToOuterDisposeScope();
    }

    /// <summary>-ln p of every counted token, [rows].</summary>
    /// <param name="between">As that of <see cref="Decoder.Behind"/>, and once more before the last norm.</param>
    public Tensor TokenLosses(Decoder decoder, ILinearHook? hook = null, GiveWay giveWay = default,
        Func<int, Tensor, Tensor>? between = null)
    {
        using var logits = Logits(decoder, hook, giveWay, between);
        return nn.functional.cross_entropy(logits, Targets, reduction: nn.Reduction.None);
    }

    public void Dispose()
    {
        Prefix?.Dispose();
        Ids.Dispose();
        Rows.Dispose();
        Targets.Dispose();
    }
}
