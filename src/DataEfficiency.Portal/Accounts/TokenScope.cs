using System.Globalization;
using System.Security.Claims;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Accounts;

/// <summary>What a token leaves of its person's rights. One of a single project has no role in the installation.</summary>
internal static class TokenScope
{
    private const string ReadOnly = "token_reads", Project = "token_project";

    public static IEnumerable<Claim> ClaimsOf(AccessToken token)
    {
        if (token.ReadOnly) yield return new(ReadOnly, "1");
        if (token.ProjectId is { } id) yield return new(Project, id.ToString(CultureInfo.InvariantCulture));
    }

    public static bool OnlyReads(ClaimsPrincipal user) => user.HasClaim(c => c.Type == ReadOnly);

    /// <summary>The one project that it opens; null: all.</summary>
    public static int? ProjectOf(ClaimsPrincipal user) =>
        user.FindFirst(Project) is { } only ? int.Parse(only.Value, CultureInfo.InvariantCulture) : null;

    public static bool Opens(ClaimsPrincipal user, int projectId) => ProjectOf(user) is not { } only || only == projectId;
}
