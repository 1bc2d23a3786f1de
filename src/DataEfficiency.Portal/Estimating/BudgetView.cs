using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What the pages of a project show beside the forecast and the figures, of the same moment as the forecast.</summary>
/// <param name="Answers">Labels of the answer set that are not retired.</param>
/// <param name="Names">Display names of annotators and of all who answered.</param>
/// <param name="CosLowHistory">CoS-Low of each estimate, as it settled.</param>
public sealed record BudgetView(Project Project, int Answers, string? StoppedBy, IReadOnlyDictionary<string, string> Names,
    IReadOnlyList<EstimateRow> History, IReadOnlyList<double> CosLowHistory)
{
    public ChecksView Checks { get; init; } = ChecksView.Empty;

    /// <summary>Whether it shows this row of the project, as far as its pages show it.</summary>
    public bool Shows(Project row) =>
        (Project.State, Project.Name, Project.Model, Project.ItemCount, Project.VisibleImport, Project.RankVersion, Project.StoppedAt)
            == (row.State, row.Name, row.Model, row.ItemCount, row.VisibleImport, row.RankVersion, row.StoppedAt)
        && (Project.GoOnTo, Project.NothingNew) == (row.GoOnTo, row.NothingNew)
        && (Project.TargetKind, Project.TargetValue, Project.ZeroShot, Project.Ceiling, Project.MaximumBudget, Project.PricePerLabel,
            Project.Currency) == (row.TargetKind, row.TargetValue, row.ZeroShot, row.Ceiling, row.MaximumBudget, row.PricePerLabel,
            row.Currency);
}

/// <summary>One line of the history of estimates.</summary>
public sealed record EstimateRow(long Id, long CreatedAt, long LabelVersion, int Labels, int FirstLabels, double? CosLow, double? PReach,
    double? Median, string Model, long AdapterSeed, int DurationMilliseconds, string? Error);
