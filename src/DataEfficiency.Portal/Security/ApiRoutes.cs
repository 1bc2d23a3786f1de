using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace DataEfficiency.Portal.Security;

/// <summary>Where every API route begins: signed in, antiforgery on changes, the project policy where there is a project.</summary>
public static class ApiRoutes
{
    public const string AntiforgeryPath = ApiPaths.Api + "/antiforgery";

    /// <summary>Bytes of a body, where a route says nothing else: 100 answers with the longest notes, and room.</summary>
    private const long BodyBytes = 4 << 20;

    /// <summary>A group under /api/v1 for signed-in people.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app) =>
        app.MapGroup(ApiPaths.Api).RequireAuthorization().WithMetadata(new RequestSizeLimitAttribute(BodyBytes))
            .AddEndpointFilter<RouteGroupBuilder, AntiforgeryFilter>().AddEndpointFilter(RightEndedAsync);

    private static async ValueTask<object?> RightEndedAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RightEndedException)
        {
            return ApiProblem.Of(StatusCodes.Status403Forbidden, ApiCodes.Role, ApiWords.Role);
        }
    }

    /// <summary>A group under /api/v1/projects/{id}; <paramref name="policy"/> is one of <see cref="ProjectPolicies"/>.</summary>
    public static RouteGroupBuilder MapProjectApi(this IEndpointRouteBuilder app, string policy) =>
        app.MapApi().MapGroup("/projects/{id:int}").RequireAuthorization(policy);

    /// <summary>Where scripts fetch the antiforgery token, anew after each sign-in.</summary>
    internal static void MapAntiforgery(this IEndpointRouteBuilder app) =>
        app.MapApi().WithTags("Session").MapGet("/antiforgery", Antiforgery);

    internal sealed record AntiforgeryReply(string Header, string? Token);

    internal static Ok<AntiforgeryReply> Antiforgery(HttpContext context, IAntiforgery antiforgery) =>
        TypedResults.Ok(new AntiforgeryReply(AntiforgeryFilter.Header, antiforgery.GetAndStoreTokens(context).RequestToken));
}
