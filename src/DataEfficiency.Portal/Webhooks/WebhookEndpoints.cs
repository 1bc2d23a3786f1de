using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace DataEfficiency.Portal.Webhooks;

/// <summary>Webhooks for programs.</summary>
public static class WebhookEndpoints
{
    /// <param name="Events">For example label.created and forecast.stop.</param>
    /// <param name="PausedAt">Unix milliseconds; null: it is told.</param>
    /// <param name="PausedBy">What failed until it paused by itself; null: nothing did.</param>
    /// <param name="By">Name of who made it; null: the account is gone.</param>
    /// <param name="ByLeads">Whether that person leads the project still; it goes on either way.</param>
    public sealed record WebhookReply(int Id, string Url, IReadOnlyList<string> Events, long CreatedAt, long? PausedAt, string? PausedBy,
        string? By, bool ByLeads);

    /// <param name="Secret">What deliveries are signed with. It is not shown again, but to the same Idempotency-Key within a day.</param>
    public sealed record WebhookMadeReply(int Id, string Secret);

    public sealed record WebhookRequest(string Url, IReadOnlyList<string> Events);

    public sealed record PauseRequest(bool Paused);

    /// <param name="DueAt">When it is tried next, Unix milliseconds; null: it arrived, or was not sent.</param>
    /// <param name="Status">The receiver's answer to the last try; null: there was none.</param>
    /// <param name="Fault">status, redirect, address, unknownHost, unreachable, timeout, tls, secret or
    /// paused (not sent, can be replayed); null: none.</param>
    public sealed record DeliveryReply(long Id, Guid EventId, string Event, string Body, long CreatedAt, long? DueAt, int Tries,
        long? TriedAt, int? Status, string? Fault);

