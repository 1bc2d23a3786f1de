using DataEfficiency.Engine;
using DataEfficiency.Portal.Components.Charts;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Checks;

/// <summary>Checks as the chart draws them: in raw scores, or in shares of the way where its axis is those.</summary>
public static class CheckMarks
{
    public static IReadOnlyList<MeasuredMark> Of(IEnumerable<Check> rows, string model, bool isAccuracy) =>
        [.. rows.Where(c => c.Model == model && c is { Share: not null, Examples: > 0 }).OrderBy(c => c.Examples).Select(c =>
        {
            var spread = CheckText.Spread(c)!.Value;
            var hollow = c.Kind == CheckKind.CrossValidated;
            return isAccuracy ? new MeasuredMark(c.Examples!.Value, c.Score!.Value, spread, hollow)
                : new MeasuredMark(c.Examples!.Value, Math.Max(0, c.Share!.Value), spread / (c.Ceiling!.Value - c.ZeroShot!.Value), hollow);
        })];
}
