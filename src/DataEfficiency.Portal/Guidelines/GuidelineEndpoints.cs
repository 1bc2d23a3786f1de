using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataEfficiency.Portal.Guidelines;

/// <summary>Guidelines for programs: what to read and what is new in it for who labels, all versions for leads.</summary>
public static class GuidelineEndpoints
{
    /// <param name="Items">Newest first.</param>
    /// <param name="Next">What to ask for as <c>before</c>; null: these are the last.</param>
    public sealed record VersionsReply(IReadOnlyList<GuidelineRow> Items, int? Next);

    /// <param name="Version">The version that was opened.</param>
    public sealed record SeenRequest(int Version);

    public static void AddGuidelines(this WebApplicationBuilder builder) => builder.Services.AddSingleton<GuidelineBook>();

    public static void MapGuidelines(this IEndpointRouteBuilder app)
    {
        var labels = app.MapProjectApi(ProjectPolicies.Annotator).WithTags("Guidelines");
        labels.MapGet("/guideline", ReadAsync);
        labels.MapPut("/guideline/seen", SeeAsync);
        app.MapProjectApi(ProjectPolicies.Lead).WithTags("Guidelines").MapGet("/guideline/versions", VersionsAsync);
    }

    private static async Task<Results<Ok<ReadGuideline>, ProblemHttpResult>> ReadAsync(int id, ClaimsPrincipal user, GuidelineBook book,
        CancellationToken cancellation) => await book.ReadAsync(id, user.PersonId()!, cancellation) is { } guideline
            ? TypedResults.Ok(guideline) : ApiProblem.NotFound(ApiWords.ProjectNotHere);

    private static async Task<NoContent> SeeAsync(int id, SeenRequest request, ClaimsPrincipal user, GuidelineBook book,
        CancellationToken cancellation)
    {
        await book.SeeAsync(id, user.PersonId()!, request.Version, cancellation);
        return TypedResults.NoContent();
    }

    /// <param name="before">Versions below this one; without it the newest.</param>
    private static async Task<Ok<VersionsReply>> VersionsAsync(int id, GuidelineBook book, CancellationToken cancellation,
        int? before = null)
    {
        var rows = await book.VersionsAsync(id, before, cancellation);
        return TypedResults.Ok(new VersionsReply(rows, rows.Count == GuidelineBook.Page ? rows[^1].Version : null));
    }
}
