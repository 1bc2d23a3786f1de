using DataEfficiency.Engine;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>What the budget page shows beside the forecast, from rows.</summary>
/// <param name="FirstAnswers">Answers among the first 32 with their counts, the most frequent first: the class mix is a confound of CoS-Low.</param>
/// <param name="CosLowHistory">CoS-Low of each estimate, as it settled.</param>
public sealed record BudgetView(Project Project, int Answers, string? StoppedBy, IReadOnlyList<AnnotatorPace> Annotators, IReadOnlyList<EstimateRow> History,
    IReadOnlyList<double> CosLowHistory, IReadOnlyList<(string Answer, int Count)> FirstAnswers)
{
    /// <summary>Labels per hour of one person's active time, over all annotators; null before the first timed label.</summary>
    public double? LabelsPerHour => AnnotatorPace.Together(Annotators);
}

/// <summary>One line of the history of estimates.</summary>
public sealed record EstimateRow(long Id, long CreatedAt, long LabelVersion, int Labels, int FirstLabels, double? CosLow, double? PReach, double? Median, string Model, long AdapterSeed, int DurationMilliseconds, string? Error);

public sealed class BudgetReader(IDbContextFactory<AppDbContext> contexts, First32 first32, AnnotatorPaceReader paces)
{
    private const int HistoryRows = 50, SettledPoints = 200;

    /// <summary>Null where the project is gone.</summary>
    public async Task<BudgetView?> ReadAsync(int projectId, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        if (await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null, cancel) is not { } project) return null;
        var rows = db.Estimates.Where(e => e.ProjectId == projectId).OrderByDescending(e => e.Id);
        var history = await rows.Take(HistoryRows)
            .Select(e => new EstimateRow(e.Id, e.CreatedAt, e.LabelVersion, e.LabelCount, e.FirstCount, e.CosLow, e.PReach, e.Median, e.Model, e.AdapterSeed, e.DurationMilliseconds, e.Error)).ToListAsync(cancel);
        var settled = await rows.Where(e => e.CosLow != null).Take(SettledPoints).Select(e => e.CosLow!.Value).ToListAsync(cancel);
        settled.Reverse();
        var first = await first32.ItemsAsync(db, projectId, cancel);
        var answers = await db.Finals.Where(f => f.ProjectId == projectId && f.AnswerId != null && first.Contains(f.ItemId))
            .GroupBy(f => f.AnswerText).Select(g => new { Answer = g.Key!, Count = g.Count() })
            .OrderByDescending(g => g.Count).ThenBy(g => g.Answer).ToListAsync(cancel);
        return new(project, await db.Labels.CountAsync(d => d.ProjectId == projectId && !d.Retired, cancel),
            project.StoppedBy is null ? null : await db.Users.Where(u => u.Id == project.StoppedBy).Select(u => u.DisplayName).FirstOrDefaultAsync(cancel),
            await paces.ReadAsync(db, projectId, cancel), history, settled, [.. answers.Select(a => (a.Answer, a.Count))]);
    }
}
