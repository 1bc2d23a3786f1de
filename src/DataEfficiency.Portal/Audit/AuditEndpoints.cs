using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataEfficiency.Portal.Audit;

/// <summary>The audit for programs: a project's for its leads, the installation's for admins.</summary>
public static class AuditEndpoints
{
    /// <param name="Items">Newest first.</param>
    /// <param name="Next">What to ask for as <c>before</c>; null: these are the last.</param>
    public sealed record AuditReply(IReadOnlyList<AuditRow> Items, long? Next);

    public static void AddAudit(this WebApplicationBuilder builder) => builder.Services.AddSingleton<AuditReader>();

    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        app.MapProjectApi(ProjectPolicies.Lead).WithTags("Audit").MapGet("/audit", OfProjectAsync);
        app.MapApi().WithTags("Audit").MapGet("/audit", OfAllAsync).RequireAuthorization(p => p.RequireRole(GlobalRoles.Admin));
    }

    /// <param name="kind">project, decision, schema, items, member, review, import, export, webhook or link.</param>
    /// <param name="person">A person's id.</param>
    /// <param name="before">Ids below this one; without it the newest.</param>
    private static Task<Results<Ok<AuditReply>, ProblemHttpResult>> OfProjectAsync(int id, AuditReader reader,
        CancellationToken cancellation, string? kind = null, string? person = null, long? before = null) =>
        ReadAsync(reader, id, AuditKinds.OfProject, new(kind, person), before, cancellation);

    /// <param name="kind">As of a project, and role, person, password, token, calibration or backup.</param>
    /// <param name="person">A person's id.</param>
    /// <param name="before">Ids below this one; without it the newest.</param>
    private static Task<Results<Ok<AuditReply>, ProblemHttpResult>> OfAllAsync(AuditReader reader, CancellationToken cancellation,
        string? kind = null, string? person = null, long? before = null) =>
        ReadAsync(reader, null, AuditKinds.All, new(kind, person), before, cancellation);

    private static async Task<Results<Ok<AuditReply>, ProblemHttpResult>> ReadAsync(AuditReader reader, int? project,
        IReadOnlyList<string> kinds, AuditFilter filter, long? before, CancellationToken cancellation)
    {
        if (filter.Kind is { } kind && !kinds.Contains(kind))
            return ApiProblem.BadRequest(ApiCodes.BadRequest, AuditWords.NoSuchKind(string.Join(", ", kinds)));
        var rows = await reader.ReadAsync(project, filter, before, cancellation);
        return TypedResults.Ok(new AuditReply(rows, rows.Count == AuditReader.Page ? rows[^1].Id : null));
    }
}
