using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Portal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>Takes a reviewer's decision in: review, answer, final answer and audit in one transaction.</summary>
public sealed class ReviewService(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, FigureBook figures,
    IEstimateDoorbell doorbell, TimeProvider clock, IOptions<LabelingOptions> options)
{
    /// <summary>So long the item waits for its people before anybody may answer it.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <returns>Null: it is done.</returns>
    public async Task<ReviewRefusal?> DecideAsync(int projectId, string userId, ReviewDecision decision, CancellationToken cancellation)
    {
        if (decision.Note?.Length > options.Value.NoteLimit)
            return new(ApiCodes.TooLong, LabelingWords.NoteTooLong(characters: decision.Note.Length, most: options.Value.NoteLimit));
        if (decision is { Verdict: ReviewVerdict.Written, Answer: { } written }
            && await OwnRule.MismatchAsync(contexts, projectId, written, cancellation) is { } mismatch)
            return new(ApiCodes.BadAnswer, mismatch);
        var refusal = await writes.WriteAsync((db, c) => StoreAsync(db, projectId, userId, decision, c), cancellation);
        if (refusal is null) doorbell.Ring(projectId);
        return refusal;
    }

    private async Task<ReviewRefusal?> StoreAsync(AppDbContext db, int projectId, string userId, ReviewDecision decision,
        CancellationToken cancellation)
    {
        if (!await ProjectAccess.MayReviewAsync(db, userId, projectId, cancellation))
            return new(ApiCodes.Role, ReviewingWords.NotAReviewer);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation);
        if (!await db.Items.AnyAsync(i => i.Id == decision.ItemId && i.ProjectId == projectId && !i.Deleted && i.Split != ItemSplit.Gold
            && i.ImportId <= project.VisibleImport, cancellation))
            return new(ApiCodes.UnknownItem, LabelingWords.UnknownItem($"{decision.ItemId}"));
        if (await ReviewQueue.OwnAnswers(db, userId).AnyAsync(a => a.ItemId == decision.ItemId, cancellation))
            return new(ApiCodes.OwnAnswer, ReviewingWords.OwnAnswer);
        if ((await db.Reviews.Where(r => r.ItemId == decision.ItemId).MaxAsync(r => (long?)r.Id, cancellation) ?? 0) != decision.After)
            return new(ApiCodes.Reviewed, ReviewingWords.ReviewedMeanwhile);

        var answers = await db.Answers.Where(a => a.ItemId == decision.ItemId && a.Current).OrderBy(a => a.Id).ToListAsync(cancellation);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var review = new Review
        {
            ProjectId = projectId, ItemId = decision.ItemId, UserId = userId, Verdict = decision.Verdict, Cause = decision.Cause,
            Note = string.IsNullOrWhiteSpace(decision.Note) ? null : decision.Note.Trim(), CreatedAt = now,
        };
        var before = FinalText.Of(await db.Finals.AsNoTracking().FirstOrDefaultAsync(f => f.ItemId == decision.ItemId, cancellation));
        var refusal = decision.Verdict == ReviewVerdict.SentBack ? await SendBackAsync(db, answers, now, cancellation)
            : await AnswerAsync(db, project, review, decision, answers, cancellation);
        if (refusal is not null) return refusal;
        db.Reviews.Add(review);
        var after = FinalText.Of(await FinalAnswers.SettleAsync(db, project, decision.ItemId, cancellation));
        AuditTrail.Add(db, now, userId, "review", before?.Text, after?.Text ?? $"{decision.Verdict}", projectId);
        await db.SaveChangesAsync(cancellation);
        var skipped = await db.Skips.AnyAsync(s => s.ItemId == decision.ItemId, cancellation);
        if (skipped && after is not null) await First32.ReturnAsync(db, projectId, decision.ItemId, cancellation);
        await LabelVersions.AdvanceAsync(db, projectId, cancellation);
        await WebhookOutbox.AddAsync(db, project, WebhookEvents.ReviewDone, now, () => new
        {
            item = decision.ItemId, by = userId, verdict = Word($"{decision.Verdict}"),
            cause = decision.Cause is { } cause ? Word($"{cause}") : null, text = after?.Text, version = project.LabelVersion + 1,
        }, cancellation);
        // answers that were taken back are counted anew; a review is no label that anybody is paid for
        if (decision.Verdict == ReviewVerdict.SentBack) db.AfterCommit.Add(() => figures.Forget(projectId));
        else
        {
            var change = new FigureChange(project.LabelVersion + 1, decision.ItemId, userId, null, null, 0, before, after, skipped);
            db.AfterCommit.Add(() => figures.Fold(projectId, change));
        }
        return null;
    }

    private static string Word(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    /// <summary>The people's answers are taken back (their rows stay), and their places in the queue are theirs again.</summary>
    private static async Task<ReviewRefusal?> SendBackAsync(AppDbContext db, IReadOnlyList<Answer> answers, long now,
        CancellationToken cancellation)
    {
        var people = answers.Where(a => a.Role == AnswerRole.Annotator && !a.Surplus).ToList();
        if (people.Count == 0) return new(ApiCodes.BadAnswer, ReviewingWords.NobodyToSendTo);
        // what an earlier review said does not hold any more either
        foreach (var answer in people.Concat(answers.Where(a => a.Role == AnswerRole.Review))) answer.Current = false;
        await db.SaveChangesAsync(cancellation);
        var until = now + (long)Kept.TotalMilliseconds;
        foreach (var answer in people)
            await db.Slots.Where(s => s.AnswerId == answer.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.AnswerId, (long?)null)
                .SetProperty(x => x.Token, (string?)null).SetProperty(x => x.LeaseUntil, until), cancellation);
        return null;
    }

    private async Task<ReviewRefusal?> AnswerAsync(AppDbContext db, Project project, Review review, ReviewDecision decision,
        IReadOnlyList<Answer> answers, CancellationToken cancellation)
    {
        var labels = await db.Labels.AsNoTracking().Where(l => l.ProjectId == project.Id).ToListAsync(cancellation);
        var sent = decision.Verdict == ReviewVerdict.Written ? decision.Answer
            : answers.FirstOrDefault(a => a.Id == decision.Take) is { } taken
                ? AnswerJson.Now(JsonSerializer.Deserialize<JsonElement>(taken.AnswerJson), MergedLabels.Of(labels)) : null;
        if (sent is not { } json)
            return new(ApiCodes.BadAnswer, decision.Verdict == ReviewVerdict.Written ? ReviewingWords.NothingWritten
                : ReviewingWords.AnswerGone);
        var text = await db.Items.Where(i => i.Id == review.ItemId).Select(i => i.Text).SingleAsync(cancellation);
        var (read, problem) = project.Kind().Read(project, labels, text, json, options.Value.AnswerLimit);
        if (problem is not null) return new(ApiCodes.BadAnswer, problem);

        var earlier = answers.LastOrDefault(a => a.Role == AnswerRole.Review);
        foreach (var old in answers.Where(a => a.Role == AnswerRole.Review)) old.Current = false;
        // saved before the other comes: a person has one current answer of an item in each part
        await db.SaveChangesAsync(cancellation);
        var answer = new Answer
        {
            SubmissionId = Guid.NewGuid(), ProjectId = project.Id, ItemId = review.ItemId, UserId = review.UserId, Role = AnswerRole.Review,
            AnswerJson = read!.Json, LabelId = read.LabelId, AnswerText = read.Text, SchemaVersion = project.SchemaVersion,
            Stratum = answers.FirstOrDefault(a => a.Role != AnswerRole.Review)?.Stratum
                ?? await QueueAsync(db, review.ItemId, cancellation),
            RevisesId = earlier?.Id, Revision = (earlier?.Revision ?? 0) + 1, CreatedAt = review.CreatedAt, StartedAt = review.CreatedAt,
            AnsweredAt = review.CreatedAt, LabelVersion = project.LabelVersion + 1,
        };
        foreach (var part in project.Kind().Parts(answer)) answer.Parts.Add(part);
        db.Answers.Add(answer);
        await db.SaveChangesAsync(cancellation);
        review.AnswerId = answer.Id;
        // what was to be asked again is answered
        await db.Slots.Where(s => s.ItemId == review.ItemId && s.Again != null)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Again, (Stratum?)null), cancellation);
        return null;
    }

    // of an item that nobody answered: what its place in the pool says
    private static async Task<Stratum> QueueAsync(AppDbContext db, long itemId, CancellationToken cancellation) =>
        await db.Items.AnyAsync(i => i.Id == itemId && i.Split != ItemSplit.Pool, cancellation) ? Stratum.Test
            : await db.Claims.Where(c => c.ItemId == itemId).Select(c => (Stratum?)c.Queue).FirstOrDefaultAsync(cancellation)
                ?? Stratum.Random;
}
