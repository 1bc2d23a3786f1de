// Confidence of many texts of one task (method section 2): the prefix that all prompts of the task share is run once and kept for the next
// call.
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using TorchSharp;

namespace DataEfficiency.Engine.Answering;

/// <param name="chunk">Texts whose prompts and probabilities are in memory at a time: enough of them that prompts of like length fill whole
/// batches.</param>
internal sealed class PoolRanking(ModelSession session, IPrompts prompts, Halving? halving = null, int chunk = 4096) : IDisposable
{
    private readonly Decoder _decoder = session.Decoder;
    private readonly GreedyDecoder _greedy = new(session, prompts.Eos, halving: halving);
    private (TaskPrompt? Task, string Version, SharedPrefix Prefix)? _kept;

    /// <summary>Confidences in the order given; a prompt longer than the model's context is left out.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two layers.</exception>
    public IReadOnlyList<RankedText> Run(TaskPrompt? task, IReadOnlyList<string> texts, IProgress<int>? done = null,
        GiveWay giveWay = default)
    {
        var ranked = new RankedText[texts.Count];
        for (var at = 0; at < texts.Count; at += chunk)
            RunChunk(task, texts, at, ranked.AsSpan(at, Math.Min(chunk, texts.Count - at)), done, giveWay);
        return ranked;
    }

    private void RunChunk(TaskPrompt? task, IReadOnlyList<string> texts, int at, Span<RankedText> ranked, IProgress<int>? done,
        GiveWay giveWay)
    {
        var ids = Enumerable.Range(at, ranked.Length).Select(i => prompts.Prompt(task, texts[i])).ToArray();
        var fitting = new List<int>();
        for (var i = 0; i < ids.Length; i++)
            if (Unfit(ids[i]) is { } leftOut) ranked[i] = new RankedText(at + i, double.NaN, double.NaN, "", [], false, leftOut);
            else fitting.Add(i);

        // An instruction longer than the context would be a prefix that no prompt needs.
        if (fitting.Count == 0) return;

        // A text may merge with what stands before it: such a prompt does not begin with the prefix and runs on its own.
        var prefix = PrefixOf(task, [.. fitting.Select(i => ids[i])], giveWay);
        var behind = fitting.ToLookup(i => StandsBehind(prefix, ids[i]));
        var count = at + ids.Length - fitting.Count;
        foreach (var (group, shared) in new[] { (behind[true].ToArray(), prefix), (behind[false].ToArray(), SharedPrefix.None) })
        {
            if (group.Length == 0) continue;
            var before = count;
            var generated = _greedy.Run(shared,
                [.. group.Select(i => new ArraySegment<int>(ids[i], shared.Ids.Count, ids[i].Length - shared.Ids.Count))],
                    new Relay(n => done?.Report(before + n)), giveWay);
            for (var k = 0; k < group.Length; k++)
            {
                var confidence = Confidence.Of(generated[k], prompts.Masked);
                ranked[group[k]] = new RankedText(at + group[k], confidence.Mean, confidence.Perplexity,
                    prompts.Decode(generated[k].Tokens), generated[k].Tokens.ToArray(), confidence.NoKeptToken);
            }
            count += group.Length;
        }
    }

    private string? Unfit(int[] prompt) => prompt.Length == 0 ? "The prompt is empty."
        : prompt.Length > _decoder.Config.ContextLength
            ? $"The prompt has {prompt.Length} tokens, the model takes {_decoder.Config.ContextLength}."
        : _decoder.Config.UnknownId(prompt) is { } id
            ? $"The prompt has token {id}, but the model's vocabulary has {_decoder.Config.VocabularySize}." : null;

    private SharedPrefix PrefixOf(TaskPrompt? task, IReadOnlyList<int[]> ids, GiveWay giveWay)
    {
        if (_kept is { } kept && kept.Version == session.Version && kept.Task == task
            && (task is not null || ids.All(p => StandsBehind(kept.Prefix, p)))) return kept.Prefix;
        // A task's prefix is what the prompts of two texts without a common beginning share; full prompts share what they share.
        var shared = task is not null ? Common([prompts.Prompt(task, "a"), prompts.Prompt(task, "Z 9")]) : ids.Count > 1 ? Common(ids) : [];
        // the old one stays until the new one exists: there may not be memory for it
        var prefix = _decoder.Prefix(shared, session.Adapter, giveWay);
        _kept?.Prefix.Dispose();
        _kept = (task, session.Version, prefix);
        return prefix;
    }

    private static bool StandsBehind(SharedPrefix prefix, int[] prompt) => prompt.Length > prefix.Ids.Count
        && prompt.Take(prefix.Ids.Count).SequenceEqual(prefix.Ids);

    // The longest common beginning that leaves every sequence at least one token.
    private static int[] Common(IReadOnlyList<int[]> sequences)
    {
        var first = sequences[0];
        var length = sequences.Min(s => s.Length) - 1;
        foreach (var other in sequences) length = Math.Min(length, first.AsSpan(0, length).CommonPrefixLength(other));
        return first[..length];
    }

    public void Dispose() => _kept?.Prefix.Dispose();

    // Progress<T> would post to another thread: a rank job wants the numbers in order, on this one.
    private sealed class Relay(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
