using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Answers whose label is asked again (<see cref="Label.AskedAgainFrom"/>): they are taken back, never deleted, and their places are served
/// before all others. A label that is brought back brings its answers back; where somebody has answered anew, or is about to, the old one
/// is one more than was asked for.
/// </summary>
internal static class OutgrownAnswers
{
    /// <summary>Whether an answer of this version of the answer set is asked again.</summary>
    public static bool IsOutgrown(IEnumerable<Label> named, int schemaVersion) =>
        named.Any(l => l.AskedAgainFrom is { } from && from > schemaVersion);

    /// <summary>Makes the answers of these items fit the answer set, and decides the items anew.</summary>
    public static async Task FitAsync(AppDbContext db, Project project, IReadOnlyCollection<long> items, long now,
        CancellationToken cancellation)
    {
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancellation);
        var answers = (await db.Answers.Include(a => a.Parts).Where(a => items.Contains(a.ItemId) && (a.Current || a.Outgrown))
            .OrderBy(a => a.Id).ToListAsync(cancellation)).ToLookup(a => a.ItemId);
        var slots = (await db.Slots.Where(s => items.Contains(s.ItemId)).OrderBy(s => s.SlotNo).ToListAsync(cancellation))
            .ToLookup(s => s.ItemId);
        foreach (var answer in items.SelectMany(i => answers[i].OrderBy(a => a.Surplus)))
            if (!answer.Current) BringBack(answer, answers[answer.ItemId], slots[answer.ItemId]);
            else if (answer.Role != AnswerRole.Gold && Asks(answer)) TakeBack(answer, slots[answer.ItemId]);
        await db.SaveChangesAsync(cancellation);
        await FinalAnswers.SettleAsync(db, project, items, cancellation);
        // an answer without a place of its own (a review's, one set for many) leaves its item without anybody to ask
        foreach (var item in await FinalAnswers.Counting(db).AsNoTracking().Where(i => items.Contains(i.Id)
            && !db.Finals.Any(f => f.ItemId == i.Id) && !db.Slots.Any(s => s.ItemId == i.Id && s.AnswerId == null))
            .ToListAsync(cancellation))
            if (answers[item.Id].LastOrDefault(a => a.Outgrown) is { } last)
                db.Slots.Add(new Slot
                {
                    ProjectId = item.ProjectId, ItemId = item.Id, ImportId = item.ImportId, Split = item.Split,
                    RandomRank = item.RandomRank, ActiveRank = item.RandomRank, Again = Anew(last),
                    SlotNo = slots[item.Id].Select(s => s.SlotNo + 1).DefaultIfEmpty(0).Max(),
                });
        await db.SaveChangesAsync(cancellation);

        bool Asks(Answer answer) =>
            IsOutgrown(labels.Where(l => answer.LabelId == l.Id || answer.Parts.Any(p => p.LabelId == l.Id)), answer.SchemaVersion);

        void BringBack(Answer answer, IEnumerable<Answer> others, IEnumerable<Slot> places)
        {
            if (Asks(answer) || others.Any(o => o.Current && o.UserId == answer.UserId && o.Role == answer.Role)) return;
            // the person's own first: they may hold the item to answer it anew
            var place = places.Where(s => s is { Again: not null, AnswerId: null }
                    && (s.UserId is null || s.UserId == answer.UserId || s.LeaseUntil < now))
                .OrderBy(s => s.UserId != answer.UserId).FirstOrDefault();
            if (place is not null) (place.AnswerId, place.UserId, place.Token, place.Again) = (answer.Id, answer.UserId, null, null);
            (answer.Current, answer.Outgrown) = (true, false);
            if (answer.Role is AnswerRole.Annotator or AnswerRole.Import) answer.Surplus = place is null;
        }
    }

    private static void TakeBack(Answer answer, IEnumerable<Slot> slots)
    {
        (answer.Current, answer.Outgrown) = (false, true);
        foreach (var slot in slots.Where(s => s.AnswerId == answer.Id))
        {
            slot.Again = Anew(answer);
            (slot.AnswerId, slot.UserId, slot.Token, slot.LeaseUntil) = (null, null, null, 0);
        }
    }

    // what a file answered is now a person's, chosen by need and not by chance
    private static Stratum Anew(Answer answer) => answer.Stratum == Stratum.Imported ? Stratum.Active : answer.Stratum;

    /// <summary>Items that wait to be answered anew.</summary>
    public static Task<int> OpenAsync(AppDbContext db, int projectId, CancellationToken cancellation) => db.Slots
        .Where(s => s.ProjectId == projectId && s.AnswerId == null && s.Again != null).Select(s => s.ItemId).Distinct()
        .CountAsync(cancellation);
}
