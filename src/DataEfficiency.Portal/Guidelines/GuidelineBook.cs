using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Guidelines;

/// <summary>A guideline as one person has to read it.</summary>
/// <param name="Version">0: there was never one.</param>
/// <param name="Seen">The version that the person opened last; 0: none.</param>
/// <param name="IsNews">It changed since, or came after the person had begun.</param>
/// <param name="Before">The text of <paramref name="Seen"/>, where it is news.</param>
public sealed record ReadGuideline(int Version, string Text, int Seen, bool IsNews, string Before);

/// <param name="Text">Markdown.</param>
public sealed record GuidelineRow(int Version, string By, long At, string Text);

/// <summary>A project's guideline and its versions, and who has opened which.</summary>
public sealed class GuidelineBook(IDbContextFactory<AppDbContext> contexts, WriteQueue writes)
{
    public const int Page = 20;

    /// <summary>Null where the project is gone.</summary>
    public async Task<ReadGuideline?> ReadAsync(int projectId, string userId, CancellationToken cancellation = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Projects.Where(p => p.Id == projectId && p.DeletedAt == null).Select(p => new
            {
                p.GuidelineVersion, p.Guideline,
                Member = db.Memberships.FirstOrDefault(m => m.ProjectId == p.Id && m.UserId == userId),
            }).AsNoTracking().SingleOrDefaultAsync(cancellation) is not { } row) return null;
        var seen = row.Member?.GuidelineSeen ?? row.GuidelineVersion;
        // to whoever has just come all of it is new, and it is open
        var isNews = seen < row.GuidelineVersion && (seen > 0 || row.Member!.Sequence > 0);
        return new(row.GuidelineVersion, row.Guideline, seen, isNews, isNews ? await TextAsync(db, projectId, seen, cancellation) : "");
    }

    /// <summary>The person has opened this version.</summary>
    public Task SeeAsync(int projectId, string userId, int version, CancellationToken cancellation = default) =>
        writes.WriteAsync((db, c) => db.Memberships
            .Where(m => m.ProjectId == projectId && m.UserId == userId && m.GuidelineSeen < version
                && db.Projects.Any(p => p.Id == projectId && p.GuidelineVersion >= version))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.GuidelineSeen, version), c), cancellation);

    /// <summary>Newest first.</summary>
    /// <param name="before">Versions below this one; null: the newest.</param>
    public async Task<IReadOnlyList<GuidelineRow>> VersionsAsync(int projectId, int? before, CancellationToken cancellation = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Guidelines.AsNoTracking().Where(g => g.ProjectId == projectId && (before == null || g.Version < before))
            .OrderByDescending(g => g.Version).Take(Page).ToListAsync(cancellation);
        string[] people = [.. rows.Select(r => r.CreatedBy).Distinct()];
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        return [.. rows.Select(r => new GuidelineRow(r.Version, names.GetValueOrDefault(r.CreatedBy, EstimatingWords.RemovedPerson),
            r.CreatedAt, r.Text))];
    }

    private static async Task<string> TextAsync(AppDbContext db, int projectId, int version, CancellationToken cancellation) =>
        await db.Guidelines.Where(g => g.ProjectId == projectId && g.Version == version).Select(g => g.Text)
            .SingleOrDefaultAsync(cancellation) ?? "";
}
