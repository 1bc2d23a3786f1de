using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Checks;

/// <summary>Collects the losses of the run in progress. A longer run keeps every second one, then every fourth: a picture has only so
/// many points.</summary>
internal sealed class LossCurve
{
    private const int Most = 120;

    private readonly List<LossMark> _marks = [];
    private CheckPhase _phase;
    private int _every = 1;

    public IReadOnlyList<LossMark> Marks => [.. _marks];

    /// <returns>Whether there is something new to see.</returns>
    public bool Add(CheckProgress progress)
    {
        var begins = progress.Phase != _phase || _marks.Count > 0 && progress.Step < _marks[^1].Step;
        if (begins && progress.Phase is CheckPhase.Training or CheckPhase.Rates or CheckPhase.Retraining)
        {
            // what the trained model is judged by stays to be seen while it answers
            _marks.Clear();
            _every = 1;
        }
        _phase = progress.Phase;
        if (progress.Loss is not { } loss || progress.Phase is CheckPhase.Testing or CheckPhase.ZeroShot or CheckPhase.Ended) return begins;
        if (_marks.Count > 0 && progress.Step < _marks[^1].Step + _every) return begins;
        _marks.Add(new(progress.Step, loss, progress.ValidationLoss));
        if (_marks.Count >= Most)
        {
            _every *= 2;
            var kept = _marks.Where((_, i) => i % 2 == 0).ToList();
            _marks.Clear();
            _marks.AddRange(kept);
        }
        return true;
    }
}
