using System.Text.Json;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Schemas;

/// <summary>The labels of a project before a change, to tell afterwards what it did to what people answered.</summary>
public sealed class AnswerSetChange
{
    private readonly IReadOnlyList<Label> _before;

    private AnswerSetChange(IReadOnlyList<Label> before) => _before = before;

    public static async Task<AnswerSetChange> BeginAsync(AppDbContext db, int projectId, CancellationToken cancellation) =>
        new(await LabelsAsync(db, projectId, cancellation));

    /// <summary>After the change was saved.</summary>
    public async Task<AnswerSetChanged> EndAsync(AppDbContext db, Project project, CancellationToken cancellation)
    {
        var after = await LabelsAsync(db, project.Id, cancellation);
        await GoldTexts.FollowAsync(db, project, _before, after, cancellation);
        var (was, now) = (MergedLabels.Of(_before), MergedLabels.Of(after));
        var known = _before.ToDictionary(l => l.Id);
        var touched = after.Where(l => known.TryGetValue(l.Id, out var old)
            && (was[l.Id] != now[l.Id] || old.AskedAgainFrom != l.AskedAgainFrom)).Select(l => l.Id).ToList();
        var other = after.Where(l => !known.TryGetValue(l.Id, out var old) || Say(old) != Say(l)).ToList();
        return new(touched, Say(other.Select(l => known.GetValueOrDefault(l.Id)).OfType<Label>()), Say(other));
    }

    private static Task<List<Label>> LabelsAsync(AppDbContext db, int projectId, CancellationToken cancellation) =>
        db.Labels.AsNoTracking().Where(l => l.ProjectId == projectId).OrderBy(l => l.Id).ToListAsync(cancellation);

    private static string? Say(IEnumerable<Label> labels) => labels.Select(Say).ToList() is { Count: > 0 } said
        ? $"[{string.Join(",", said)}]" : null;

    // what the trail keeps of a label: all that changes what people see, what the model learns or what answers count as
    private static string Say(Label l) => JsonSerializer.Serialize(new
    {
        l.Id, l.Name, l.AnswerText, l.Order, l.Key, l.Group, l.Description, l.Colour, l.Retired, l.MergedIntoId, l.AskedAgainFrom,
    });
}

/// <param name="Touched">Labels whose answers count as others now, are asked again, or stand again.</param>
/// <param name="Before">The labels that differ, for the audit trail; null: none.</param>
public sealed record AnswerSetChanged(IReadOnlyList<int> Touched, string? Before, string? After);
