using System.Text.Json;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>What a project's card on the start page shows.</summary>
/// <param name="Estimate">The newest that did not fail, or null.</param>
/// <param name="Curve">Forecast median of accuracy (share of the way) over growing labels; empty without a forecast.</param>
public sealed record ProjectCard(Project Project, int Labels, Import? Import, RankJob? Ranking, StoredEstimate? Estimate, IReadOnlyList<double> Curve)
{
    private const int BandFrom = 8, NumberFrom = 16, AdviceFrom = 32;

    /// <summary>Two or three words and their tone.</summary>
    public (string Text, string Css) Tag => Project.State switch
    {
        ProjectState.Archived => ("Archived", "wait"),
        ProjectState.Paused => ("Paused", "wait"),
        ProjectState.Stopped => ("Stopped", "stop"),
        _ when Import is { State: WorkState.Running or WorkState.Queued } => ("Importing", "wait"),
        ProjectState.Setup => (Import is { State: WorkState.Failed } ? "Import failed" : "No items", "wait"),
        _ when Ranking is { State: WorkState.Queued or WorkState.Running } => ($"Ranking {Share(Ranking):0} %", "wait"),
        _ when Ranking is { State: WorkState.Failed } => ("Ranking failed", "wait"),
        _ when Estimate is null || Estimate.FirstCount < BandFrom => ("First labels", ""),
        _ when Estimate.FirstCount < AdviceFrom => ("First forecast", "wait"),
        _ => Advised ? ("Stop advised", "stop") : ("Keep labeling", ""),
    };

    /// <summary>The forecast in a few words: a need never without its probability.</summary>
    public string Need => Estimate switch
    {
        null => $"{Math.Min(Labels, BandFrom)} of {BandFrom} for a first forecast",
        { FirstCount: < BandFrom } e => $"{e.FirstCount} of {BandFrom} for a first forecast",
        { FirstCount: < NumberFrom, Low80: { } low, High80: { } high } => $"likely {Rounded(low)} – {Rounded(high)} if reachable",
        { PReach: { } reach, Median: { } median } => $"≈ {Rounded(Math.Max(0, median - Labels))} more · {reach:P0} reachable",
        { PReach: { } reach } => $"{reach:P0} reachable",
        _ => "",
    };

    public string SparkLabel => $"Forecast of accuracy over labels, {Project.Name}";

    private bool Advised => Estimate?.Payload is { } payload && AdviceOf(payload) == "Stop";

    private static double Share(RankJob job) => job.Total == 0 ? 0 : 100.0 * job.Done / job.Total;

    // three significant digits: a forecast is no more exact than that
    private static string Rounded(double labels)
    {
        if (labels < 1) return "0";
        var step = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(labels)) - 2));
        return (Math.Round(labels / step) * step).ToString("N0");
    }

    private static string? AdviceOf(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        return ProjectCards.Find(json.RootElement, "stop") is { } stop && ProjectCards.Find(stop, "advice") is { } advice ? advice.ValueKind == JsonValueKind.Number ? advice.GetInt32() == 2 ? "Stop" : null : advice.GetString() : null;
    }
}

/// <summary>The projects a lead sees.</summary>
public sealed class ProjectCards(IDbContextFactory<AppDbContext> contexts)
{
    /// <param name="all">An admin sees all projects, a lead those led.</param>
    public async Task<IReadOnlyList<ProjectCard>> ReadAsync(string userId, bool all, CancellationToken cancel = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var projects = await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null && (all || db.Memberships.Any(m => m.ProjectId == p.Id && m.UserId == userId && m.Role == ProjectRole.Lead)))
            .OrderBy(p => p.State == ProjectState.Archived).ThenByDescending(p => p.Id).ToListAsync(cancel);
        var cards = new List<ProjectCard>(projects.Count);
        foreach (var project in projects)
        {
            var estimate = await db.Estimates.AsNoTracking().Where(e => e.ProjectId == project.Id && e.Error == null).OrderByDescending(e => e.Id)
                .Select(e => new StoredEstimate
                {
                    Id = e.Id, LabelCount = e.LabelCount, FirstCount = e.FirstCount, PReach = e.PReach, Median = e.Median, Low80 = e.Low80, High80 = e.High80, Payload = e.Payload,
                }).FirstOrDefaultAsync(cancel);
            cards.Add(new ProjectCard(project,
                await db.Slots.CountAsync(s => s.ProjectId == project.Id && s.LabelId != null && s.ImportId <= project.VisibleImport, cancel),
                await db.Imports.AsNoTracking().Where(i => i.ProjectId == project.Id).OrderByDescending(i => i.Id).FirstOrDefaultAsync(cancel),
                await db.RankJobs.AsNoTracking().Where(j => j.ProjectId == project.Id).OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancel),
                estimate, estimate?.Payload is { } payload ? Curve(payload) : []));
        }
        return cards;
    }

    private static IReadOnlyList<double> Curve(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        if (Find(json.RootElement, "posterior") is not { } posterior || Find(posterior, "band") is not { ValueKind: JsonValueKind.Array } band) return [];
        return [.. band.EnumerateArray().Select(p => Find(p, "median")).OfType<JsonElement>().Select(m => m.GetDouble())];
    }

    internal static JsonElement? Find(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in json.EnumerateObject()) if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return property.Value;
        return null;
    }
}
