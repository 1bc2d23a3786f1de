using System.Text.Json.Serialization;
using DataEfficiency.Engine;

namespace DataEfficiency.Cli;

/// <summary>The posterior as `budget` and `estimate` print it: what the target needs, with the band at three budgets.</summary>
public sealed record PosteriorOutput(double? LabelsNeededPaper, double PReach, double? Median, double? Low80, double? High80,
    double ExpectedAuc, IReadOnlyDictionary<int, double> PSuffices, int NextCheck, double AucHat, double? POk,
    IReadOnlyDictionary<int, double[]?> Band)
{
    /// <summary>The model whose published fit was used; absent without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PublishedFit { get; init; }

    /// <summary>What every other method says from the same signal and points; absent where they stand elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MethodNeed>? OtherMethods { get; init; }

    private static readonly int[] Budgets = [500, 1000, 5000];

    public static PosteriorOutput Of(Posterior posterior, double? labelsNeededPaper)
    {
        var band = posterior.Band.ToDictionary(b => b.Examples, b => new[] { b.Low, b.Median, b.High });
        return new(labelsNeededPaper, posterior.PReach, posterior.Median, posterior.Low80, posterior.High80, posterior.ExpectedAuc,
            posterior.PSuffices, posterior.NextCheck, posterior.AucHat, posterior.PTargetMet,
            Budgets.ToDictionary(n => n, n => band.GetValueOrDefault(n)));
    }

    public void Print(Output output)
    {
        output.Line($"Chance that the target is reached with at most 5,000 labels: {PReach:P0}");
        output.Line(Median is null ? "Labels needed: no world reaches the target"
            : $"Labels needed if it is reached: {Median:N0} (80 %: {Low80:N0} to {High80:N0})");
        if (LabelsNeededPaper is { } paper) output.Line($"Labels needed by the paper's formula: {paper:N0}");
        output.Line($"Chance that labels are enough: {string.Join(", ", PSuffices.Select(p => $"{p.Key:N0}: {p.Value:P0}"))}");
        output.Line($"Area under the curve: {AucHat:0.000}");
        if (POk is { } met) output.Line($"P(target truly met): {met:P0}");
        output.Line($"Next check at {NextCheck:N0} labels");
        foreach (var (n, b) in Band)
            if (b is not null) output.Line($"Share of the way at {n:N0} labels: {b[1]:0.00} (80 %: {b[0]:0.00} to {b[2]:0.00})");
        if (OtherMethods is not { Count: > 0 } others) return;
        output.Line("Do other methods agree?");
        foreach (var other in others) output.Line($"  {MethodOutput.Name(other.Method)}: {MethodOutput.Need(other)}");
    }
}
