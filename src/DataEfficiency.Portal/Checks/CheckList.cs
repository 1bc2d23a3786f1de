using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <param name="Step">Random labels of a doubling, training labels of a placed one.</param>
/// <param name="Size">Training labels to take; null: all.</param>
public sealed record DueCheck(CheckReason Reason, int Step, int? Size);

/// <summary>What the rows of a project's checks say about the next one.</summary>
public static class CheckList
{
    /// <summary>Where the forecast would measure next; null: nothing was measured yet, or the forecast is none of the checks'.</summary>
    public static int? NextPlaced(AppDbContext db, int projectId)
    {
        var payload = db.Estimates.Where(e => e.ProjectId == projectId && e.Payload != null).OrderByDescending(e => e.Id)
            .Select(e => e.Payload).FirstOrDefault();
        return payload is not null && EstimatePayload.Read(payload).Stop is { Rule: "B", Advice: not Advice.Stop, At: { } at } ? at : null;
    }

    /// <summary>The check that is due; null: none is.</summary>
    public static DueCheck? Due(CheckInputs inputs, IReadOnlyList<Storage.Check> rows, int? placed)
    {
        // a placed check needs the test set; it takes what training labels there are, random or not
        if (placed is { } at && inputs.TestIsWhole && inputs.Training >= at && at > Taken(rows, CheckReason.Placed))
            return new(CheckReason.Placed, at, at);
        var step = CheckPoints.DueAt(inputs.Random.Count) ?? 0;
        return step > Taken(rows, CheckReason.Doubling) ? new(CheckReason.Doubling, step, null) : null;
    }

    /// <summary>How many random labels, or labels of any kind, are missing to the next step.</summary>
    public static (int Random, int Labels) Ahead(CheckInputs inputs, IReadOnlyList<Storage.Check> rows, int? placed)
    {
        var next = CheckPoints.NextAt(Math.Max(Taken(rows, CheckReason.Doubling), inputs.Random.Count));
        var labels = placed is { } at && at > inputs.Training ? at - inputs.Training : int.MaxValue / 2;
        return (next - inputs.Random.Count, labels);
    }

    /// <summary>Labelling time of a random label: others come between. Null: nobody's pace is known.</summary>
    public static TimeSpan? PerLabel(CheckInputs inputs, double? perHour)
    {
        var share = new Turns(inputs.Random.Count, !inputs.TestIsWhole, inputs.Project.RandomShare).RandomShare;
        return perHour is { } pace and > 0 && share > 0 ? TimeSpan.FromHours(1 / (pace * share)) : null;
    }

    /// <summary>The largest step that was taken or skipped.</summary>
    internal static int Taken(IEnumerable<Storage.Check> rows, CheckReason reason) =>
        rows.Where(c => c.Reason == reason).Select(c => c.Step).DefaultIfEmpty().Max();
}
