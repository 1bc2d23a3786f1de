using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;
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

/// <summary>The label page's API: answers by HTTP, so that labeling outlives a lost circuit.</summary>
public sealed class LabelEndpoints(ProjectAccess access, IDbContextFactory<AppDbContext> contexts, DeckService decks, LabelService labels,
    SkipService skips, NoteService notes, LeaseService leases, LivingTabs tabs, Holders holders, RecentAnswers recent,
        IOptions<LabelingOptions> options)
{
    public async Task<IResult> DeckAsync(ClaimsPrincipal user, int id, DeckRequest request, CancellationToken cancellation) =>
        await WithAccessAsync(user, id, RequestLimits.FaultOf(request), async (userId, member) =>
            Results.Ok(await ReplyAsync(id, userId, member, request, [], cancellation)), cancellation);

    /// <summary>A tab says that it lives, so that its cards stay its own.</summary>
    public IResult Alive(ClaimsPrincipal user, AliveRequest request)
    {
        if (RequestLimits.TokenFault(request.Token) is { } fault) return Refused(fault);
        tabs.Speak(user.FindFirstValue(ClaimTypes.NameIdentifier)!, request.Token);
        return Results.Ok(new { alive = true });
    }

    private async Task<DeckReply> ReplyAsync(int id, string userId, bool member, DeckRequest deck, IReadOnlyList<Receipt> receipts,
        CancellationToken cancellation)
    {
        tabs.Speak(userId, deck.Token);
        var reply = await decks.ReplyAsync(id, userId, member, deck, receipts, cancellation);
        return reply with { FirstHeld = await holders.OfTheFirstAsync(id, deck.Token, reply, cancellation) };
    }

    public Task<IResult> AnswersAsync(ClaimsPrincipal user, int id, AnswersRequest request, CancellationToken cancellation) =>
        TakeInAsync(user, id, request.Deck, request.Records, (userId, r) => labels.SubmitAsync(id, userId, r, cancellation), cancellation);

    public Task<IResult> SkipAsync(ClaimsPrincipal user, int id, SkipsRequest request, CancellationToken cancellation) =>
        TakeInAsync(user, id, request.Deck, request.Records, (userId, r) => skips.SkipAsync(id, userId, r, cancellation), cancellation);

    public Task<IResult> RemarksAsync(ClaimsPrincipal user, int id, RemarksRequest request, CancellationToken cancellation) =>
        TakeInAsync(user, id, request.Deck, request.Records, (userId, r) => notes.RemarkAsync(id, userId, r, cancellation), cancellation);

    public async Task<IResult> DraftsAsync(ClaimsPrincipal user, int id, DraftsRequest request, CancellationToken cancellation) =>
        await WithAccessAsync(user, id, RequestLimits.FaultOf(request.Records, options.Value.BatchLimit), async (userId, _) =>
        {
            var receipts = new List<Receipt>();
            foreach (var record in request.Records) receipts.Add(await notes.DraftAsync(id, userId, record, cancellation));
            return Results.Ok(new
            {
                Acknowledged = receipts.Select(r => r.Acknowledged).OfType<Acknowledgement>(),
                Refused = receipts.Select(r => r.Refused).OfType<Refusal>(),
            });
        }, cancellation);

    public async Task<IResult> RecentAsync(ClaimsPrincipal user, int id, RecentRequest request, CancellationToken cancellation) =>
        await WithAccessAsync(user, id, null, async (userId, _) =>
            Results.Ok(new { User = userId, Answers = await recent.ReadAsync(id, userId, request.ItemId, cancellation) }), cancellation);

    public async Task<IResult> RenewAsync(ClaimsPrincipal user, int id, RenewRequest request, CancellationToken cancellation) =>
        await WithAccessAsync(user, id, RequestLimits.FaultOf(request), async (userId, member) =>
        {
            tabs.Speak(userId, request.Token);
            var (until, kept) = await leases.RenewAsync(id, userId, request.Token, member ? request.Keep ?? [] : [], request.Free ?? [],
                cancellation);
            return Results.Ok(new { User = userId, LeaseUntil = until, Kept = kept });
        }, cancellation);

    /// <summary>Stores a person's keys and answers with the whole map, or says which key cannot be.</summary>
    public static async Task<IResult> KeysAsync(ClaimsPrincipal user, KeySettings request, KeyStore keys, CancellationToken cancellation) =>
        await keys.SaveAsync(user.FindFirstValue(ClaimTypes.NameIdentifier)!, request, cancellation) is { } fault
            ? Results.Problem(fault, statusCode: StatusCodes.Status409Conflict, title: "The keys were not changed")
            : Results.Ok(KeyMap.Of(request));

    private async Task<IResult> TakeInAsync<T>(ClaimsPrincipal user, int id, DeckRequest deck, IReadOnlyList<T> records,
        Func<string, T, Task<Receipt>> take, CancellationToken cancellation) where T : class =>
        await WithAccessAsync(user, id, RequestLimits.FaultOf(deck) ?? RequestLimits.FaultOf(records, options.Value.BatchLimit),
            async (userId, member) =>
            {
                // one transaction each, in the order given: a bad one in the middle holds nobody up
                var receipts = new List<Receipt>(records.Count);
                foreach (var record in records) receipts.Add(await take(userId, record));
                var reply = await ReplyAsync(id, userId, member, deck, receipts, cancellation);
                // a reply all the same: it says what was refused and why, and brings the next cards
                return Results.Json(reply, statusCode: receipts.Count > 0 && receipts.All(r => r.Refused is not null)
                    ? receipts[0].Refused!.Status : StatusCodes.Status200OK);
            }, cancellation);

    private async Task<IResult> WithAccessAsync(ClaimsPrincipal user, int projectId, RequestFault? fault,
        Func<string, bool, Task<IResult>> handle, CancellationToken cancellation)
    {
        if (fault is not null)
            return Refused(fault);
        var userId = user.FindFirstValue(ClaimTypes.NameIdentifier)!;
        var member = await access.RoleAsync(user, projectId) is not null;
        if (!member && !await WorkedHereAsync(projectId, userId, cancellation))
            return Results.Problem($"There is no project {projectId} for you.", statusCode: StatusCodes.Status404NotFound,
                title: "No such project");
        return await handle(userId, member);
    }

    private static IResult Refused(RequestFault fault) => Results.Problem(fault.Reason, statusCode: StatusCodes.Status400BadRequest,
        title: "This request cannot be taken", extensions: new Dictionary<string, object?> { ["code"] = fault.Code });

    private async Task<bool> WorkedHereAsync(int projectId, string userId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Projects.AnyAsync(p => p.Id == projectId && p.DeletedAt == null, cancellation)
            && await RecordRules.ServedAsync(db, projectId, userId, cancellation);
    }
}
