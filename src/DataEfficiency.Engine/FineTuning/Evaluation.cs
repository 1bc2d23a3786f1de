// How well a model answers: by its greedy answer, or by ranking the labels (method section 8).
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>Accuracy of the model as it stands (merge an adapter first). Both forms share the task's prompt prefix.</summary>
internal sealed class Evaluation(ModelSession session, IPrompts prompts)
{
    private readonly Decoder _decoder = session.Decoder;

    /// <summary>Greedy answers of at most 30 tokens; share of exact matches after <see cref="Normalise"/>. A prompt that does not fit counts as wrong.</summary>
    public double ExactMatch(TaskPrompt? task, IReadOnlyList<Example> examples, IProgress<int>? done = null, CancellationToken cancel = default)
    {
        using var ranking = new PoolRanking(session, prompts);
        var answers = ranking.Run(task, [.. examples.Select(e => e.Text)], done, cancel);
        return Share(examples, i => Normalise(answers[i].Answer) == Normalise(examples[i].Answer));
    }

    /// <summary>Share of examples whose answer has the highest mean log-likelihood per kept token among the labels; the first label wins a tie.</summary>
    public double LabelRanking(TaskPrompt? task, IReadOnlyList<string> labels, IReadOnlyList<Example> examples, IProgress<int>? done = null, CancellationToken cancel = default)
    {
        var tokens = labels.Select(l => prompts.Answer(l)).ToArray();
        for (var l = 0; l < tokens.Length; l++)
            if (tokens[l].All(prompts.Masked.Contains)) throw new ArgumentException($"The label \"{labels[l]}\" has no token that counts.", nameof(labels));
        var right = new bool[examples.Count];
        for (var i = 0; i < examples.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var scores = Scores(prompts.Prompt(task, examples[i].Text), tokens);
            right[i] = scores is not null && labels[Array.IndexOf(scores, scores.Max())] == examples[i].Answer;
            done?.Report(i + 1);
        }
        return Share(examples, i => right[i]);
    }

    /// <summary>Lower case, without '.' and white space at both ends.</summary>
    public static string Normalise(string answer) => answer.ToLowerInvariant().Trim('.', ' ', '\n', '\r', '\t');

    private static double Share(IReadOnlyList<Example> examples, Func<int, bool> right) =>
        examples.Count == 0 ? throw new ArgumentException("There is no example to evaluate on.", nameof(examples)) : Enumerable.Range(0, examples.Count).Count(right) / (double)examples.Count;

    /// <summary>Mean log-likelihood of the kept tokens of each label behind the prompt; null where a sequence does not fit the context.</summary>
    internal double[]? Scores(int[] prompt, IReadOnlyList<int[]> labels)
    {
        if (prompt.Length == 0 || prompt.Length + labels.Max(l => l.Length) > _decoder.Config.ContextLength) return null;
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        // The last prompt token stands before every label, so that its output predicts the label's first token.
        using var prefix = _decoder.Prefix(prompt[..^1]);
        long count = labels.Count, time = labels.Max(l => l.Length);
        using var cache = new KeyValueCache(_decoder, prefix, count, time);
        var ids = new long[count * time];
        List<long> rows = [], targets = [];
        List<int> owner = [];
        for (var b = 0; b < count; b++)
            for (var t = 0; t < labels[b].Length; t++)
            {
                ids[b * time + t] = t == 0 ? prompt[^1] : labels[b][t - 1];
                if (prompts.Masked.Contains(labels[b][t])) continue;
                rows.Add(b * time + t);
                targets.Add(labels[b][t]);
                owner.Add(b);
            }
        var causal = zeros([1, time, time], device: _decoder.Device).masked_fill_(ones([time, time], dtype: ScalarType.Bool, device: _decoder.Device).triu(1), Operand.MinusInfinity);
        var positions = tensor(Enumerable.Range(prompt.Length - 1, (int)time).Select(p => (long)p).ToArray(), device: _decoder.Device).expand(count, time);
        var hidden = _decoder.Extend(tensor(ids, device: _decoder.Device).view(count, time), positions, prompt.Length - 2 + time, causal, cache);
        var logits = _decoder.Logits(hidden.view(-1, _decoder.Config.HiddenSize).index_select(0, tensor(rows.ToArray(), device: _decoder.Device)));
        var losses = nn.functional.cross_entropy(logits, tensor(targets.ToArray(), device: _decoder.Device), reduction: nn.Reduction.None).to(CPU).data<float>().ToArray();
        return [.. Enumerable.Range(0, labels.Count).Select(b => -losses.Where((_, k) => owner[k] == b).Average(x => (double)x))];
    }
}
