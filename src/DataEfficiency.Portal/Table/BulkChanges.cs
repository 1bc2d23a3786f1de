using DataEfficiency.Engine;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>Does an action to some items, in a transaction of the write queue. Final answers are decided after it.</summary>
internal static class BulkChanges
{
    /// <summary>So long an assigned item waits for its person before anybody may answer it.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public static Task ApplyAsync(AppDbContext db, BulkTurn turn, IReadOnlyList<long> ids, CancellationToken cancellation) =>
        turn.Ask.Action switch
        {
            BulkAction.Assign => AssignAsync(db, turn, ids, cancellation),
            BulkAction.Label => LabelAsync(db, turn, ids, cancellation),
            BulkAction.Requeue => RequeueAsync(db, turn.Project, ids, cancellation),
            BulkAction.Priority => db.Slots.Where(s => ids.Contains(s.ItemId) && s.AnswerId == null)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.ActiveRank, Slot.BeforeAll), cancellation),
            BulkAction.Gold => GoldAsync(db, turn.Project, ids, cancellation),
            BulkAction.Delete => DeleteAsync(db, turn.Project, ids, cancellation),
            _ => RestoreAsync(db, turn.Project, ids, cancellation),
        };

    private static async Task AssignAsync(AppDbContext db, BulkTurn turn, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        var until = turn.Now + (long)Kept.TotalMilliseconds;
        var free = await db.Slots.Where(s => ids.Contains(s.ItemId) && s.AnswerId == null && (s.UserId == null || s.LeaseUntil < turn.Now))
            .OrderBy(s => s.SlotNo).ToListAsync(cancellation);
        foreach (var (place, slot) in free.DistinctBy(s => s.ItemId).OrderBy(s => s.ActiveRank).ThenBy(s => s.ItemId).Index())
        {
            // chosen by somebody: it is no part of the random sample
            var queue = slot.Split == ItemSplit.Pool ? Stratum.Active : Stratum.Test;
            (slot.UserId, slot.Token, slot.LeaseUntil, slot.Queue) = (turn.Ask.Person, null, ClaimService.Lease(until, place), queue);
            // only what was served is answered
            db.Claims.Add(new ItemClaim { ItemId = slot.ItemId, UserId = turn.Ask.Person!, Queue = queue, At = turn.Now });
        }
        await db.SaveChangesAsync(cancellation);
    }

    // as an answer that came with a file: people are not asked any more, and where one answers all the same, that counts
    private static async Task LabelAsync(AppDbContext db, BulkTurn turn, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await db.Answers.Where(a => ids.Contains(a.ItemId) && a.Current && a.Role == AnswerRole.Bulk)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.Current, false), cancellation);
        var (read, kind) = (turn.Answer!, Tasks.TaskKinds.Kind(turn.Project));
        var given = ids.Select(id =>
        {
            var answer = new Answer
            {
                SubmissionId = Guid.NewGuid(), ProjectId = turn.Project.Id, ItemId = id, UserId = turn.UserId, Role = AnswerRole.Bulk,
                AnswerJson = read.Json, LabelId = read.LabelId, AnswerText = read.Text, SchemaVersion = turn.Project.SchemaVersion,
                Stratum = Stratum.Imported, CreatedAt = turn.Now, StartedAt = turn.Now, AnsweredAt = turn.Now,
                LabelVersion = turn.Project.LabelVersion + 1,
            };
            foreach (var part in kind.Parts(answer)) answer.Parts.Add(part);
            return answer;
        }).ToList();
        db.Answers.AddRange(given);
        await db.SaveChangesAsync(cancellation);
        var slots = (await db.Slots.Where(s => ids.Contains(s.ItemId)).OrderBy(s => s.SlotNo).ToListAsync(cancellation))
            .ToLookup(s => s.ItemId);
        foreach (var answer in given)
        {
            if (slots[answer.ItemId].FirstOrDefault() is not { } first) continue;
            db.Slots.RemoveRange(slots[answer.ItemId].Skip(1).Where(s => s.AnswerId is null));
            (first.AnswerId, first.UserId, first.Token, first.Queue) = (answer.Id, turn.UserId, null, Stratum.Imported);
        }
        await db.SaveChangesAsync(cancellation);
    }

    private static async Task RequeueAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await db.Answers.Where(a => ids.Contains(a.ItemId) && a.Current && a.Role != AnswerRole.Import)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.Current, false), cancellation);
        // cards on people's screens stay theirs
        await LeaseService.FreeAsync(db.Slots.Where(s => ids.Contains(s.ItemId) && s.AnswerId != null), cancellation);
        await db.Skips.Where(s => ids.Contains(s.ItemId)).ExecuteDeleteAsync(cancellation);
        await ReturnAsync(db, project, ids, PassedOver.GivenUp, cancellation);
    }

    private static async Task GoldAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        var texts = await GoldTexts.OfAsync(db, project, cancellation);
        var given = await (from f in db.Finals where ids.Contains(f.ItemId) join a in db.Answers on f.AnswerId equals a.Id select a)
            .AsNoTracking().ToListAsync(cancellation);
        foreach (var same in given.GroupBy(texts.Now, a => a.ItemId))
            await db.Items.Where(i => same.Contains(i.Id) && i.Gold == null)
                .ExecuteUpdateAsync(i => i.SetProperty(x => x.Gold, same.Key), cancellation);
        await db.Items.Where(i => ids.Contains(i.Id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Split, ItemSplit.Gold), cancellation);
        // nobody has to answer it; who gets it as gold has a slot made
        await db.Slots.Where(s => ids.Contains(s.ItemId) && s.AnswerId == null).ExecuteDeleteAsync(cancellation);
        await db.Slots.Where(s => ids.Contains(s.ItemId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Split, ItemSplit.Gold),
            cancellation);
        await PassOverAsync(db, project, ids, PassedOver.SetAside, cancellation);
    }

    private static async Task DeleteAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await db.Items.Where(i => ids.Contains(i.Id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Deleted, true), cancellation);
        await LeaseService.FreeAsync(db.Slots.Where(s => ids.Contains(s.ItemId) && s.AnswerId == null), cancellation);
        // out of the reach of every queue, with rank and number, until the item comes back
        await db.Slots.Where(s => ids.Contains(s.ItemId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.ProjectId, -project.Id),
            cancellation);
        await PassOverAsync(db, project, ids, PassedOver.Deleted, cancellation);
        await CountAsync(db, project, -ids.Count, cancellation);
    }

    private static async Task RestoreAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await db.Items.Where(i => ids.Contains(i.Id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Deleted, false), cancellation);
        await db.Slots.Where(s => ids.Contains(s.ItemId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.ProjectId, project.Id),
            cancellation);
        await ReturnAsync(db, project, ids, PassedOver.Deleted, cancellation);
        await CountAsync(db, project, ids.Count, cancellation);
    }

    public static Task CountAsync(AppDbContext db, Project project, int change, CancellationToken cancellation) => db.Projects
        .Where(p => p.Id == project.Id).ExecuteUpdateAsync(p => p.SetProperty(x => x.ItemCount, x => x.ItemCount + change), cancellation);

    private static Task PassOverAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, PassedOver reason,
        CancellationToken cancellation) => First32.Current(db, project.Id).Where(d => ids.Contains(d.ItemId) && d.Reason == null)
        .ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, reason), cancellation);

    // it has its place again, unless the 32 are complete without it
    private static async Task ReturnAsync(AppDbContext db, Project project, IReadOnlyList<long> ids, PassedOver reason,
        CancellationToken cancellation)
    {
        if (await First32.AnsweredAsync(db, project.Id, cancellation) >= CosLow.Size) return;
        await First32.Current(db, project.Id).Where(d => ids.Contains(d.ItemId) && d.Reason == reason)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.Reason, (PassedOver?)null), cancellation);
    }
}
