using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Reviewing;

/// <summary>Reviews for programs: the queue, and decisions.</summary>
public static class ReviewEndpoints
{
    /// <param name="Reasons">sentBack, disagreement, skipped, flagged, suspect.</param>
    /// <param name="After">What a decision repeats.</param>
    /// <param name="Expected">What a check's model expects instead of a suspect label.</param>
    /// <param name="Answers">What may be taken, without names where the project hides them.</param>
    public sealed record ReviewReply(long ItemId, long After, IReadOnlyList<string> Reasons, string? Expected, string? Id, int Line,
        string Text, IReadOnlyList<ReviewOption> Answers, IReadOnlyList<ReviewVoice> Said);

    /// <param name="Open">Items that wait; the first of them are listed.</param>
    /// <param name="Own">Items that wait for another reviewer, since the caller answered them.</param>
    public sealed record ReviewsReply(int Open, int Own, IReadOnlyList<ReviewReply> Items);

    /// <param name="Verdict">taken (an answer of the list), written (the answer as the label page sends it) or sentBack.</param>
    public sealed record ReviewRequest(long ItemId, long After, [property: JsonConverter(typeof(OneName))]
        ReviewVerdict Verdict, long? AnswerId, JsonElement? Answer,
        [property: JsonConverter(typeof(OneName))] ReviewCause? Cause, string? Note);

    private const int Listed = 50;

    public static void AddReviewing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReviewReader>();
        builder.Services.AddSingleton<ReviewService>();
    }

    public static void MapReviewing(this IEndpointRouteBuilder app)
    {
        var project = app.MapProjectApi(ProjectPolicies.Reviewer).WithTags("Reviews");
        project.MapGet("/reviews", ListAsync);
        project.MapPost("/reviews", DecideAsync).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<ReviewsReply>> ListAsync(int id, ClaimsPrincipal user, ReviewReader reader,
        IDbContextFactory<AppDbContext> contexts, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        var list = await reader.ListAsync(id, user.PersonId()!, cancellation);
        List<ReviewReply> items = [];
        foreach (var open in list.Items.Take(Listed))
            if (await reader.CardAsync(project, open, cancellation) is { } card)
                items.Add(new(open.ItemId, open.After, [.. ReviewText.Each(open.Reasons).Select(ReviewText.Code)], open.Doubt?.Instead,
                    card.ExternalId, card.Line, card.Text, card.Options, card.Voices));
        return TypedResults.Ok(new ReviewsReply(list.Items.Count, list.Own, items));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DecideAsync(int id, ReviewRequest request, ClaimsPrincipal user,
        ReviewService reviews, CancellationToken cancellation)
    {
        var decision = new ReviewDecision(request.ItemId, request.After, request.Verdict, request.AnswerId, request.Answer, request.Cause,
            request.Note);
        if (await reviews.DecideAsync(id, user.PersonId()!, decision, cancellation) is not { } refusal) return TypedResults.NoContent();
        var status = refusal.Code switch
        {
            ApiCodes.Role => StatusCodes.Status403Forbidden,
            ApiCodes.UnknownItem => StatusCodes.Status404NotFound,
            ApiCodes.Reviewed or ApiCodes.OwnAnswer => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status400BadRequest,
        };
        return ApiProblem.Of(status, refusal.Code, refusal.Why);
    }
}
