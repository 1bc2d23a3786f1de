namespace DataEfficiency.Portal.Checks;

/// <summary>When a check is due by itself: at 32, 50, 100, 200 random labels and every doubling, where it costs little beside the labels.
/// </summary>
public static class CheckPlan
{
    /// <summary>A check of so little needs nobody's leave.</summary>
    public const double FreeSeconds = 120;

    /// <summary>Nor does one that takes so little of the labelling time to the next step.</summary>
    public const double FreeShare = .05;

    private static readonly int[] First = [32, 50, 100, 200];

    /// <summary>The last step that so many random labels have reached; 0: none.</summary>
    public static int StepAt(int random)
    {
        if (random < First[0]) return 0;
        if (random < First[^1]) return First.Last(s => s <= random);
        var step = First[^1];
        while (step <= random / 2) step *= 2;
        return step;
    }

    /// <summary>The step behind this one.</summary>
    public static int NextStep(int step) => step >= First[^1] ? step * 2 : First.First(s => s > step);

    /// <param name="perHour">Labels an hour; null: nobody's pace is known.</param>
    /// <param name="labels">To be given until the next step.</param>
    public static bool RunsByItself(double seconds, int labels, double? perHour) =>
        seconds < FreeSeconds || perHour is { } pace && seconds < FreeShare * labels / pace * 3600;
}
