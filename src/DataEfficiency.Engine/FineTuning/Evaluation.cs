// How well a model answers: by its greedy answer, or by ranking the labels (method section 8).
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>Accuracy of the model as it stands, through the adapter that is lent to it.</summary>
internal sealed class Evaluation(ModelSession session, IPrompts prompts)
{
    /// <summary>Greedy answers of at most 30 tokens; share of exact matches of the whole decoded answer. A prompt that does not fit
    /// counts as wrong.</summary>
    /// <exception cref="ArgumentException">There is no example.</exception>
    public double ExactMatch(TaskPrompt? task, IReadOnlyList<Example> examples, IProgress<int>? done = null,
        GiveWay giveWay = default)
    {
        using var ranking = new PoolRanking(session, prompts);
        var answers = ranking.Run(task, [.. examples.Select(e => e.Text)], done, giveWay);
        return Share(examples, i => examples[i].IsAnsweredBy(answers[i].Answer));
    }

    /// <summary>Share of examples whose answer has the highest <see cref="ChoiceScores"/> among the labels; the first label wins a tie. A
    /// prompt that does not fit counts as wrong.</summary>
    /// <exception cref="ArgumentException">There is no example, or a label has no token that counts.</exception>
    public double LabelRanking(TaskPrompt? task, IReadOnlyList<string> labels, IReadOnlyList<Example> examples, IProgress<int>? done = null,
        GiveWay giveWay = default)
    {
        var tokens = labels.Select(prompts.Answer).ToArray();
        for (var l = 0; l < tokens.Length; l++)
            if (tokens[l].All(prompts.Masked.Contains))
                throw new ArgumentException($"The label \"{labels[l]}\" has no token that counts.", nameof(labels));
        var right = new bool[examples.Count];
        for (var i = 0; i < examples.Count; i++)
        {
            giveWay.Point();
            right[i] = IsFirst(Scores(task, tokens, examples[i], giveWay), labels, examples[i]);
            done?.Report(i + 1);
        }
        return Share(examples, i => right[i]);
    }

    /// <summary>The labels' scores behind one example's prompt; null where that does not fit.</summary>
    /// <param name="tokens">Of the labels, none without a token that counts.</param>
    public double[]? Scores(TaskPrompt? task, IReadOnlyList<int[]> tokens, Example example, GiveWay giveWay) =>
        ChoiceScores.Of(session, prompts.Prompt(task, example.Text), tokens, prompts.Masked, giveWay);

    /// <summary>Whether the example's answer has the highest score among the labels.</summary>
    public static bool IsFirst(double[]? scores, IReadOnlyList<string> labels, Example example) =>
        scores is not null && labels[Array.IndexOf(scores, scores.Max())] == example.Answer;

    private static double Share(IReadOnlyList<Example> examples, Func<int, bool> right) =>
        examples.Count == 0 ? throw new ArgumentException("There is no example to evaluate on.", nameof(examples))
            : Enumerable.Range(0, examples.Count).Count(right) / (double)examples.Count;
}
