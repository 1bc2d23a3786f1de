using System.Globalization;
using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <summary>Items for programs: the table, what can be done to many at once, and saved views.</summary>
public static class ItemEndpoints
{
    /// <param name="By">How the final answer came about: only, unanimous, majority, review or none; null: nobody answered.</param>
    /// <param name="Label">What the item's answer is in the end; null: nothing yet.</param>
    public sealed record ItemReply(long ItemId, string? Id, int Line, string Text, string Split, bool Deleted, string? Label, string? By,
        string? Stratum, string? Gold, double? Confidence, int Skips, bool Flagged);

    /// <param name="Count">How many there are; of more than 10,000 that a filter finds: 10,000, and <see cref="More"/>.</param>
    /// <param name="Next">Ask again with after=NEXT for the page behind; null: this is the last.</param>
    public sealed record ItemsReply(int Count, bool More, IReadOnlyList<ItemReply> Items, string? Next);

    /// <param name="Action">assign, label, requeue, priority, gold, delete or restore.</param>
    /// <param name="Items">Ids of items; or a filter.</param>
    /// <param name="Filter">As behind the question mark of GET items; an empty one is all items.</param>
    /// <param name="CountOnly">Only tells to how many it would be done.</param>
    public sealed record BulkRequest(string Action, IReadOnlyList<long>? Items, string? Filter, int? LabelId, string? Person,
        bool CountOnly = false);

    /// <param name="Changed">Items that it was done to, or would be.</param>
    /// <param name="Undo">POST items/bulk/UNDO/undo takes it back until then.</param>
    public sealed record BulkReply(int Asked, int Changed, Guid? Undo, DateTimeOffset? UndoUntil);

    public sealed record ViewRequest(string Name, string Query, bool Shared);

    private const string After = "after", Take = "take";

    /// <summary>Ids of one request; a filter finds more.</summary>
    private const int MostIds = 10_000;

    public static void MapTable(this IEndpointRouteBuilder app)
    {
        var project = app.MapProjectApi(ProjectPolicies.Lead).WithTags("Items");
        project.MapGet("/items", ListAsync);
        project.MapGet("/items/{item:long}", ReadAsync);
        project.MapPost("/items/bulk", BulkAsync).ProducesProblem(StatusCodes.Status409Conflict);
        project.MapPost("/items/bulk/{undo}/undo", UndoAsync);
        project.MapGet("/views", ViewsAsync);
        project.MapPost("/views", SaveViewAsync);
        project.MapDelete("/views/{view:int}", RemoveViewAsync);
    }

    /// <summary>What GET items takes, for its description; metadata.NAME beside it. <see cref="ItemQuery"/> reads it, and refuses what
    /// is not here.</summary>
    // properties, since the generator of routes cannot write a constructor's optional texts
    public sealed record ItemsAsk
    {
        public string? Text { get; init; }
        public string? Id { get; init; }
        public string? Label { get; init; }
        public string? Annotator { get; init; }
        public string? Status { get; init; }
        public string? Stratum { get; init; }
        public string? Disagreement { get; init; }
        public string? Flag { get; init; }
        public string? Note { get; init; }
        public string? Skips { get; init; }
        public string? Suspect { get; init; }
        public string? Seconds { get; init; }
        public string? Answered { get; init; }
        public string? Gold { get; init; }
        public string? Sort { get; init; }
        public string? After { get; init; }
        public string? Take { get; init; }
    }

    private static async Task<Results<Ok<ItemsReply>, ProblemHttpResult>> ListAsync([FromRoute(Name = "id")] int project,
        [AsParameters] ItemsAsk asked, HttpRequest request, ItemTable table, CancellationToken cancellation)
    {
        var (filter, problem) = ItemQuery.Read(request.Query.Select(q => KeyValuePair.Create(q.Key, $"{q.Value}")), After, Take);
        if (problem is not null) return ApiProblem.BadRequest(ApiCodes.BadFilter, problem);
        var (after, take) = ($"{request.Query[After]}", $"{request.Query[Take]}");
        ItemPlace? place = null;
        if (after.Length > 0 && (place = PlaceOf(after)) is null)
            return ApiProblem.BadRequest(ApiCodes.BadFilter, TableWords.BadPlace);
        var rows = ItemTable.PageRows;
        if (take.Length > 0 && (!int.TryParse(take, NumberStyles.None, CultureInfo.InvariantCulture, out rows)
            || rows is < 1 or > ItemTable.MostRows))
            return ApiProblem.BadRequest(ApiCodes.BadFilter, TableWords.BadTake(ItemTable.MostRows));
        var total = await table.CountAsync(project, filter, cancellation);
        var page = await table.PageAsync(project, filter, place, cancellation, rows);
        return TypedResults.Ok(new ItemsReply(total.Number, total.More, [.. page.Rows.Select(Reply)],
            page.Next is { } next ? string.Create(CultureInfo.InvariantCulture, $"{next.Key:R}_{next.Id}") : null));
    }

