using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Stopping;

/// <param name="By">A name; null: the portal by itself.</param>
public sealed record DecisionRow(long Id, long At, string? By, DecisionKind Kind, StopPoint? Point, string? Reason, double? Value,
    StopNumbers Numbers);

/// <summary>Reads a project's decisions, newest first.</summary>
public sealed class DecisionBook(IDbContextFactory<AppDbContext> contexts)
{
    public const int Page = 50;

    /// <param name="before">Ids below this one; null: the newest.</param>
    public async Task<IReadOnlyList<DecisionRow>> ReadAsync(int projectId, long? before, CancellationToken cancellation = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Decisions.AsNoTracking().Where(d => d.ProjectId == projectId && (before == null || d.Id < before))
            .OrderByDescending(d => d.Id).Take(Page).ToListAsync(cancellation);
        string[] people = [.. rows.Select(r => r.UserId).OfType<string>().Distinct()];
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        return [.. rows.Select(r => new DecisionRow(r.Id, r.CreatedAt,
            r.UserId is { } id ? names.GetValueOrDefault(id, EstimatingWords.RemovedPerson) : null, r.Kind, r.Point, r.Reason, r.Value,
            JsonSerializer.Deserialize<StopNumbers>(r.Numbers, StopService.Json)!))];
    }
}
