using System.Diagnostics;

namespace DataEfficiency.Cli.Simulation;

/// <summary>Takes notes while a load runs; many annotators write at once.</summary>
internal sealed class LoadRecord(int annotators)
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<double> _submits = [], _decks = [];
    private readonly SortedDictionary<string, int> _errors = [], _empty = [];
    private readonly List<Outage> _outages = [];
    private HashSet<int>? _served;
    private readonly List<SentAnswer> _sent = [];
    private readonly int[] _answers = new int[annotators];
    private readonly (int Right, int Of)[] _right = new (int, int)[annotators];
    private int _late, _twice, _left;
    private double _longestWait, _away, _first;

    public double Seconds => _watch.Elapsed.TotalSeconds;

    public int Acknowledged { get { lock (_gate) return _sent.Count; } }

    /// <summary>What was acknowledged, in that order.</summary>
    public IReadOnlyList<SentAnswer> Sent { get { lock (_gate) return [.. _sent]; } }

    public void Answered(int annotator, bool submit, TimeSpan took)
    {
        lock (_gate)
        {
            (submit ? _submits : _decks).Add(took.TotalMilliseconds);
            if (_served is null || !_served.Add(annotator)) return;
            if (_served.Count == 1) _first = Seconds - _away;
            if (_served.Count < annotators) return;
            _outages.Add(new(Round(_away), Round(_first), Round(Seconds - _away)));
            _served = null;
        }
    }

    /// <summary>The portal was not reached: from now on everybody has to be served anew.</summary>
    public void Unreached()
    {
        lock (_gate)
        {
            Count(_errors, "network");
            if (_served is { Count: 0 }) return;
            if (_served is null) _away = Seconds;
            _served = [];
        }
    }

    /// <summary>The portal was away, and this annotator has not been served since.</summary>
    public bool Misses(int annotator) { lock (_gate) return _served?.Contains(annotator) == false; }

    /// <param name="right">Whether it is the right one; null: nobody knows.</param>
    public void Acknowledge(int annotator, SentAnswer answer, bool? right)
    {
        lock (_gate)
        {
            _sent.Add(answer);
            _answers[annotator]++;
            if (right is { } known) _right[annotator] = (_right[annotator].Right + (known ? 1 : 0), _right[annotator].Of + 1);
        }
    }

    public void SentTwice() { lock (_gate) _twice++; }

    public void Left() { lock (_gate) _left++; }

    public void Late() { lock (_gate) _late++; }

    public void Error(string code) { lock (_gate) Count(_errors, code); }

    public void Empty(string code) { lock (_gate) Count(_empty, code); }

    public void Waited(TimeSpan time) { lock (_gate) _longestWait = Math.Max(_longestWait, time.TotalSeconds); }

    public LoadFigures Figures(double? cpuMilliseconds)
    {
        lock (_gate)
        {
            Outage[] open = _served is null ? [] : [new(Round(_away), _served.Count > 0 ? Round(_first) : Round(Seconds - _away), null)];
            return new(Round(Seconds), _sent.Count, Latency.Of(_submits), Latency.Of(_decks), new Dictionary<string, int>(_errors),
                new Dictionary<string, int>(_empty), _late, Round(_longestWait), cpuMilliseconds, [.. _outages, .. open])
            {
                SentTwice = _twice, TabsLeft = _left, Fewest = _answers.Min(), Most = _answers.Max(),
                Accuracies = [.. _right.Select(r => r.Of == 0 ? (double?)null : Math.Round((double)r.Right / r.Of, 3))],
            };
        }
    }

    private static void Count(SortedDictionary<string, int> counts, string code) => counts[code] = counts.GetValueOrDefault(code) + 1;

    private static double Round(double seconds) => Math.Round(seconds, 2);
}
