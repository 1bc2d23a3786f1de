using System.Security.Claims;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Projects;

/// <summary>Projects and their members for programs.</summary>
public static class ProjectEndpoints
{
    private const int Page = 50;

    /// <param name="Role">The caller's: lead, reviewer, annotator or viewer; an admin is a lead everywhere.</param>
    public sealed record ProjectReply(int Id, string Name, string State, string Kind, string Role, int Items, long CreatedAt);

    /// <param name="Next">What to ask for as <c>before</c>; null: these are the last.</param>
    public sealed record ProjectsReply(IReadOnlyList<ProjectReply> Items, int? Next);

    /// <param name="UserName">What the person signs in with.</param>
    public sealed record MemberReply(string Id, string Name, string UserName, string Role, int Answers);

    /// <param name="UserName">Whom to add, or whose role to set: what the person signs in with.</param>
    public sealed record MemberRequest(string UserName,
        [property: JsonConverter(typeof(OneName))] ProjectRole Role);

    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        app.MapApi().WithTags("Projects").MapGet("/projects", ListAsync);
        var members = app.MapProjectApi(ProjectPolicies.Lead).WithTags("Projects");
        members.MapSettings();
        members.MapGet("/members", MembersAsync);
        members.MapPut("/members", SetMemberAsync).ProducesProblem(StatusCodes.Status409Conflict);
        members.MapDelete("/members/{person}", RemoveMemberAsync).ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <param name="before">Ids below this one; without it the newest.</param>
    private static async Task<Ok<ProjectsReply>> ListAsync(ClaimsPrincipal user, IDbContextFactory<AppDbContext> contexts,
        CancellationToken cancellation, int? before = null)
    {
        var id = user.PersonId();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var all = await ProjectAccess.IsAdminAsync(db, id, cancellation);
        var only = TokenScope.ProjectOf(user);
        var rows = await db.Projects.AsNoTracking()
            .Where(p => p.DeletedAt == null && (before == null || p.Id < before) && (only == null || p.Id == only))
            .Select(p => new { Project = p, Role = db.Memberships.Where(m => m.ProjectId == p.Id && m.UserId == id)
                .Select(m => (ProjectRole?)m.Role).FirstOrDefault() })
            .Where(p => all || p.Role != null).OrderByDescending(p => p.Project.Id).Take(Page).ToListAsync(cancellation);
        return TypedResults.Ok(new ProjectsReply([.. rows.Select(r => new ProjectReply(r.Project.Id, r.Project.Name,
            Word(r.Project.State), Word(r.Project.TaskType), Word(all ? ProjectRole.Lead : r.Role!.Value), r.Project.ItemCount,
            r.Project.CreatedAt))], rows.Count == Page ? rows[^1].Project.Id : null));
    }

    private static async Task<Ok<MemberReply[]>> MembersAsync(int id, ProjectMembers members, CancellationToken cancellation) =>
        TypedResults.Ok((await members.ListAsync(id, cancellation))
            .Select(m => new MemberReply(m.UserId, m.Name, m.UserName, Word(m.Role), m.Labels)).ToArray());

    private static async Task<Results<NoContent, ProblemHttpResult>> SetMemberAsync(int id, ClaimsPrincipal user, MemberRequest request,
        ProjectMembers members, CancellationToken cancellation) =>
        Answer(await members.AddAsync(user, id, request.UserName ?? "", request.Role, cancellation));

    /// <param name="person">The person's id.</param>
    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveMemberAsync(int id, string person, ClaimsPrincipal user,
        ProjectMembers members, CancellationToken cancellation) => Answer(await members.RemoveAsync(user, id, person, cancellation));

    private static Results<NoContent, ProblemHttpResult> Answer(string? refusal) => refusal is null ? TypedResults.NoContent()
        : ApiProblem.Of(StatusCodes.Status409Conflict, ApiCodes.BadMember, ProjectsWords.MemberNotChanged, Sentences.Said.Of(refusal));

    private static string Word(Enum value) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName($"{value}");
}
