using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>How far one queue is: labels whose items it gave first.</summary>
/// <param name="Of">How many there can be; null: as many as the pool has.</param>
public sealed record QueueProgress(Stratum Queue, int Labels, int? Of)
{
    /// <summary>Those that have given something or are to; gold items make no labels.</summary>
    public static IReadOnlyList<QueueProgress> All(ProjectFigures figures, ChecksView checks) =>
        [.. Enum.GetValues<Stratum>().Where(q => q != Stratum.Gold).Select(q => q switch
        {
            Stratum.First32 => new QueueProgress(q, figures.First.Decided, figures.First.Items.Length),
            Stratum.Test => new(q, checks.TestGiven, checks.TestGiven + checks.TestOpen),
            _ => new(q, figures.DecidedBy.GetValueOrDefault(q), null),
        }).Where(q => q.Labels > 0 || q.Of > 0)];
}
