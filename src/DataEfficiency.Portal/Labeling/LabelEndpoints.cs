using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Labeling;

public sealed record AnswersRequest(DeckRequest Deck, IReadOnlyList<AnswerRecord> Records);

public sealed record SkipsRequest(DeckRequest Deck, IReadOnlyList<SkipRecord> Records);

public sealed record RemarksRequest(DeckRequest Deck, IReadOnlyList<RemarkRecord> Records);

public sealed record DraftsRequest(IReadOnlyList<DraftRecord> Records);

public sealed record RecentRequest(long? ItemId);

/// <param name="Keep">Items whose reservation is prolonged.</param>
/// <param name="Free">Items that the closing tab gives back.</param>
public sealed record RenewRequest(string Token, IReadOnlyList<long>? Keep, IReadOnlyList<long>? Free);

/// <param name="Token">The tab's, as in its deck.</param>
public sealed record AliveRequest(string Token);

public sealed record AliveReply(bool Alive);

/// <param name="Open">Items that the caller could get now.</param>
/// <param name="Returned">Those of them that a review sent back.</param>
/// <param name="Own">Own current answers.</param>
/// <param name="PerHour">Own pace in active time; null before it is one.</param>
public sealed record WorkReply(int Id, string Name, int Open, int Returned, int Own, double? PerHour, long? Last);

public sealed record DraftsReply(IEnumerable<Acknowledgement> Acknowledged, IEnumerable<Refusal> Refused);

public sealed record RecentReply(string User, IReadOnlyList<RecentAnswer> Answers);

public sealed record RenewReply(string User, long LeaseUntil, int Kept);

/// <summary>What every route of the label page needs: who asks about which project, and what says whether they may.</summary>
public readonly record struct LabelCall(ClaimsPrincipal User, int Id, LabelAccess Access, IOptions<LabelingOptions> Options,
    CancellationToken Cancellation);

/// <summary>The label page's API: answers by HTTP, so that labeling outlives a lost circuit.</summary>
public static class LabelEndpoints
{
    public static async Task<Results<Ok<DeckReply>, ProblemHttpResult>> DeckAsync([AsParameters] LabelCall call, DeckRequest request,
        TabReplies replies)
    {
        if (RequestLimits.FaultOf(request) is { } fault) return Refused(fault);
        if (await call.Access.FindAsync(call) is not { } asker) return await call.Access.RefusalAsync(call);
        return TypedResults.Ok(await replies.OfAsync(call, asker, request, []));
    }

    /// <summary>A tab says that it lives, so that its cards stay its own.</summary>
    public static Results<Ok<AliveReply>, ProblemHttpResult> Alive(ClaimsPrincipal user, AliveRequest request, LivingTabs tabs)
    {
        if (RequestLimits.TokenFault(request.Token) is { } fault) return Refused(fault);
        tabs.Speak(user.PersonId()!, request.Token);
        return TypedResults.Ok(new AliveReply(true));
    }

    public static Task<Results<JsonHttpResult<DeckReply>, ProblemHttpResult>> AnswersAsync([AsParameters] LabelCall call,
        AnswersRequest request, TabReplies replies, LabelService labels) => TakeInAsync(call, replies, request.Deck, request.Records,
            (userId, r) => labels.SubmitAsync(call.Id, userId, r, call.Cancellation));

    public static Task<Results<JsonHttpResult<DeckReply>, ProblemHttpResult>> SkipAsync([AsParameters] LabelCall call,
        SkipsRequest request, TabReplies replies, SkipService skips) => TakeInAsync(call, replies, request.Deck, request.Records,
            (userId, r) => skips.SkipAsync(call.Id, userId, r, call.Cancellation));

    public static Task<Results<JsonHttpResult<DeckReply>, ProblemHttpResult>> RemarksAsync([AsParameters] LabelCall call,
        RemarksRequest request, TabReplies replies, NoteService notes) => TakeInAsync(call, replies, request.Deck, request.Records,
            (userId, r) => notes.RemarkAsync(call.Id, userId, r, call.Cancellation));

