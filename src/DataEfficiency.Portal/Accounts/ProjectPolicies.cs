using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Authorization;
using RouteData = Microsoft.AspNetCore.Components.RouteData;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// Policies for everything under a project: pages (<c>@attribute [Authorize(Policy = ProjectPolicies.Lead)]</c>, route parameter
/// <c>Id</c>) and API routes (<c>{id:int}</c>). Who is not in the project gets 404, who lacks the role 403.
/// </summary>
public static class ProjectPolicies
{
    /// <summary>Who labels: annotators, reviewers, leads.</summary>
    public const string Annotator = "project-annotator";
    public const string Lead = "project-lead";
    /// <summary>Who decides what an item's answer is in the end: reviewers, leads.</summary>
    public const string Reviewer = "project-reviewer";
    /// <summary>Who reads the project's figures: viewers, leads.</summary>
    public const string Reader = "project-reader";
    /// <summary>Pages of leads outside a project (people, models): admins, global leads, leads of any project.</summary>
    public const string AnyLead = "any-lead";
}

internal sealed record AnyLeadRequirement : IAuthorizationRequirement;

internal sealed class AnyLeadHandler(ProjectAccess access) : AuthorizationHandler<AnyLeadRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, AnyLeadRequirement requirement)
    {
        if (await access.LeadsAnythingAsync(context.User)) context.Succeed(requirement);
    }
}

internal sealed record ProjectRequirement(Func<ProjectRole, bool> Allows) : IAuthorizationRequirement;

internal sealed class ProjectRequirementHandler(ProjectAccess access) : AuthorizationHandler<ProjectRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, ProjectRequirement requirement)
    {
        var role = ProjectId(context.Resource) is { } id ? await access.RoleAsync(context.User, id) : null;
        if (role is not { } known) context.Fail(new UnknownProject(this));
        else if (requirement.Allows(known)) context.Succeed(requirement);
    }

    // the endpoint's resource is the request; a navigation inside a circuit carries the router's data
    private static int? ProjectId(object? resource)
    {
        var value = resource switch
        {
            HttpContext http => http.Request.RouteValues.GetValueOrDefault("id"),
            RouteData route => route.RouteValues.FirstOrDefault(v => v.Key.Equals("id", StringComparison.OrdinalIgnoreCase)).Value,
            _ => null,
        };
        return int.TryParse(value?.ToString(), out var id) ? id : null;
    }
}

/// <summary>The project is not there for this user: answered as 404, so that its existence is not told.</summary>
internal sealed class UnknownProject(IAuthorizationHandler handler) : AuthorizationFailureReason(handler, "No such project.");