    private static async Task<Results<Ok<ItemDetail>, ProblemHttpResult>> ReadAsync(int id, long item, ItemDetails details,
        IDbContextFactory<AppDbContext> contexts, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (!await db.Items.AnyAsync(i => i.Id == item && i.ProjectId == id
            && db.Projects.Any(p => p.Id == id && i.ImportId <= p.VisibleImport), cancellation))
            return ApiProblem.NotFound(TableWords.NoSuchItem);
        return TypedResults.Ok((await details.ReadAsync([item], cancellation))[item]);
    }

    private static async Task<Results<Ok<BulkReply>, ProblemHttpResult>> BulkAsync(int id, BulkRequest request,
        [FromHeader(Name = IdempotencyKeys.Header)] string? key, ClaimsPrincipal user, ItemTable table, BulkService bulk,
        IdempotencyKeys keys, CancellationToken cancellation)
    {
        if (Enum.GetValues<BulkAction>().Where(a => ItemQuery.NameOf(a) == request.Action).Select(a => (BulkAction?)a).FirstOrDefault()
            is not { } action)
            return ApiProblem.BadRequest(ApiCodes.BadRequest, TableWords.UnknownAction(action: request.Action ?? "",
                actions: string.Join(", ", Enum.GetValues<BulkAction>().Select(ItemQuery.NameOf))));
        if (request.Items is null == request.Filter is null)
            return ApiProblem.BadRequest(ApiCodes.BadRequest, TableWords.ItemsOrFilter);
        if (request.Items?.Count > MostIds)
            return ApiProblem.BadRequest(ApiCodes.TooMany, TableWords.TooManyIds(most: MostIds, ids: request.Items.Count));
        var (filter, problem) = SavedViews.Read(request.Filter ?? "");
        if (problem is not null) return ApiProblem.BadRequest(ApiCodes.BadFilter, problem);
        var (ask, by) = (new BulkAsk(action, request.LabelId, request.Person), user.PersonId()!);
        var items = request.Items ?? await table.IdsAsync(id, filter, cancellation);
        if (request.CountOnly)
        {
            var (fitting, refused) = await bulk.CountAsync(id, by, ask, items, cancellation);
            return refused is null ? TypedResults.Ok(new BulkReply(items.Count, fitting, null, null)) : Problem(refused);
        }
        // done to the end, whether or not the caller waits for it
        var (done, refusal) = await keys.OnceAsync(id, by, key, request, async () =>
        {
            var (made, why) = await bulk.RunAsync(id, by, ask, items, CancellationToken.None);
            return (made, why is null ? null : Problem(why));
        }, cancellation);
        return done is null ? refusal! : TypedResults.Ok(new BulkReply(done.Asked, done.Changed, done.Undo,
            done.Undo is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(done.UndoUntil)));
    }

    private static async Task<Results<Ok<BulkUndone>, ProblemHttpResult>> UndoAsync(int id, string undo, ClaimsPrincipal user,
        BulkService bulk, CancellationToken cancellation) =>
        Guid.TryParse(undo, out var known) && await bulk.UndoAsync(id, user.PersonId()!, known, cancellation) is { Undone: { } undone }
            ? TypedResults.Ok(undone)
            : ApiProblem.NotFound(TableWords.UndoOver);

    private static async Task<Ok<IReadOnlyList<ViewLine>>> ViewsAsync(int id, ClaimsPrincipal user, SavedViews views,
        CancellationToken cancellation) => TypedResults.Ok(await views.ListAsync(id, user.PersonId()!, cancellation));

    private static async Task<Results<Ok<int>, ProblemHttpResult>> SaveViewAsync(int id, ViewRequest request, ClaimsPrincipal user,
        SavedViews views, CancellationToken cancellation)
    {
        var (view, refusal) = await views.SaveAsync(id, user.PersonId()!, request.Name ?? "", request.Query ?? "", request.Shared,
            cancellation);
        return refusal is null ? TypedResults.Ok(view) : Problem(refusal);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveViewAsync(int id, int view, ClaimsPrincipal user,
        SavedViews views, CancellationToken cancellation) => await views.RemoveAsync(id, user.PersonId()!, view, cancellation)
            ? TypedResults.NoContent() : ApiProblem.NotFound(TableWords.NoSuchView);

    private static ItemReply Reply(ItemRow item) => new(item.Id, item.ExternalId, item.Line, item.Text, ItemQuery.NameOf(item.Split),
        item.Deleted, item.Label, item.By is { } by ? ItemQuery.NameOf(by) : null,
        item.Stratum is { } stratum ? ItemQuery.NameOf(stratum) : null, item.Gold, item.Confidence, item.Skips, item.Flagged);

    private static ItemPlace? PlaceOf(string text)
    {
        var cut = text.IndexOf('_');
        return cut > 0 && double.TryParse(text[..cut], NumberStyles.Float, CultureInfo.InvariantCulture, out var key)
            && double.IsFinite(key) && long.TryParse(text[(cut + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var item)
            ? new(key, item) : null;
    }

    private static ProblemHttpResult Problem(BulkRefusal refusal) => ApiProblem.Of(
        refusal.Code == ApiCodes.Role ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest, refusal.Code, refusal.Why);
}
