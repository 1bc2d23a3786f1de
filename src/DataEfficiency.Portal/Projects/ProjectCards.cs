using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>What a project's card on the start page shows.</summary>
/// <param name="Curve">Forecast median of accuracy over growing labels; empty without a forecast.</param>
/// <param name="Need">The forecast in a few words: a need never without its probability.</param>
public sealed record ProjectCard(Project Project, int Labels, string Tag, VerdictTone Tone, string Need, IReadOnlyList<double> Curve);

/// <summary>The projects a lead sees.</summary>
public sealed class ProjectCards(IDbContextFactory<AppDbContext> contexts, ForecastPublisher pictures)
{
    private const int BandFrom = 8, NumberFrom = 16;

    /// <param name="all">An admin sees all projects, a lead those led.</param>
    public async Task<IReadOnlyList<ProjectCard>> ReadAsync(string userId, bool all, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var projects = await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null
                && (all || db.Memberships.Any(m => m.ProjectId == p.Id && m.UserId == userId && m.Role == ProjectRole.Lead)))
            .OrderBy(p => p.State == ProjectState.Archived).ThenByDescending(p => p.Id).ToListAsync(cancel);
        // the newest import of each, in one statement
        var ids = projects.ConvertAll(p => p.Id);
        var imports = await db.Imports.Where(i => ids.Contains(i.ProjectId)
            && !db.Imports.Any(later => later.ProjectId == i.ProjectId && later.Id > i.Id))
            .Select(i => new { i.ProjectId, i.State }).ToDictionaryAsync(i => i.ProjectId, i => (WorkState?)i.State, cancel);
        var cards = new List<ProjectCard>(projects.Count);
        foreach (var project in projects)
            if (await pictures.NewestAsync(project.Id, project, cancel) is { } forecast)
                cards.Add(Card(project, forecast, imports.GetValueOrDefault(project.Id)));
        return cards;
    }

    private static ProjectCard Card(Project project, ForecastUpdate forecast, WorkState? import)
    {
        var culture = CultureInfo.CurrentCulture;
        var facts = new VerdictFacts(forecast, project.ItemCount, project.MaximumBudget);
        var verdict = VerdictText.Of(facts, culture);
        var (tag, tone) = (project.State, import) switch
        {
            (ProjectState.Archived, _) => ("Archived", VerdictTone.Wait),
            (ProjectState.Paused, _) => ("Paused", VerdictTone.Wait),
            (_, WorkState.Queued or WorkState.Running) => ("Importing", VerdictTone.Wait),
            (ProjectState.Setup, WorkState.Failed) => ("Import failed", VerdictTone.Wait),
            _ => (verdict.Tag, verdict.Tone),
        };
        return new ProjectCard(project, forecast.Labels, tag, tone, Need(facts, culture),
            facts.Estimate is { CosLow.Count: >= BandFrom } estimate ? [.. estimate.Posterior.Band.Select(p => p.Median)] : []);
    }

    private static string Need(VerdictFacts facts, CultureInfo culture)
    {
        var forecast = facts.Forecast;
        if (forecast.Ranking is { IsUnderWay: true } ranking)
            return $"ranked {ForecastNumbers.Percent(ranking.Share, culture)} of {ForecastNumbers.Count(ranking.Total, culture)}";
        if (forecast.Outdated != Outdated.No) return "the forecast is being computed anew";
        if (facts.Estimate is not { CosLow.Count: >= BandFrom and var first, Posterior: var p })
            return $"{Math.Min(forecast.FirstLabels, BandFrom)} of {BandFrom} for a first forecast";
        var reach = $"{ForecastNumbers.Percent(p.PReach, culture)} reachable";
        if (p.Median is null) return reach;
        if (first < NumberFrom)
        {
            var range = ForecastNumbers.Range(ForecastNumbers.Labels(p.Low80 ?? 0, culture),
                ForecastNumbers.Labels(p.High80 ?? 0, culture));
            return $"likely {range} · {reach}";
        }
        // the same labels as on the budget page
        return WayAhead.Of(facts) is not { } way || way.To <= forecast.Labels ? reach
            : $"{(way.ToStop ? "" : "≈ ")}{ForecastNumbers.Labels(way.To - forecast.Labels, culture)} "
                + $"more{(way.ToStop ? " to the stop" : "")} · {reach}";
    }
}
