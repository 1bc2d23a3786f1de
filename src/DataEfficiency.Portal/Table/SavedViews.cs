using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Table;

/// <param name="Own">Saved by who asks; else by another lead, who shares it.</param>
/// <param name="By">Who saved it.</param>
public sealed record ViewLine(int Id, string Name, string Query, bool Shared, bool Own, string By);

/// <summary>Filters under names: a person's own, and those that leads share with each other.</summary>
public sealed class SavedViews(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, TimeProvider clock)
{
    public const int LongestName = 60, MostViews = 100;

    /// <returns>By name, own ones first.</returns>
    public async Task<IReadOnlyList<ViewLine>> ListAsync(int projectId, string userId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var views = await db.SavedViews.AsNoTracking().Where(v => v.ProjectId == projectId && (v.UserId == userId || v.Shared))
            .ToListAsync(cancellation);
        var people = views.Select(v => v.UserId).Distinct().ToList();
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        return [.. views.OrderBy(v => v.UserId != userId).ThenBy(v => v.Name, StringComparer.CurrentCultureIgnoreCase)
            .Select(v => new ViewLine(v.Id, v.Name, v.Query, v.Shared, v.UserId == userId, names.GetValueOrDefault(v.UserId, "")))];
    }

    /// <summary>The person's view of this name: a new one, or in the place of what had the name.</summary>
    public async Task<(int Id, BulkRefusal? Refusal)> SaveAsync(int projectId, string userId, string name, string query, bool shared,
        CancellationToken cancellation)
    {
        name = name.Trim();
        if (name.Length is 0 or > LongestName) return (0, new(ApiCodes.BadRequest, TableWords.ViewName(LongestName)));
        var (filter, problem) = Read(query);
        if (problem is not null) return (0, new(ApiCodes.BadRequest, problem));
        return await writes.WriteAsync<(int, BulkRefusal?)>(Right.Lead(userId, projectId), async (db, token) =>
        {
            var own = db.SavedViews.Where(v => v.ProjectId == projectId && v.UserId == userId);
            var view = await own.SingleOrDefaultAsync(v => v.Name == name, token);
            if (view is null && await own.CountAsync(token) >= MostViews)
                return (0, new(ApiCodes.TooMany, TableWords.TooManyViews(MostViews)));
            if (view is null) db.SavedViews.Add(view = new SavedView { ProjectId = projectId, UserId = userId, Name = name });
            (view.Query, view.Shared, view.CreatedAt) = (ItemQuery.Write(filter), shared, clock.GetUtcNow().ToUnixTimeMilliseconds());
            await db.SaveChangesAsync(token);
            return (view.Id, null);
        }, cancellation, () => (0, new(ApiCodes.Role, TableWords.NotALead)));
    }

    /// <summary>One's own only.</summary>
    /// <returns>False: there is none.</returns>
    public async Task<bool> RemoveAsync(int projectId, string userId, int id, CancellationToken cancellation) => await writes.WriteAsync(
        Right.Lead(userId, projectId), (db, token) => db.SavedViews
            .Where(v => v.Id == id && v.ProjectId == projectId && v.UserId == userId).ExecuteDeleteAsync(token), cancellation) > 0;

    /// <summary>A filter as an address has it.</summary>
    public static (ItemFilter Filter, Said? Problem) Read(string query) =>
        ItemQuery.Read(QueryHelpers.ParseQuery(query).Select(q => KeyValuePair.Create(q.Key, $"{q.Value}")));
}
