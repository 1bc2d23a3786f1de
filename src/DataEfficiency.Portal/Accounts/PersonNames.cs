using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Accounts;

/// <summary>How people are called in front of others.</summary>
internal static class PersonNames
{
    /// <summary>A name as it may stand in lists and sentences: without what breaks lines, drives terminals or turns what is written
    /// around it.</summary>
    public static string Plain(string? name) => new string([.. (name ?? "").ReplaceLineEndings(" ").Where(c => !char.IsControl(c)
        && c is not (>= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\uFEFF'))]).Trim();

    /// <summary>User id to the name shown: the one that they chose, else what they sign in with.</summary>
    public static Task<Dictionary<string, string>> ToNamesAsync(this IQueryable<AppUser> people, CancellationToken cancellation) =>
        people.AsNoTracking().Select(u => new { u.Id, Name = u.DisplayName.Length > 0 ? u.DisplayName : u.UserName ?? u.Id })
            .ToDictionaryAsync(u => u.Id, u => u.Name, cancellation);
}
