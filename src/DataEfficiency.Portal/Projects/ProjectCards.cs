using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>What a project's card on the start page shows.</summary>
/// <param name="Curve">Forecast median of accuracy over growing labels; empty without a forecast.</param>
/// <param name="Need">The forecast in a few words: a need never without its probability.</param>
/// <param name="Led">This person decides there; a viewer reads.</param>
public sealed record ProjectCard(Project Project, int Labels, Said Tag, VerdictTone Tone, string Need, IReadOnlyList<double> Curve,
    bool Led)
{
    /// <summary>The need's interval, the cost from here and the date at this week's pace, as far as each is known.</summary>
    public IReadOnlyList<string> Ahead { get; init; } = [];
}

/// <summary>The projects whose figures a person reads.</summary>
public sealed class ProjectCards(IDbContextFactory<AppDbContext> contexts, ForecastPublisher pictures, WeekPace week)
{
    private const int BandFrom = 8, NumberFrom = 16;

    /// <param name="all">An admin sees all projects, others those that they lead or view.</param>
    public async Task<IReadOnlyList<ProjectCard>> ReadAsync(string userId, bool all, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var led = await ProjectAccess.Led(db, userId).ToListAsync(cancel);
        var projects = await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null && (all || led.Contains(p.Id)
                || db.Memberships.Any(m => m.ProjectId == p.Id && m.UserId == userId && m.Role == ProjectRole.Viewer)))
            .OrderBy(p => p.State == ProjectState.Archived).ThenByDescending(p => p.Id).ToListAsync(cancel);
        // the newest import of each, in one statement
        var ids = projects.ConvertAll(p => p.Id);
        var imports = await db.Imports.Where(i => ids.Contains(i.ProjectId)
            && !db.Imports.Any(later => later.ProjectId == i.ProjectId && later.Id > i.Id))
            .Select(i => new { i.ProjectId, i.Job.State }).ToDictionaryAsync(i => i.ProjectId, i => (WorkState?)i.State, cancel);
        var cards = new List<ProjectCard>(projects.Count);
        foreach (var project in projects)
            if (await pictures.NewestAsync(project.Id, project, cancel) is { } forecast)
                cards.Add(Card(project, forecast, imports.GetValueOrDefault(project.Id), all || led.Contains(project.Id)) with
                {
                    Ahead = await AheadAsync(project, forecast, cancel),
                });
        return cards;
    }

    private static ProjectCard Card(Project project, ForecastUpdate forecast, WorkState? import, bool led)
    {
        var culture = CultureInfo.CurrentCulture;
        var facts = VerdictFacts.Of(forecast);
        var verdict = VerdictText.Of(facts, culture);
        var (tag, tone) = (project.State, import) switch
        {
            (ProjectState.Archived, _) => (ProjectsWords.TagArchived, VerdictTone.Wait),
            (ProjectState.Paused, _) => (ProjectsWords.TagPaused, VerdictTone.Wait),
            (_, WorkState.Queued or WorkState.Running) => (ProjectsWords.TagImporting, VerdictTone.Wait),
            (ProjectState.Setup, WorkState.Failed) => (ProjectsWords.TagImportFailed, VerdictTone.Wait),
            _ => (verdict.Tag, verdict.Tone),
        };
        return new ProjectCard(project, forecast.Labels, tag, tone, Need(facts, culture),
            facts.Estimate is { CosLow.Count: >= BandFrom } estimate ? [.. estimate.Posterior.Band.Select(p => p.Median)] : [], led);
    }

    private async Task<IReadOnlyList<string>> AheadAsync(Project project, ForecastUpdate forecast, CancellationToken cancel)
    {
        var (facts, culture) = (VerdictFacts.Of(forecast), CultureInfo.CurrentCulture);
        if (project.State is not ProjectState.Active || facts.Numbered is not { Posterior: var p }
            || WayAhead.Of(facts) is not { } way) return [];
        List<string> said = [];
        if (p.Median is not null) said.Add(ProjectsWords.CardInterval(VerdictText.Interval(p, culture)));
        if (way.More == 0) return said;
        if (facts.Price > 0)
            said.Add(ProjectsWords.CardCost(ForecastNumbers.Money(Cost.Of(facts.Price, way.More * facts.AnswersPerLabel), facts.Currency,
                culture)));
        if (await week.EndAsync(facts, way, cancel) is { } end)
            said.Add(WeekPace.Says(end, culture));
        return said;
    }

    private static string Need(VerdictFacts facts, CultureInfo culture)
    {
        var forecast = facts.Forecast;
        if (forecast.Ranking is { IsUnderWay: true } ranking)
            return ProjectsWords.CardRanking(share: ForecastNumbers.Percent(ranking.Share, culture),
                items: ForecastNumbers.Count(ranking.Total, culture));
        if (forecast.Outdated != Outdated.No) return ProjectsWords.CardAnew;
        if (facts.Estimate is not { CosLow.Count: >= BandFrom and var first, Posterior: var p })
            return ProjectsWords.CardFirst(given: Math.Min(forecast.FirstLabels, BandFrom), needed: BandFrom);
        var chance = ForecastNumbers.Percent(p.PReach, culture);
        if (p.Median is null) return ProjectsWords.CardReachable(chance);
        if (first < NumberFrom) return ProjectsWords.CardLikely(range: VerdictText.Interval(p, culture), chance: chance);
        // the same labels as on the budget page
        if (WayAhead.Of(facts) is not { } way || way.To <= forecast.Labels) return ProjectsWords.CardReachable(chance);
        var more = ForecastNumbers.Labels(way.To - forecast.Labels, culture);
        return way.ToStop ? ProjectsWords.CardMoreToStop(more: more, chance: chance) : ProjectsWords.CardMore(more: more, chance: chance);
    }
}
