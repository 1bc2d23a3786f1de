using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Tasks;

/// <summary>Which label an id stands for now: one that was merged into another is read as that, and what people answered keeps its
/// id.</summary>
public sealed class MergedLabels
{
    private readonly Dictionary<int, int> _into;

    private MergedLabels(Dictionary<int, int> into) => _into = into;

    public static MergedLabels None { get; } = new([]);

    /// <param name="labels">The project's; those that were not merged may lack.</param>
    public static MergedLabels Of(IEnumerable<Label> labels) => labels.Where(l => l.MergedIntoId is not null)
        .ToDictionary(l => l.Id, l => l.MergedIntoId!.Value) is { Count: > 0 } into ? new(into) : None;

    public static async Task<MergedLabels> OfAsync(AppDbContext db, Project project, CancellationToken cancellation) =>
        // nothing was ever changed
        project.SchemaVersion <= 1 ? None : Of(await db.Labels.AsNoTracking()
            .Where(l => l.ProjectId == project.Id && l.MergedIntoId != null).ToListAsync(cancellation));

    public int this[int id]
    {
        get
        {
            // a step for each merge: more would be a circle, which nobody can make
            for (var i = 0; i < _into.Count && _into.TryGetValue(id, out var into); i++) id = into;
            return id;
        }
    }

    public int? Of(int? id) => id is { } known ? this[known] : null;

    /// <summary>The label and those that are read as it.</summary>
    public IReadOnlyList<int> ReadAs(int id) => [id, .. _into.Keys.Where(k => k != id && this[k] == id)];
}

internal static class LabelSets
{
    /// <summary>The label that an id stands for now; null: it is gone.</summary>
    public static Label? Now(this IEnumerable<Label> labels, int id)
    {
        var found = labels.FirstOrDefault(l => l.Id == id);
        if (found?.MergedIntoId is null) return found;
        var now = MergedLabels.Of(labels)[id];
        return labels.FirstOrDefault(l => l.Id == now);
    }

    /// <summary>The label that an answer of this text stands for now; one that was merged comes behind one that was not. Null: there is
    /// none.</summary>
    public static Label? Now(this IReadOnlyCollection<Label> labels, string answerText) =>
        labels.Where(l => GreedyAnswer.Normal(l.AnswerText) == GreedyAnswer.Normal(answerText)).OrderBy(l => l.MergedIntoId is not null)
            .FirstOrDefault() is { } found ? labels.Now(found.Id) : null;
}
