using System.Globalization;

namespace DataEfficiency.Cli.Simulation;

/// <summary>Milliseconds of requests; all zero where there was none.</summary>
public sealed record Latency(int Count, double P50, double P95, double P99, double Most)
{
    public static Latency Of(IReadOnlyCollection<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        double At(double share) =>
            sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))], 1);
        return new(sorted.Length, At(.5), At(.95), At(.99), At(1));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Count,7} requests   p50 {P50,8:0.0}   p95 {P95,8:0.0}   p99 {P99,8:0.0}   most {Most,8:0.0} ms");
}

/// <summary>A time in which the portal could not be reached, in seconds from the first failed request.</summary>
/// <param name="FirstServed">Until one annotator was served again.</param>
/// <param name="AllServed">Until each annotator was; null: not before the end.</param>
public sealed record Outage(double At, double FirstServed, double? AllServed);

/// <summary>What a simulated load saw. An answer counts once it is acknowledged.</summary>
/// <param name="Submit">POST of one answer, whose reply brings the next card.</param>
/// <param name="Deck">POST of /deck: the first cards, and those after an empty hand.</param>
/// <param name="Errors">By code: of refused records, HTTP statuses, and "network".</param>
/// <param name="Late">Answers that began over a second after their time, since the one before had not come back.</param>
/// <param name="LongestWithoutCard">Seconds that somebody waited for a card.</param>
/// <param name="CpuMilliseconds">The portal's CPU time for each acknowledged answer; null: not asked or it ended.</param>
public sealed record LoadFigures(double Seconds, int Acknowledged, Latency Submit, Latency Deck, IReadOnlyDictionary<string, int> Errors,
    IReadOnlyDictionary<string, int> EmptyDecks, int Late, double LongestWithoutCard, double? CpuMilliseconds,
    IReadOnlyList<Outage> Outages)
{
    /// <summary>Acknowledged answers that were sent again, and were known.</summary>
    public int SentTwice { get; init; }

    /// <summary>Tabs that were closed with cards in them.</summary>
    public int TabsLeft { get; init; }

    /// <summary>Answers of the annotator who got the fewest in, and of the one who got the most.</summary>
    public int Fewest { get; init; }
    public int Most { get; init; }

    /// <summary>Share of right answers of each annotator, in their order; null where it is not known what is right.</summary>
    public IReadOnlyList<double?> Accuracies { get; init; } = [];

    /// <summary>What the project's own export says of the acknowledged answers; null: it was not asked.</summary>
    public LoadCheck? Check { get; init; }

    public IEnumerable<string> Lines()
    {
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{Acknowledged} answers acknowledged in {Seconds:0.0} s: {Acknowledged / Math.Max(Seconds, 1e-3):0.0} a second, {Late} late");
        yield return $"submit {Submit}";
        yield return $"deck   {Deck}";
        yield return $"answers of one annotator {Fewest} to {Most}; {SentTwice} sent twice, {TabsLeft} tabs left with their cards";
        if (Accuracies.OfType<double>().Order().ToList() is { Count: > 0 } shares)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"right answers of one annotator {100 * shares[0]:0} % to {100 * shares[^1]:0} %, "
                + $"median {100 * shares[shares.Count / 2]:0} %");
        yield return string.Create(CultureInfo.InvariantCulture, $"longest time without a card {LongestWithoutCard:0.0} s");
        if (CpuMilliseconds is { } cpu)
            yield return string.Create(CultureInfo.InvariantCulture, $"CPU of the portal {cpu:0.0} ms an answer");
        foreach (var (code, count) in Errors) yield return $"error {code}: {count}";
        foreach (var (code, count) in EmptyDecks) yield return $"no card, {code}: {count}";
        foreach (var outage in Outages)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"away from second {outage.At:0.0}: served again after {outage.FirstServed:0.0} s, {Everybody(outage)}");
        foreach (var line in Check?.Lines() ?? []) yield return line;
    }

    private static string Everybody(Outage outage) => outage.AllServed is { } all
        ? string.Create(CultureInfo.InvariantCulture, $"everybody after {all:0.0} s") : "not everybody until the end";
}
