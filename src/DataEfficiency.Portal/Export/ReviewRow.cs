using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Export;

/// <summary>A review with the item it is about.</summary>
/// <param name="Answer">The answer that it made, in people's words; null: the item went back.</param>
public sealed record ReviewRow(Review Review, int Line, string? ExternalId, string Text, string? Answer)
{
    /// <summary>All of a project, oldest first.</summary>
    public static async Task<IReadOnlyList<ReviewRow>> ReadAsync(AppDbContext db, Project project, IReadOnlyList<Label> labels,
        CancellationToken cancel)
    {
        var kind = project.Kind();
        var rows = await (from r in db.Reviews.AsNoTracking() where r.ProjectId == project.Id
                          join i in db.Items.Where(i => !i.Deleted) on r.ItemId equals i.Id
                          join a in db.Answers on r.AnswerId equals a.Id into answers from answer in answers.DefaultIfEmpty()
                          orderby r.Id
                          select new { Review = r, i.Line, i.ExternalId, i.Text, Answer = answer }).ToListAsync(cancel);
        return [.. rows.Select(r => new ReviewRow(r.Review, r.Line, r.ExternalId, r.Text,
            r.Answer is null ? null : kind.Words(r.Answer, labels)))];
    }
}
