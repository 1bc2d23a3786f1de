// Confidence of many texts of one task (method section 2): the prefix that all prompts of the task share is run once and kept for the next call.
using TorchSharp;

namespace DataEfficiency.Engine.Models;

internal sealed class PoolRanking(Decoder decoder, IPrompts prompts, Halving? halving = null) : IDisposable
{
    private readonly GreedyDecoder _greedy = new(decoder, prompts.Eos, halving: halving);
    private (TaskPrompt? Task, SharedPrefix Prefix)? _kept;

    /// <summary>Confidences in the order given; a prompt longer than the model's context is left out.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    public IReadOnlyList<RankedText> Run(TaskPrompt? task, IReadOnlyList<string> texts, IProgress<int>? done = null, CancellationToken cancel = default)
    {
        var ids = texts.Select(t => prompts.Prompt(task, t)).ToArray();
        var ranked = new RankedText[texts.Count];
        string?[] leftOut = [.. ids.Select(Unfit)];
        var fitting = Enumerable.Range(0, ids.Length).Where(i => leftOut[i] is null).ToArray();
        foreach (var i in Enumerable.Range(0, ids.Length).Except(fitting)) ranked[i] = new RankedText(i, double.NaN, double.NaN, "", [], false, leftOut[i]);

        // An instruction longer than the context would be a prefix that no prompt needs.
        if (fitting.Length == 0) return ranked;

        // A text may merge with what stands before it: such a prompt does not begin with the prefix and runs on its own.
        var prefix = PrefixOf(task, [.. fitting.Select(i => ids[i])]);
        var behind = fitting.ToLookup(i => ids[i].Length > prefix.Ids.Count && ids[i].AsSpan().StartsWith(prefix.Ids.ToArray()));
        var count = ids.Length - fitting.Length;
        using var none = decoder.Prefix([]);
        foreach (var (group, shared) in new[] { (behind[true].ToArray(), prefix), (behind[false].ToArray(), none) })
        {
            if (group.Length == 0) continue;
            var before = count;
            var generated = _greedy.Run(shared, [.. group.Select(i => new ArraySegment<int>(ids[i], shared.Ids.Count, ids[i].Length - shared.Ids.Count))], new Relay(n => done?.Report(before + n)), cancel);
            for (var k = 0; k < group.Length; k++)
            {
                var confidence = Confidence.Of(generated[k], prompts.Masked);
                ranked[group[k]] = new RankedText(group[k], confidence.Mean, confidence.Perplexity, prompts.Decode(generated[k].Tokens), generated[k].Tokens, confidence.NoKeptToken);
            }
            count += group.Length;
        }
        return ranked;
    }

    private string? Unfit(int[] prompt) => prompt.Length == 0 ? "The prompt is empty."
        : prompt.Length > decoder.Config.ContextLength ? $"The prompt has {prompt.Length} tokens, the model takes {decoder.Config.ContextLength}."
        : decoder.Config.UnknownId(prompt) is { } id ? $"The prompt has token {id}, but the model's vocabulary has {decoder.Config.VocabularySize}." : null;

    private SharedPrefix PrefixOf(TaskPrompt? task, IReadOnlyList<int[]> ids)
    {
        if (_kept is { } kept && kept.Task == task && (task is not null || ids.All(p => p.Length > kept.Prefix.Ids.Count && p.AsSpan().StartsWith(kept.Prefix.Ids.ToArray())))) return kept.Prefix;
        // A task's prefix is what the prompts of two texts without a common beginning share; full prompts share what they share.
        var shared = task is not null ? Common([prompts.Prompt(task, "a"), prompts.Prompt(task, "Z 9")]) : ids.Count > 1 ? Common(ids) : [];
        _kept?.Prefix.Dispose();
        var prefix = decoder.Prefix(shared);
        _kept = (task, prefix);
        return prefix;
    }

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
