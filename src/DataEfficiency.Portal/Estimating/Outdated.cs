using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What the newest estimate was made for and the project no longer asks.</summary>
public enum Outdated { No, Model, Target, Limit }

/// <summary>Compares an estimate with the settings as they are.</summary>
public static class OutdatedEstimate
{
    private const double Same = 1e-9;

    /// <param name="model">The estimate's model.</param>
    public static Outdated Of(Estimate estimate, string model, Project project)
    {
        if (model != project.Model) return Outdated.Model;
        if (TargetSettings.Of(project) is not { } asked || !IsSame(estimate, asked)) return Outdated.Target;
        var limit = Math.Min(Math.Min(project.MaximumBudget, project.ItemCount), LabelAxis.MaxExamples);
        return estimate.Stop.Reason is SafeCount rule && rule.Cap != Math.Max(1, limit) ? Outdated.Limit : Outdated.No;
    }

    // where nobody gave an untrained score, it is that of the newest check
    private static bool IsSame(Estimate estimate, Target asked) =>
        Math.Abs((estimate.AskedShare ?? estimate.Target.Share) - asked.Share) < Same
        && estimate.Target.Ceiling == asked.Ceiling
        && (estimate.Target.ZeroShot == asked.ZeroShot || asked.ZeroShot is null && estimate.Stop.Rule == "B");
}
