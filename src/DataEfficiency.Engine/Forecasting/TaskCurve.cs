namespace DataEfficiency.Engine.Forecasting;

/// <summary>The curve that a calibration measured of a task.</summary>
public static class TaskCurve
{
    /// <summary>It was measured at all sizes: tasks with few labels of their own have a shorter one.</summary>
    public static bool IsWhole(CalibrationTask task) => LabelAxis.Budgets.All(n => task.Runs.Any(r => r.Examples == n));

    public static DataEfficiencyCurve Of(CalibrationTask task) =>
        DataEfficiencyCurve.Of(task.Runs.ToDictionary(r => r.Examples, r => r.Score), task.Ceiling);
}
