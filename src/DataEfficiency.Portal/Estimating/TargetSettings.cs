using DataEfficiency.Engine;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The target as a project's settings ask for it.</summary>
public static class TargetSettings
{
    /// <summary>Null where a raw score is asked for and no share of the way follows from it (yet).</summary>
    public static Target? Of(Project project)
    {
        if (project.TargetKind == TargetKind.ShareOfTheWay) return new(project.TargetValue, project.ZeroShot, project.Ceiling);
        return project.ZeroShot is { } zeroShot && project.Ceiling - zeroShot >= Target.SmallestGap
            && project.TargetValue <= project.Ceiling
            ? Target.Raw(project.TargetValue, zeroShot, project.Ceiling) : null;
    }

    /// <summary>For a chart: the same, or the raw score on an axis of raw scores.</summary>
    public static Target Shown(Project project) => Of(project) ?? new(project.TargetValue, 0, 1);
}
