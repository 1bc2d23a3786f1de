using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>Reads the queue and the one item of it that is on screen.</summary>
public sealed class ReviewReader(IDbContextFactory<AppDbContext> contexts)
{
    public async Task<ReviewList> ListAsync(int projectId, string userId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await ReviewQueue.ReadAsync(db, projectId, userId, cancellation);
    }

    /// <summary>Null: the item went meanwhile.</summary>
    public async Task<ReviewCard?> CardAsync(Project project, OpenReview open, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Items.AsNoTracking().SingleOrDefaultAsync(i => i.Id == open.ItemId && i.ProjectId == project.Id, cancellation)
            is not { } item) return null;
        var answers = await db.Answers.AsNoTracking().Where(a => a.ItemId == item.Id && a.Current).OrderBy(a => a.Id)
            .ToListAsync(cancellation);
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancellation);
        var skips = await db.Skips.AsNoTracking().Where(s => s.ItemId == item.Id).OrderBy(s => s.Id).ToListAsync(cancellation);
        var remarks = await db.Remarks.AsNoTracking().Where(r => r.ItemId == item.Id && (r.Flagged || r.Note != null))
            .OrderBy(r => r.UpdatedAt).ToListAsync(cancellation);
        var past = await db.Reviews.AsNoTracking().Where(r => r.ItemId == item.Id).OrderBy(r => r.Id)
            .Select(r => new ReviewPast(r.Verdict, r.Cause, r.Note, r.CreatedAt)).ToListAsync(cancellation);
        var names = project.ReviewsHideNames ? [] : await NamesAsync(db,
            [.. answers.Select(a => a.UserId), .. skips.Select(s => s.UserId), .. remarks.Select(r => r.UserId)], cancellation);
        string? Name(string id) => project.ReviewsHideNames ? null : names.GetValueOrDefault(id, EstimatingWords.RemovedPerson);

        var (kind, merged) = (project.Kind(), MergedLabels.Of(labels));
        var options = answers.GroupBy(a => kind.Sameness(a, merged)).OrderByDescending(g => g.Count()).ThenBy(g => g.Min(a => a.Id))
            .Select(g => new ReviewOption(g.Max(a => a.Id), kind.Words(g.Last(), labels),
                JsonSerializer.Deserialize<JsonElement>(g.Last().AnswerJson),
                [.. g.Select(a => new ReviewVoter(Name(a.UserId), a.ActiveMilliseconds > 0 ? a.ActiveMilliseconds / 1000.0 : null))]));
        return new(open, item.Line, item.ExternalId, item.Text, ReviewCard.Named(item.Parts), ReviewCard.Others(item.Metadata),
            [.. options],
            [.. skips.Select(s => new ReviewVoice(Name(s.UserId), s.Reason, false, null)),
                .. remarks.Select(r => new ReviewVoice(Name(r.UserId), null, r.Flagged, r.Note))], past);
    }

    private static Task<Dictionary<string, string>> NamesAsync(AppDbContext db, string[] people, CancellationToken cancellation) =>
        db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
}
