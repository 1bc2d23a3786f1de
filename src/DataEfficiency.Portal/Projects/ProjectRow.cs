using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Projects;

/// <summary>A project as one person's start page lists it: once, whether led, labelled or both.</summary>
/// <param name="Card">What a lead or viewer sees; null for others.</param>
/// <param name="Work">What this person can label; null for those who are no members.</param>
public sealed record ProjectRow(int Id, string Name, ProjectCard? Card, ProjectWork? Work)
{
    /// <summary>Verdicts that wait for a lead: what to do is the sentence's.</summary>
    private static readonly HashSet<string> ForLeads =
    [
        nameof(EstimatingWords.TagStop), nameof(ProjectsWords.TagImportFailed), nameof(EstimatingWords.TagRankingFailed),
        nameof(EstimatingWords.TagFailed), nameof(EstimatingWords.TagNotRanked), nameof(EstimatingWords.TagEmpty),
    ];

    public ProjectState State => Card?.Project.State ?? Work!.State;

    public Said Tag => Card?.Tag ?? State switch
    {
        ProjectState.Paused => ProjectsWords.TagPaused, ProjectState.Stopped when !CanLabel => ProjectsWords.TagFinished,
        _ => Work!.Open > 0 ? ProjectsWords.TagToLabel
            : ProjectsWords.TagNothingOpen,
    };

    public VerdictTone Tone => Card?.Tone ?? (State == ProjectState.Active && Work!.Open > 0 ? VerdictTone.Go : VerdictTone.Wait);

    /// <summary>What this person has to do here as a lead; null: nothing.</summary>
    public string? ToDo => Card is { Led: true } && State is ProjectState.Active or ProjectState.Setup && ForLeads.Contains(Card.Tag.Key)
        ? ProjectsWords.ToDo(Card.Tag.Key) : null;

    public bool CanLabel => Work is { Open: > 0 } or { Returned: > 0 };

    /// <summary>0 waits for a decision, 1 for labels, 2 for nobody, 3 is put away.</summary>
    public int Waits => State == ProjectState.Archived ? 3 : ToDo is not null ? 0 : CanLabel ? 1 : 2;

    public static IReadOnlyList<ProjectRow> Of(IEnumerable<ProjectCard> cards, IReadOnlyList<ProjectWork> works)
    {
        var led = cards.Select(c => new ProjectRow(c.Project.Id, c.Project.Name, c, works.FirstOrDefault(w => w.Id == c.Project.Id)))
            .ToList();
        return [.. led, .. works.Where(w => led.All(r => r.Id != w.Id)).Select(w => new ProjectRow(w.Id, w.Name, null, w))];
    }
}

public enum ProjectOrder { WaitingFirst, Newest, Name, MostLabels }

public enum ProjectFilter { All, Waiting, Active, Ended, Archived }

/// <summary>How the start page is narrowed and ordered.</summary>
public sealed record ProjectView(string Search = "", ProjectFilter Filter = ProjectFilter.All,
    ProjectOrder Order = ProjectOrder.WaitingFirst)
{
    public IReadOnlyList<ProjectRow> Of(IEnumerable<ProjectRow> rows)
    {
        var words = Search.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var shown = rows.Where(r => words.All(w => r.Name.Contains(w, StringComparison.CurrentCultureIgnoreCase))).Where(r => Filter switch
        {
            ProjectFilter.Waiting => r.Waits <= 1,
            ProjectFilter.Active => r.State is ProjectState.Active or ProjectState.Setup,
            ProjectFilter.Ended => r.State is ProjectState.Stopped or ProjectState.Paused,
            ProjectFilter.Archived => r.State == ProjectState.Archived,
            _ => true,
        });
        return [.. Order switch
        {
            ProjectOrder.Name => shown.OrderBy(r => r.Name, StringComparer.CurrentCultureIgnoreCase),
            ProjectOrder.Newest => shown.OrderByDescending(r => r.Id),
            ProjectOrder.MostLabels => shown.OrderByDescending(r => r.Card?.Labels ?? r.Work!.Own),
            _ => shown.OrderBy(r => r.Waits).ThenByDescending(r => r.Work?.Last ?? 0).ThenByDescending(r => r.Id),
        }];
    }
}
