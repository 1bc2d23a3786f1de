using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Schemas;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

/// <summary>Takes an answer in: append-only, once per submission id, one transaction.</summary>
public sealed class LabelService(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, FigureBook figures,
    IEstimateDoorbell doorbell, TimeProvider clock, IOptions<LabelingOptions> options)
{
    public async Task<Receipt> SubmitAsync(int projectId, string userId, AnswerRecord record, CancellationToken cancellation)
    {
        using var timing = PortalMeter.Submit.Time();
        var mismatch = await OwnRule.MismatchAsync(contexts, projectId, record.Answer, cancellation);
        var receipt = await writes.WriteAsync((db, c) => StoreAsync(db, projectId, userId, record, mismatch, c), cancellation,
            ahead: true);
        // only after the commit: the estimator reads what is in the database
        if (receipt.Acknowledged is { Kept: not (Kept.Known or Kept.Older or Kept.Noted) }) doorbell.Ring(projectId);
        return receipt;
    }

    private async Task<Receipt> StoreAsync(AppDbContext db, int projectId, string userId, AnswerRecord record, Said? mismatch,
        CancellationToken cancellation)
    {
        if (record.User != userId) return RecordRules.OtherUser(record);
        if (await AnswerPlace.ReadAsync(db, projectId, userId, record, cancellation) is not { } place)
            return RecordRules.Check(record, there: false, member: false, served: false)!;
        var (project, kind, standing) = (place.Project, place.Project.Kind(), place.Standing);
        if (place.Elsewhere) return Receipt.Conflict(record);
        if (standing.Known(record.SubmissionId) is { } known)
            return AnswerJson.Same(known.AnswerJson, record.Answer) ? Receipt.Of(record, Kept.Known) : Receipt.Conflict(record);
        if (standing.Skips.Any(k => k.SubmissionId == record.SubmissionId)) return Receipt.Conflict(record);
        if (RecordRules.Check(record, there: true, place.Member, place.Served) is { } refusal) return refusal;
        var (labels, schema) = place.Labels.Any(l => l.Retired)
            ? await LabelsThen.OfAsync(db, project, userId, record.ItemId, place.Labels, cancellation)
            : (place.Labels, project.SchemaVersion);
        var (read, problem) = kind.Read(project, labels, place.Text, record.Answer, options.Value.AnswerLimit);
        if ((problem ?? mismatch) is { } reason) return Receipt.Refuse(record, ApiCodes.BadAnswer, reason);

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var answer = new Answer
        {
            SubmissionId = record.SubmissionId, ProjectId = projectId, ItemId = record.ItemId, UserId = userId,
            AnswerJson = read!.Json, LabelId = read.LabelId, AnswerText = read.Text, SchemaVersion = schema,
            SuggestionShown = record.Suggested,
            // a browser's clock may be wrong: never later than now, and never a negative pace
            StartedAt = Math.Clamp(record.StartedAt, 0, now), CreatedAt = now, ActiveMilliseconds = Math.Max(0, record.ActiveMs),
            AnsweredAt = standing.PlaceOf(record, now),
        };
        foreach (var part in kind.Parts(answer)) answer.Parts.Add(part);
        if (standing.IsNewerThan(answer.AnsweredAt, answer.SubmissionId))
        {
            (answer.Current, answer.Stratum) = (false, standing.Current?.Stratum ?? Stratum.Random);
            await InsertAsync(db, answer, cancellation);
            return Receipt.Of(record, Kept.Older);
        }
        if (standing.Current is { } given && place.Answers.Any(a => a.Current && a.Role == AnswerRole.Review))
        {
            (answer.Current, answer.Stratum, answer.RevisesId) = (false, given.Stratum, given.Id);
            await InsertAsync(db, answer, cancellation);
            await NoteService.AddAsync(db, answer, LabelingWords.WouldAnswer(kind.Words(answer, place.Labels)), options.Value.NoteLimit,
                cancellation);
            return Receipt.Of(record, Kept.Noted);
        }
        // the writer is alone: nobody else makes this version
        answer.LabelVersion = project.LabelVersion + 1;
        GivenAnswer? withdrawn = standing.Current is { } earlier ? GivenAnswer.Of(earlier) : null;
        var before = FinalText.Of(place.Final);
        var kept = await PlaceAsync(db, answer, standing.Current, place, now, cancellation);
        Answer[] current = !place.Counts ? [] : [.. place.Answers.Append(answer).Where(a => a.Current)];
        var final = await FinalAnswers.SettleAsync(db, project, place.Final, current, cancellation);
        if (standing.Skip is { } skip) await db.Skips.Where(k => k.Id == skip.Id).ExecuteDeleteAsync(cancellation);
        if (standing.Skips.Count > 0 && kept != Kept.Surplus) await First32.ReturnAsync(db, projectId, record.ItemId, cancellation);
        if (place.Drafted) await db.Drafts.Where(d => d.ItemId == record.ItemId && d.UserId == userId).ExecuteDeleteAsync(cancellation);
        if (answer.Role != AnswerRole.Gold && OutgrownAnswers.IsOutgrown(place.Labels, schema))
        {
            // it began before its label was asked again: kept, and asked again too
            db.ChangeTracker.Clear();
            await OutgrownAnswers.FitAsync(db, project, [record.ItemId], now, cancellation);
            db.AfterCommit.Add(() => figures.Forget(projectId));
        }
        await LabelVersions.AdvanceAsync(db, projectId, cancellation);
        if (project.WebhookEvents != WebhookEvents.None)
            await AnswerEvents.AddAsync(db, place, answer, kept, final, now, cancellation);
        var change = new FigureChange(answer.LabelVersion, record.ItemId, userId, GivenAnswer.Of(answer), withdrawn,
            standing.Skip is null ? 0 : -1, before, FinalText.Of(final), FirstMayChange: standing.Skips.Count > 0);
        db.AfterCommit.Add(() => figures.Fold(projectId, change));
        return Receipt.Of(record, kept);
    }

    private static async Task<Kept> PlaceAsync(AppDbContext db, Answer answer, Answer? earlier, AnswerPlace item, long now,
        CancellationToken cancellation)
    {
        // everybody answers a gold item: none of them is one too many
        var isGold = item.Split == ItemSplit.Gold;
        if (isGold) answer.Role = AnswerRole.Gold;
        if (earlier is not null)
        {
            // saved before the other comes: a person has one current answer of an item at any moment
            earlier.Current = false;
            await db.SaveChangesAsync(cancellation);
            (answer.RevisesId, answer.Revision, answer.Stratum, answer.Surplus) =
                (earlier.Id, earlier.Revision + 1, earlier.Stratum, earlier.Surplus);
            answer.SuggestionShown |= earlier.SuggestionShown;
            await InsertAsync(db, answer, cancellation);
            await db.Slots.Where(s => s.AnswerId == earlier.Id)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.AnswerId, answer.Id), cancellation);
            return Kept.Revision;
        }
        // an expired lease that nobody took over is still this person's; else any free slot of the item
        var slot = item.Slots.FirstOrDefault(s => s.AnswerId is null && s.UserId == answer.UserId)
            ?? item.Slots.FirstOrDefault(s => s.AnswerId is null && (s.UserId is null || s.LeaseUntil < now));
        answer.Surplus = slot is null && !isGold;
        // whatever became of the card: the answers of the test set and of gold items stay apart
        answer.Stratum = item.Split switch
        {
            ItemSplit.Gold => Stratum.Gold, not ItemSplit.Pool => Stratum.Test,
            _ => (slot ?? item.Slots.FirstOrDefault())?.Queue ?? Stratum.Random,
        };
        await InsertAsync(db, answer, cancellation);
        if (slot is null) return isGold ? Kept.Stored : Kept.Surplus;
        await db.Slots.Where(s => s.Id == slot.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.AnswerId, answer.Id)
            .SetProperty(x => x.UserId, answer.UserId).SetProperty(x => x.Queue, answer.Stratum)
            .SetProperty(x => x.Token, (string?)null).SetProperty(x => x.Again, (Stratum?)null), cancellation);
        return Kept.Stored;
    }

    private static Task InsertAsync(AppDbContext db, Answer answer, CancellationToken cancellation)
    {
        db.Answers.Add(answer);
        return db.SaveChangesAsync(cancellation);
    }
}
