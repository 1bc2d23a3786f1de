using System.Collections.Concurrent;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Agreement;

/// <summary>The agreement of every project, made once for each label version that somebody asks for, and kept.</summary>
public sealed class AgreementBook(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <summary>Pages that follow every answer see figures of that age: all rows are read for new ones.</summary>
    public static readonly TimeSpan LiveAge = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, Page> _pages = new();

    /// <returns>Null where the project is gone.</returns>
    public Task<ProjectAgreement?> OfAsync(int projectId, CancellationToken cancellation) =>
        OfAsync(projectId, TimeSpan.Zero, cancellation);

    /// <param name="age">One that is not older will do, whatever was answered since.</param>
    public async Task<ProjectAgreement?> OfAsync(int projectId, TimeSpan age, CancellationToken cancellation)
    {
        var page = _pages.GetOrAdd(projectId, _ => new Page());
        await page.Reading.WaitAsync(cancellation);
        try
        {
            var now = clock.GetUtcNow();
            if (page.Agreement is not null && now - page.At < age) return page.Agreement;
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            await using var snapshot = await ReadSnapshot.BeginAsync(db, cancellation);
            if (await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null, cancellation)
                is not { } project) return null;
            // a label that was renamed counts as its own version of the answer set
            if (page.Agreement?.Version != project.LabelVersion || page.Schema != project.SchemaVersion)
                (page.Agreement, page.Schema) = (await Task.Run(() => AgreementReader.ReadAsync(db, project, cancellation), cancellation),
                    project.SchemaVersion);
            page.At = now;
            return page.Agreement;
        }
        finally
        {
            page.Reading.Release();
        }
    }

    private sealed class Page
    {
        public SemaphoreSlim Reading { get; } = new(1);
        public ProjectAgreement? Agreement { get; set; }
        public int Schema { get; set; }
        public DateTimeOffset At { get; set; }
    }
}
