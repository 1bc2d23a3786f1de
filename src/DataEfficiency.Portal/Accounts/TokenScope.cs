using System.Globalization;
using System.Security.Claims;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What a token leaves of its person's rights. One of a single project has no role in the installation.</summary>
internal static class TokenScope
{
    private const string ReadOnly = "token_reads", Project = "token_project", Id = "token_id";

    public static IEnumerable<Claim> ClaimsOf(AccessToken token)
    {
        yield return new(Id, token.Id.ToString(CultureInfo.InvariantCulture));
        if (token.ReadOnly) yield return new(ReadOnly, "1");
        if (token.ProjectId is { } id) yield return new(Project, id.ToString(CultureInfo.InvariantCulture));
    }

    public static bool OnlyReads(ClaimsPrincipal user) => user.HasClaim(c => c.Type == ReadOnly);

    /// <summary>The one project that it opens; null: all.</summary>
    public static int? ProjectOf(ClaimsPrincipal user) => Number(user, Project);

    /// <summary>The token's own; null: a browser came by its cookie.</summary>
    public static int? IdOf(ClaimsPrincipal user) => Number(user, Id);

    private static int? Number(ClaimsPrincipal user, string claim) =>
        user.FindFirst(claim) is { } found ? int.Parse(found.Value, CultureInfo.InvariantCulture) : null;

    public static bool Opens(ClaimsPrincipal user, int projectId) => ProjectOf(user) is not { } only || only == projectId;
}
