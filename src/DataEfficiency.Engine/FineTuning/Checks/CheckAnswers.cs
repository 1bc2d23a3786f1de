// The held-out examples' answers, a few at a time.
using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using DataEfficiency.Prompts;

namespace DataEfficiency.Engine.FineTuning.Checks;

/// <summary>Greedy answers, and behind them, where asked for, how well each label answers each example. What was cancelled is done
/// again.</summary>
/// <param name="answers">Grows with the answers, in the order of the examples; what stands there is not asked again.</param>
/// <param name="scores">Likewise, of the labels; null: no ranking of labels.</param>
internal sealed class CheckAnswers(ModelSession session, IPrompts prompts, CheckPlan plan, IReadOnlyList<CheckExample> held,
    List<string> answers, List<double[]?>? scores) : IDisposable
{
    /// <summary>Examples that are answered together.</summary>
    public const int AtOnce = 16;

    private readonly PoolRanking _ranking = new(session, prompts);
    private readonly Evaluation _evaluation = new(session, prompts);
    private readonly IReadOnlyList<int[]>? _labels = scores is null ? null : plan.Labels;

    public bool HasEnded => answers.Count == held.Count && (_labels is null || scores!.Count == held.Count);

    public void Step(GiveWay giveWay)
    {
        var task = plan.Request.Task;
        if (answers.Count < held.Count)
            answers.AddRange(_ranking.Run(task, [.. held.Skip(answers.Count).Take(AtOnce).Select(e => e.Example.Text)], giveWay: giveWay)
                .Select(a => a.Answer));
        else scores!.Add(_evaluation.Scores(task, _labels!, held[scores.Count].Example, giveWay));
    }

    public void Dispose() => _ranking.Dispose();
}
