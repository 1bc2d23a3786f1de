using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Everything that taking one answer in has to know, in one statement: every answer of everybody waits behind it.</summary>
/// <param name="Project">As far as an answer must fit it.</param>
/// <param name="Text">The item's, where answers mark parts of it; else none: it may be long, and no other answer needs it.</param>
/// <param name="Elsewhere">Another item or person has this submission id.</param>
/// <param name="Labels">Those that the answer names, as far as they are the project's.</param>
/// <param name="Answers">Everybody's to the item.</param>
/// <param name="Slots">The item's, in their order.</param>
/// <param name="Split">The item's.</param>
/// <param name="Counts">What people answer to it is its label: it is neither taken out nor gold.</param>
internal sealed record AnswerPlace(Project Project, string Text, ItemSplit Split, bool Counts, bool Member, bool Claimed, bool Drafted,
    bool Elsewhere, IReadOnlyList<Label> Labels, Standing Standing, IReadOnlyList<Answer> Answers, Final? Final,
    IReadOnlyList<Slot> Slots)
{
    /// <summary>Was given to this person; an imported answer is its importer's to correct.</summary>
    public bool Served => Claimed || Standing.Answers.Count > 0;

    /// <summary>Null where the item is not a visible one of the project, or the project is gone.</summary>
    public static async Task<AnswerPlace?> ReadAsync(AppDbContext db, int projectId, string userId, AnswerRecord record,
        CancellationToken cancellation)
    {
        var read = await Places(db, projectId, userId, record.ItemId, record.SubmissionId,
            [.. AnswerJson.Labels(record.Answer)], cancellation);
        if (read is null) return null;
        var project = new Project
        {
            Id = projectId, TaskType = read.TaskType, AnswerLength = read.AnswerLength, AnswerPattern = read.AnswerPattern,
            LeastLabels = read.LeastLabels, MostLabels = read.MostLabels, SpansOverlap = read.SpansOverlap,
            LabelVersion = read.LabelVersion, SchemaVersion = read.SchemaVersion, WebhookEvents = read.WebhookEvents,
        };
        var text = !project.Kind().HasSpans ? ""
            : await db.Items.Where(i => i.Id == record.ItemId).Select(i => i.Text).SingleAsync(cancellation);
        return new(project, text, read.Split, read is { Deleted: false, Split: not ItemSplit.Gold }, read.Member, read.Claimed,
            read.Drafted, read.Elsewhere, read.Labels,
            new Standing(userId, [.. read.Answers.Where(a => a.UserId == userId && a.Role != AnswerRole.Review)], read.Skips),
            read.Answers, read.Final,
            [.. read.Slots.OrderBy(s => s.SlotNo)]);
    }

    private sealed record Row(ItemSplit Split, bool Deleted, TaskType TaskType, int? AnswerLength, string? AnswerPattern,
        int LeastLabels, int? MostLabels, bool SpansOverlap, long LabelVersion, int SchemaVersion, WebhookEvents WebhookEvents,
        List<Label> Labels,
        Final? Final, bool Member, bool Claimed, bool Drafted, bool Elsewhere, List<Answer> Answers,
        List<Skip> Skips, List<Slot> Slots);

    // put together once: it is asked for every answer
    private static readonly Func<AppDbContext, int, string, long, Guid, int[], CancellationToken, Task<Row?>> Places =
        EF.CompileAsyncQuery((AppDbContext db, int project, string user, long item, Guid submission, int[] named,
            CancellationToken cancellation) => (
                from i in db.Items
                where i.Id == item && i.ProjectId == project
                join p in db.Projects on i.ProjectId equals p.Id
                where p.DeletedAt == null && i.ImportId <= p.VisibleImport
                from final in db.Finals.Where(f => f.ItemId == i.Id).DefaultIfEmpty()
                select new Row(i.Split, i.Deleted, p.TaskType, p.AnswerLength, p.AnswerPattern, p.LeastLabels, p.MostLabels,
                    p.SpansOverlap, p.LabelVersion, p.SchemaVersion, p.WebhookEvents,
                    db.Labels.Where(l => named.Contains(l.Id) && l.ProjectId == p.Id).ToList(), final,
                    db.Memberships.Any(m => m.ProjectId == project && m.UserId == user && m.Role != ProjectRole.Viewer),
                    db.Claims.Any(c => c.ItemId == item && c.UserId == user),
                    db.Drafts.Any(d => d.ItemId == item && d.UserId == user),
                    db.Answers.Any(a => a.SubmissionId == submission && (a.ItemId != item || a.UserId != user)),
                    db.Answers.Where(a => a.ItemId == i.Id).ToList(),
                    db.Skips.Where(k => k.ItemId == i.Id).ToList(),
                    db.Slots.Where(s => s.ItemId == i.Id).ToList())).AsSingleQuery().SingleOrDefault());
}