    public static async Task<Results<Ok<DraftsReply>, ProblemHttpResult>> DraftsAsync([AsParameters] LabelCall call,
        DraftsRequest request, NoteService notes)
    {
        if (RequestLimits.FaultOf(request.Records, call.Options.Value.BatchLimit) is { } fault) return Refused(fault);
        if (await call.Access.FindAsync(call) is not { } asker) return await call.Access.RefusalAsync(call);
        var receipts = new List<Receipt>();
        foreach (var record in request.Records)
            receipts.Add(await notes.DraftAsync(call.Id, asker.UserId, record, call.Cancellation));
        return TypedResults.Ok(new DraftsReply(receipts.Select(r => r.Acknowledged).OfType<Acknowledgement>(),
            receipts.Select(r => r.Refused).OfType<Refusal>()));
    }

    public static async Task<Results<Ok<RecentReply>, ProblemHttpResult>> RecentAsync([AsParameters] LabelCall call,
        RecentRequest request, RecentAnswers recent)
    {
        // the texts are the project's: who was removed reads them no more
        if (await call.Access.FindAsync(call) is not { IsMember: true } asker) return await call.Access.RefusalAsync(call);
        return TypedResults.Ok(new RecentReply(asker.UserId,
            await recent.ReadAsync(call.Id, asker.UserId, request.ItemId, call.Cancellation)));
    }

    public static async Task<Results<Ok<RenewReply>, ProblemHttpResult>> RenewAsync([AsParameters] LabelCall call,
        RenewRequest request, LeaseService leases, LivingTabs tabs)
    {
        if (RequestLimits.FaultOf(request) is { } fault) return Refused(fault);
        if (await call.Access.FindAsync(call) is not { } asker) return await call.Access.RefusalAsync(call);
        tabs.Speak(asker.UserId, request.Token);
        var (until, kept) = await leases.RenewAsync(call.Id, asker.UserId, request.Token, asker.IsMember ? request.Keep ?? [] : [],
            request.Free ?? [], call.Cancellation);
        return TypedResults.Ok(new RenewReply(asker.UserId, until, kept));
    }

    /// <summary>The caller's projects, and what there is to do in each.</summary>
    public static async Task<Ok<WorkReply[]>> WorkAsync(ClaimsPrincipal user, AnnotatorWork work, CancellationToken cancellation)
    {
        var only = TokenScope.ProjectOf(user);
        return TypedResults.Ok((await work.ReadAsync(user.PersonId()!, cancellation))
            .Where(w => only is null || w.Id == only)
            .Select(w => new WorkReply(w.Id, w.Name, w.Open, w.Returned, w.Own, w.PerHour, w.Last)).ToArray());
    }

    /// <summary>Stores a person's keys and answers with the whole map, or says which key cannot be.</summary>
    public static async Task<Results<Ok<IReadOnlyList<KeyAction>>, ProblemHttpResult>> KeysAsync(ClaimsPrincipal user, KeySettings request,
        KeyStore keys, CancellationToken cancellation) =>
        await keys.SaveAsync(user.PersonId()!, request, cancellation) is { } fault
            ? ApiProblem.Of(StatusCodes.Status409Conflict, ApiCodes.BadKeys, LabelingWords.KeysNotChanged, fault)
            : TypedResults.Ok(KeyMap.Of(request));

    private static async Task<Results<JsonHttpResult<DeckReply>, ProblemHttpResult>> TakeInAsync<T>(LabelCall call, TabReplies replies,
        DeckRequest deck, IReadOnlyList<T> records, Func<string, T, Task<Receipt>> take) where T : class
    {
        if ((RequestLimits.FaultOf(deck) ?? RequestLimits.FaultOf(records, call.Options.Value.BatchLimit)) is { } fault)
            return Refused(fault);
        if (await call.Access.FindAsync(call) is not { } asker) return await call.Access.RefusalAsync(call);
        // one transaction each, in the order given: a bad one in the middle holds nobody up
        var receipts = new List<Receipt>(records.Count);
        foreach (var record in records) receipts.Add(await take(asker.UserId, record));
        var reply = await replies.OfAsync(call, asker, deck, receipts);
        // a reply all the same: it says what was refused and why, and brings the next cards
        return TypedResults.Json(reply, statusCode: receipts.Count > 0 && receipts.All(r => r.Refused is not null)
            ? receipts[0].Refused!.Status : StatusCodes.Status200OK);
    }

    private static ProblemHttpResult Refused(RequestFault fault) =>
        ApiProblem.Of(StatusCodes.Status400BadRequest, fault.Code, LabelingWords.RequestNotTaken, fault.Reason);
}
