namespace DataEfficiency.Cli.Simulation;

/// <summary>How much is asked of a portal, and for how long: bounded, so that a slip of the finger is no attack.</summary>
/// <param name="PerSecond">Answers of all annotators together.</param>
public sealed record LoadPlan
{
    public const int MostAnnotators = 1000, MostPerSecond = 200, MostSeconds = 3600;

    public LoadPlan(int project, int annotators, double perSecond, TimeSpan duration, long seed)
    {
        if (annotators is < 1 or > MostAnnotators) throw Wrong("--annotators", annotators, MostAnnotators);
        if (perSecond is not (> 0 and <= MostPerSecond)) throw Wrong("--rate", perSecond, MostPerSecond);
        if (duration <= TimeSpan.Zero || duration.TotalSeconds > MostSeconds) throw Wrong("--seconds", duration.TotalSeconds, MostSeconds);
        (Project, Annotators, PerSecond, Duration, Seed) = (project, annotators, perSecond, duration, seed);
    }

    public int Project { get; }
    public int Annotators { get; }
    public double PerSecond { get; }
    public TimeSpan Duration { get; }
    public long Seed { get; }

    /// <summary>Share of right answers of the worst and the best annotator; the others lie between. Null: anything is answered.</summary>
    public (double Worst, double Best)? Accuracy { get; private init; }

    /// <summary>The slowest annotator takes so many times as long as the fastest.</summary>
    public double PaceSpread { get; private init; } = 1;

    /// <summary>Share of the answers behind which a person closes the browser, with the cards in it, and comes back in another tab; once
    /// in half a minute at most.</summary>
    public double Abandoned { get; private init; }

    /// <summary>Share of the answers that are sent a second time though they were acknowledged.</summary>
    public double Twice { get; private init; }

    /// <summary>Item text to its true answer; null: a made-up one of each item.</summary>
    public IReadOnlyDictionary<string, string>? Truth { get; private init; }

    /// <summary>Mean time from one answer of an annotator to the next.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(Annotators / PerSecond);

    /// <summary>The same for one of them: from the fastest to the slowest, with the mean of all as it is.</summary>
    public TimeSpan PauseOf(int annotator)
    {
        var place = Annotators == 1 ? .5 : (double)annotator / (Annotators - 1);
        return Pause * (2 * (1 + (PaceSpread - 1) * place) / (1 + PaceSpread));
    }

    /// <summary>In an order of its own: the slow are not the good ones.</summary>
    public double? AccuracyOf(int annotator)
    {
        if (Accuracy is not var (worst, best)) return null;
        if (Annotators == 1) return (worst + best) / 2;
        var order = Enumerable.Range(0, Annotators).ToArray();
        new Random(unchecked((int)Seed)).Shuffle(order);
        return worst + (best - worst) * order[annotator] / (Annotators - 1);
    }

    /// <summary>How people are, beside how fast.</summary>
    /// <exception cref="ArgumentException">A share is none.</exception>
    public LoadPlan With((double, double)? accuracy = null, double paceSpread = 1, double abandoned = 0, double twice = 0,
        IReadOnlyDictionary<string, string>? truth = null)
    {
        if (accuracy is var (worst, best) && !(worst >= 0 && worst <= best && best <= 1))
            throw new ArgumentException($"--accuracy {worst}-{best} must be one share of 0 to 1, or two with the lower first.");
        if (paceSpread is not (>= 1 and <= MostSpread)) throw new ArgumentException(
            $"--pace-spread {paceSpread} must be from 1 to {MostSpread}.");
        foreach (var (name, share) in new[] { ("--abandon", abandoned), ("--twice", twice) })
            if (share is not (>= 0 and <= 1)) throw new ArgumentException($"{name} {share} must be from 0 to 1.");
        return this with { Accuracy = accuracy, PaceSpread = paceSpread, Abandoned = abandoned, Twice = twice, Truth = truth };
    }

    private const int MostSpread = 100;

    private static ArgumentException Wrong(string option, double value, int most) =>
        new($"{option} {value} must be above 0 and at most {most}.");
}
