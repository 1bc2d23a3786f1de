namespace DataEfficiency.Portal.Tests;

/// <summary>How long a test waits for what must come. A machine may be busy with other work; what never comes shows in minutes.</summary>
public static class Patience
{
    public const int Milliseconds = 180_000;

    public static TimeSpan Long { get; } = TimeSpan.FromMilliseconds(Milliseconds);
}
