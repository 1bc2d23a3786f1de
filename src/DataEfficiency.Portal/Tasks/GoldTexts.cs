using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Tasks;

/// <summary>Hidden gold answers beside what people answered, both with the labels of now: one that was merged into another is read as
/// that, whichever of the two somebody chose or the file named, and one whose answer text was changed is read by its earlier texts
/// too.</summary>
/// <param name="labels">None: nothing ever changed, and a text is what it says.</param>
public sealed class GoldTexts(ITaskKind kind, IReadOnlyCollection<Label> labels)
{
    private const int ChunkSize = 500;

    private readonly bool _changes = labels.Any(l => l.MergedIntoId is not null);

    // the same few again and again, of a hundred thousand answers
    private readonly Dictionary<string, string> _now = [];

    /// <param name="project">At least its kind and which version its answer set has.</param>
    public static async Task<GoldTexts> OfAsync(AppDbContext db, Project project, CancellationToken cancellation) =>
        new(project.Kind(), project.SchemaVersion <= 1 ? [] : await WithEarlierAsync(db, project.Id,
            await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancellation), cancellation));

    // an earlier text is as a label that was merged into the one that has another text now: a label of today goes before it
    private static async Task<List<Label>> WithEarlierAsync(AppDbContext db, int projectId, IReadOnlyList<Label> labels,
        CancellationToken cancellation)
    {
        var texts = await (from s in db.Schemas where s.ProjectId == projectId
                           join l in db.SchemaLabels on s.Id equals l.SchemaId
                           orderby s.Version descending, l.LabelId
                           select new { l.LabelId, l.AnswerText }).ToListAsync(cancellation);
        var now = labels.ToDictionary(l => l.Id, l => l.AnswerText);
        return [.. labels, .. texts.Distinct().Where(t => t.AnswerText != now[t.LabelId]).Select((t, place) => new Label
        {
            Id = -1 - place, AnswerText = t.AnswerText, Retired = true, MergedIntoId = t.LabelId,
        })];
    }

    /// <summary>Where a label took a text by which gold answers named another one (two swapped theirs), these answers go on to name that
    /// one: they are written with its text of now.</summary>
    /// <param name="before">The project's labels before the change, which is saved and no version of the answer set yet.</param>
    public static async Task FollowAsync(AppDbContext db, Project project, IReadOnlyList<Label> before, IReadOnlyList<Label> after,
        CancellationToken cancellation)
    {
        if (after.All(l => before.Any(b => (b.Id, b.AnswerText) == (l.Id, l.AnswerText)))) return;
        var was = await WithEarlierAsync(db, project.Id, before, cancellation);
        var now = new GoldTexts(project.Kind(), await WithEarlierAsync(db, project.Id, after, cancellation));
        Label? Named(string text) => was.Now(text) is { } label ? after.Now(label.Id) : null;
        if (after.All(l => (Named(l.AnswerText) ?? l).AnswerText == l.AnswerText)) return;
        var items = await db.Items.Where(i => i.ProjectId == project.Id && i.Gold != null)
            .Select(i => new { i.Id, i.Gold, i.RightAnswers }).ToListAsync(cancellation);
        foreach (var same in items.GroupBy(i => (i.Gold, i.RightAnswers)))
        {
            var texts = GoldAnswers.Of(same.Key.Gold, same.Key.RightAnswers);
            var named = texts.Select(t => project.Kind().TextNow(t, Named)).ToList();
            if (named.SequenceEqual(texts.Select(now.Now))) continue;
            foreach (var ids in same.Select(i => i.Id).Chunk(ChunkSize))
                await db.Items.Where(i => ids.Contains(i.Id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Gold, named[0])
                    .SetProperty(x => x.RightAnswers, GoldAnswers.Json(named)), cancellation);
        }
    }

    public string Now(string text) => !_changes ? text
        : _now.TryGetValue(text, out var known) ? known : _now[text] = kind.TextNow(text, labels.Now);

    /// <summary>A person's answer keeps its labels, whatever their texts were then.</summary>
    public string Now(Answer answer) => labels.Count == 0 ? answer.AnswerText : kind.TextNow(answer, labels);

    /// <summary>All of an item, any of which is right.</summary>
    /// <param name="gold">The first one, or null.</param>
    /// <param name="right">JSON list of all, where there are several.</param>
    public IReadOnlyList<string> Of(string? gold, string? right) => [.. GoldAnswers.Of(gold, right).Select(Now)];

    /// <summary>Case aside; null where the item has no gold answer or nobody answered.</summary>
    public bool? Agree(string? gold, string? right, Answer? answer) => gold is null || answer is null ? null
        : Now(answer) is var now && Of(gold, right).Any(g => string.Equals(g, now, StringComparison.OrdinalIgnoreCase));
}
