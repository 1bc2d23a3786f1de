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
    private readonly TaskPrefix _prefix = new(session, prompts);

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

        var prefix = _prefix.Of(task, [.. fitting.Select(i => ids[i])], giveWay);
        var behind = fitting.ToLookup(i => TaskPrefix.StandsBehind(prefix, ids[i]));
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

    public void Dispose() => _prefix.Dispose();

    // Progress<T> would post to another thread: a rank job wants the numbers in order, on this one.
    private sealed class Relay(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
