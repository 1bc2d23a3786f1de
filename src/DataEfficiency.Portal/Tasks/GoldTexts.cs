using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Tasks;

/// <summary>Hidden gold answers beside what people answered, both with the labels of now: one that was merged into another is read as
/// that, whichever of the two somebody chose or the file named, and one whose answer text was changed is read by its earlier texts
/// too.</summary>
public sealed class GoldTexts(ITaskKind kind, IReadOnlyCollection<Label> labels)
{
    // nothing was merged or reworded: a text is what it says
    private readonly bool _changes = labels.Any(l => l.MergedIntoId is not null);

    // the same few again and again, of a hundred thousand answers
    private readonly Dictionary<string, string> _now = [];

    /// <param name="project">At least its kind and which version its answer set has.</param>
    public static async Task<GoldTexts> OfAsync(AppDbContext db, Project project, CancellationToken cancellation)
    {
        if (project.SchemaVersion <= 1) return new(project.Kind(), []);
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancellation);
        var texts = await (from s in db.Schemas where s.ProjectId == project.Id
                           join l in db.SchemaLabels on s.Id equals l.SchemaId
                           orderby s.Version descending, l.LabelId
                           select new { l.LabelId, l.AnswerText }).ToListAsync(cancellation);
        var now = labels.ToDictionary(l => l.Id, l => l.AnswerText);
        // an earlier text is as a label that was merged into the one that has another text now: a label of today goes before it
        return new(project.Kind(), [.. labels, .. texts.Distinct().Where(t => t.AnswerText != now[t.LabelId]).Select((t, place) => new Label
        {
            Id = -1 - place, AnswerText = t.AnswerText, Retired = true, MergedIntoId = t.LabelId,
        })]);
    }

    public string Now(string text) => !_changes ? text
        : _now.TryGetValue(text, out var known) ? known : _now[text] = kind.TextNow(text, labels);

    /// <summary>All of an item, any of which is right.</summary>
    /// <param name="gold">The first one, or null.</param>
    /// <param name="right">JSON list of all, where there are several.</param>
    public IReadOnlyList<string> Of(string? gold, string? right) => [.. GoldAnswers.Of(gold, right).Select(Now)];

    /// <summary>Case aside; null where the item has no gold answer or nobody answered.</summary>
    public bool? Agree(string? gold, string? right, string? answer) => gold is null || answer is null ? null
        : Now(answer) is var now && Of(gold, right).Any(g => string.Equals(g, now, StringComparison.OrdinalIgnoreCase));
}