    /// <param name="Next">What to ask for as <c>before</c>; null: these are the last.</param>
    public sealed record DeliveriesReply(IReadOnlyList<DeliveryReply> Items, long? Next);

    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section)
            .Validate(o => o.Timeout >= TimeSpan.FromSeconds(1) && o.Timeout <= TimeSpan.FromMinutes(1),
                "Webhooks:Timeout must be 00:00:01 to 00:01:00")
            .ValidateOnStart();
        services.AddSingleton<IHostNames, SystemHostNames>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookBook>();
        services.AddHostedService<WebhookSender>();
    }

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var hooks = app.MapProjectApi(ProjectPolicies.Lead).WithTags("Webhooks");
        hooks.MapGet("/webhooks", ListAsync);
        hooks.MapPost("/webhooks", CreateAsync).ProducesProblem(StatusCodes.Status400BadRequest);
        hooks.MapPut("/webhooks/{hook:int}", SetAsync).ProducesProblem(StatusCodes.Status400BadRequest);
        hooks.MapPut("/webhooks/{hook:int}/paused", PauseAsync);
        hooks.MapDelete("/webhooks/{hook:int}", RemoveAsync);
        hooks.MapGet("/webhooks/{hook:int}/deliveries", DeliveriesAsync);
        hooks.MapPost("/webhooks/{hook:int}/deliveries/{delivery:long}/replay", ReplayAsync);
    }

    private static async Task<Ok<WebhookReply[]>> ListAsync(int id, WebhookBook book, CancellationToken cancellation) =>
        TypedResults.Ok((await book.ListAsync(id, cancellation)).Select(Reply).ToArray());

    private static WebhookReply Reply(WebhookLine line)
    {
        var (hook, by, leads) = line;
        return new(hook.Id, hook.Url, WebhookNames.Each(hook.Events), hook.CreatedAt, hook.PausedAt, Word(hook.PausedBy), by, leads);
    }

    private static async Task<Results<Created<WebhookMadeReply>, ProblemHttpResult>> CreateAsync(int id, ClaimsPrincipal user,
        WebhookRequest request, [FromHeader(Name = IdempotencyKeys.Header)] string? key, WebhookBook book, IdempotencyKeys keys,
        CancellationToken cancellation)
    {
        if (Read(request) is not { } settings) return NoEvent();
        var (made, refusal) = await keys.OnceAsync(id, user.PersonId()!, key,
            new { route = "webhooks", request }, async () =>
            {
                var made = await book.CreateAsync(user, id, settings, cancellation);
                return (made.Id is { } hook ? new WebhookKept(hook) : null,
                    made.Refusal is { } why ? ApiProblem.BadRequest(ApiCodes.BadWebhook, why) : null);
            }, cancellation);
        if (made is null) return refusal!;
        return await book.SecretAsync(id, made.Id, cancellation) is { } secret
            ? TypedResults.Created($"{ApiPaths.Api}/projects/{id}/webhooks/{made.Id}", new WebhookMadeReply(made.Id, secret))
            : ApiProblem.NotFound(WebhooksWords.Gone);
    }

    /// <summary>What is kept under the key of who made it: not the secret.</summary>
    private sealed record WebhookKept(int Id);

    private static async Task<Results<NoContent, ProblemHttpResult>> SetAsync(int id, int hook, ClaimsPrincipal user,
        WebhookRequest request, WebhookBook book, CancellationToken cancellation) =>
        Read(request) is { } settings ? Answer(await book.SetAsync(user, id, hook, settings, cancellation)) : NoEvent();

    private static async Task<Results<NoContent, ProblemHttpResult>> PauseAsync(int id, int hook, ClaimsPrincipal user,
        PauseRequest request, WebhookBook book, CancellationToken cancellation) =>
        Answer(await book.PauseAsync(user, id, hook, request.Paused, cancellation));

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(int id, int hook, ClaimsPrincipal user,
        WebhookBook book, CancellationToken cancellation) => Answer(await book.RemoveAsync(user, id, hook, cancellation));

    /// <param name="before">Ids below this one; without it the newest.</param>
    private static async Task<Results<Ok<DeliveriesReply>, ProblemHttpResult>> DeliveriesAsync(int id, int hook, WebhookBook book,
        CancellationToken cancellation, long? before = null)
    {
        if (!await book.HasAsync(id, hook, cancellation)) return ApiProblem.NotFound(WebhooksWords.Gone);
        var rows = await book.DeliveriesAsync(id, hook, before, cancellation);
        return TypedResults.Ok(new DeliveriesReply([.. rows.Select(d => new DeliveryReply(d.Id, d.EventId, WebhookNames.Of(d.Event),
            d.Body, d.CreatedAt, d.DueAt, d.Tries, d.TriedAt, d.Status, Word(d.Fault)))],
            rows.Count == WebhookBook.Page ? rows[^1].Id : null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReplayAsync(int id, int hook, long delivery, ClaimsPrincipal user,
        WebhookBook book, CancellationToken cancellation) => Answer(await book.ReplayAsync(user, id, hook, delivery, cancellation));

    private static WebhookSettings? Read(WebhookRequest request) =>
        WebhookNames.Parse(request.Events ?? []) is { } events ? new(request.Url ?? "", events) : null;

    private static ProblemHttpResult NoEvent() => ApiProblem.BadRequest(ApiCodes.BadWebhook,
        WebhooksWords.NoSuchEvent(string.Join(", ", WebhookNames.All.Select(WebhookNames.Of))));

    private static Results<NoContent, ProblemHttpResult> Answer(Said? refusal) => refusal switch
    {
        null => TypedResults.NoContent(),
        { Key: nameof(WebhooksWords.Gone) or nameof(WebhooksWords.DeliveryGone) } => ApiProblem.NotFound(refusal),
        _ => ApiProblem.BadRequest(ApiCodes.BadWebhook, refusal),
    };

    private static string? Word(WebhookFault? fault) =>
        fault is { } one ? System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName($"{one}") : null;
}
