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

    /// <summary>Time from one answer of an annotator to the next.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(Annotators / PerSecond);

    private static ArgumentException Wrong(string option, double value, int most) =>
        new($"{option} {value} must be above 0 and at most {most}.");
}
