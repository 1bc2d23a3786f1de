using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Labeling;

/// <summary>
/// Answers whose label is asked again (<see cref="Label.AskedAgainFrom"/>): they are taken back, never deleted, and their places are served
/// before all others. A label that is brought back brings back what nobody has answered anew.
/// </summary>
internal static class OutgrownAnswers
{
    /// <summary>Whether an answer of this version of the answer set is asked again.</summary>
    public static bool IsOutgrown(IEnumerable<Label> named, int schemaVersion) =>
        named.Any(l => l.AskedAgainFrom is { } from && from > schemaVersion);

    /// <summary>Makes the answers of these items fit the answer set, and decides the items anew.</summary>
    public static async Task FitAsync(AppDbContext db, Project project, IReadOnlyCollection<long> items, CancellationToken cancellation)
    {
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancellation);
        var (kind, merged) = (project.Kind(), MergedLabels.Of(labels));
        var answers = (await db.Answers.Include(a => a.Parts).Where(a => items.Contains(a.ItemId) && (a.Current || a.Outgrown))
            .OrderBy(a => a.Id).ToListAsync(cancellation)).ToLookup(a => a.ItemId);
        var slots = (await db.Slots.Where(s => items.Contains(s.ItemId)).OrderBy(s => s.SlotNo).ToListAsync(cancellation))
            .ToLookup(s => s.ItemId);
        // what is taken out has no final answer, and nobody is asked for it
        var counting = await db.Items.Where(i => items.Contains(i.Id) && !i.Deleted && i.Split != ItemSplit.Gold).Select(i => i.Id)
            .ToListAsync(cancellation);
        var finals = await db.Finals.Where(f => items.Contains(f.ItemId)).ToDictionaryAsync(f => f.ItemId, cancellation);
        foreach (var item in items)
        {
            foreach (var answer in answers[item])
                if (!answer.Current) BringBack(answer, answers[item], slots[item]);
                else if (answer.Role != AnswerRole.Gold && Asks(answer)) TakeBack(answer, slots[item]);
            var decided = !counting.Contains(item) ? null
                : FinalAnswers.Decide(kind, merged, [.. answers[item].Where(a => a.Current)]);
            if (decided is null)
            {
                if (finals.GetValueOrDefault(item) is { } gone) db.Finals.Remove(gone);
                if (counting.Contains(item)) await OpenAsync(db, item, answers[item], slots[item], cancellation);
            }
            else if (finals.GetValueOrDefault(item) is { } stored) db.Entry(stored).CurrentValues.SetValues(decided);
            else db.Finals.Add(decided);
        }
        await db.SaveChangesAsync(cancellation);

        bool Asks(Answer answer) =>
            IsOutgrown(labels.Where(l => answer.LabelId == l.Id || answer.Parts.Any(p => p.LabelId == l.Id)), answer.SchemaVersion);

        void BringBack(Answer answer, IEnumerable<Answer> others, IEnumerable<Slot> places)
        {
            if (Asks(answer) || others.Any(o => o.Current && o.UserId == answer.UserId && o.Role == answer.Role)) return;
            // the person's own first: they may hold the item to answer it anew
            var place = places.Where(s => s is { Again: not null, AnswerId: null } && (s.UserId is null || s.UserId == answer.UserId))
                .OrderBy(s => s.UserId is null).FirstOrDefault();
            // somebody has answered anew, or is about to
            if (place is null && answer is { Role: AnswerRole.Annotator or AnswerRole.Import, Surplus: false }) return;
            if (place is not null) (place.AnswerId, place.UserId, place.Token, place.Again) = (answer.Id, answer.UserId, null, null);
            (answer.Current, answer.Outgrown) = (true, false);
        }
    }

    private static void TakeBack(Answer answer, IEnumerable<Slot> slots)
    {
        (answer.Current, answer.Outgrown) = (false, true);
        foreach (var slot in slots.Where(s => s.AnswerId == answer.Id))
        {
            // what a file answered is now a person's, chosen by need and not by chance
            slot.Again = answer.Stratum == Stratum.Imported ? Stratum.Active : answer.Stratum;
            (slot.AnswerId, slot.UserId, slot.Token, slot.LeaseUntil) = (null, null, null, 0);
        }
    }

    /// <summary>An answer without a place of its own (a review's, one set for many) leaves its item without anybody to ask.</summary>
    private static async Task OpenAsync(AppDbContext db, long itemId, IEnumerable<Answer> answers, IEnumerable<Slot> slots,
        CancellationToken cancellation)
    {
        if (slots.Any(s => s.AnswerId is null) || answers.LastOrDefault(a => a.Outgrown) is not { } last) return;
        var item = await db.Items.AsNoTracking().SingleAsync(i => i.Id == itemId, cancellation);
        db.Slots.Add(new Slot
        {
            ProjectId = item.ProjectId, ItemId = itemId, ImportId = item.ImportId, Split = item.Split, RandomRank = item.RandomRank,
            ActiveRank = item.RandomRank, SlotNo = slots.Select(s => s.SlotNo + 1).DefaultIfEmpty(0).Max(),
            Again = last.Stratum == Stratum.Imported ? Stratum.Active : last.Stratum,
        });
    }

    /// <summary>Items that wait to be answered anew.</summary>
    public static Task<int> OpenAsync(AppDbContext db, int projectId, CancellationToken cancellation) => db.Slots
        .Where(s => s.ProjectId == projectId && s.AnswerId == null && s.Again != null).Select(s => s.ItemId).Distinct()
        .CountAsync(cancellation);
}
