using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DataEfficiency.Portal.Telemetry;

/// <summary>What the portal measures of itself. Without a listener a measurement costs nothing.</summary>
internal static class PortalMeter
{
    public const string Name = "DataEfficiency.Portal";

    private static readonly Meter Own = new(Name);

    /// <summary>How long a write waited for those before it.</summary>
    public static Histogram<double> WriteWait { get; } = Seconds("portal.write.wait", "Time that a write waits for those before it");

    /// <summary>Finding and taking the next cards.</summary>
    public static Histogram<double> Claim { get; } = Seconds("portal.claim.duration", "Time to find and reserve the next cards");

    /// <summary>Storing one answer, its wait included.</summary>
    public static Histogram<double> Submit { get; } = Seconds("portal.submit.duration", "Time to store one answer");

    /// <summary>From the first answer that no forecast knows to the engine's turn at it.</summary>
    public static Histogram<double> EngineLag { get; } = Seconds("portal.engine.lag", "Time that a project waits for the engine");

    public static Timing Time(this Histogram<double> histogram) => new(histogram, Stopwatch.GetTimestamp());

    private static Histogram<double> Seconds(string name, string what) => Own.CreateHistogram<double>(name, "s", what);

    /// <summary>Records, when it ends, how long it took.</summary>
    public readonly struct Timing(Histogram<double> histogram, long start) : IDisposable
    {
        public void Dispose() => histogram.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
