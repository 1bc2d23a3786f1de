using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DataEfficiency.Portal.Formats;

/// <param name="By">Name of who asked.</param>
public sealed record ExportLine(Job Job, ExportAsk Ask, string By)
{
    public bool IsOpen => Job.State.IsOpen();
}

/// <param name="Status">Of HTTP.</param>
/// <param name="Code">One of <see cref="ApiCodes"/>.</param>
public sealed record ExportRefusal(int Status, string Code, Said What, Said? Why = null);

/// <summary>Starts, cancels and lists exports. Who may look is checked by the caller.</summary>
public sealed class ExportJobs(IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ExportFiles files, JobBell bell,
    IOptions<ExportOptions> options, TimeProvider clock)
{
    /// <summary>Of a project: those under way, and all whose files are kept.</summary>
    internal const int MostOpen = 5, MostKept = 20;

    /// <param name="format">One of <see cref="FormatKinds"/>.</param>
    /// <param name="what">Null: what the format says where nobody chooses.</param>
    /// <param name="filter">As the items table has it in its address.</param>
    public async Task<(int Job, ExportRefusal? Refusal)> StartAsync(int projectId, string format, ExportWhat? what, string filter,
        bool pseudonyms, string userId, CancellationToken cancellation = default)
    {
        if (FormatKinds.Find(format) is not { } chosen)
            return (0, new(StatusCodes.Status400BadRequest, ApiCodes.BadFormat, FormatsWords.NoSuchFormat,
                FormatsWords.FormatsAre(format: format, formats: FormatKinds.Names(FormatKinds.All))));
        var (read, problem) = SavedViews.Read(filter);
        if (problem is not null) return (0, new(StatusCodes.Status400BadRequest, ApiCodes.BadFilter, problem));
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            if (Refusal(chosen, await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, cancellation), what) is { } refusal)
                return (0, refusal);
        var (id, why) = await writes.WriteAsync<(int, ExportRefusal?)>(Right.Lead(userId, projectId), async (db, token) =>
        {
            var exports = await Of(db, projectId).OrderByDescending(j => j.Id).ToListAsync(token);
            if (exports.Count(j => j.State.IsOpen()) >= MostOpen)
                return (0, new(StatusCodes.Status409Conflict, ApiCodes.TooMany, FormatsWords.TooManyExports(MostOpen)));
            db.Jobs.RemoveRange(exports.Skip(MostKept - 1).Where(j => j.FinishedAt is not null));
            var job = new Job
            {
                Kind = JobKind.Export, ProjectId = projectId, State = WorkState.Queued, CreatedAt = Now,
                Payload = new ExportAsk(format, what ?? chosen.Says[0], ItemQuery.Write(read), pseudonyms, userId, Guid.NewGuid()).ToJson(),
            };
            db.Jobs.Add(job);
            await db.SaveChangesAsync(token);
            return (job.Id, null);
        }, cancellation, () => (0, new(StatusCodes.Status403Forbidden, ApiCodes.Role, TableWords.NotALead)));
        bell.Ring();
        return (id, why);
    }

    /// <summary>Why the format cannot say that of such a project.</summary>
    internal static ExportRefusal? Refusal(IAnswerFormat format, Project project, ExportWhat? what = null)
    {
        if (!format.Holds(project))
            return new(StatusCodes.Status409Conflict, ApiCodes.BadFormat, FormatsWords.FormatCannotHold(format.Title),
                FormatsWords.FormatHasNoSuchAnswers(format: format.Title,
                    others: FormatKinds.Names(FormatKinds.All.Where(f => f.Holds(project)))));
        return what is not { } asked || format.Says.Contains(asked) ? null
            : new(StatusCodes.Status409Conflict, ApiCodes.BadFormat,
                FormatsWords.FormatCannotSay(format: format.Title, what: $"{asked}"),
                FormatsWords.FormatSays(format: format.Title, choices: string.Join(", ", format.Says.Select(ItemQuery.NameOf))));
    }

    /// <summary>Asks one that waits or runs to stop; nothing of it is kept.</summary>
    /// <returns>False: there is no such export.</returns>
    public async Task<bool> CancelAsync(int projectId, int job, string userId, CancellationToken cancellation = default)
    {
        var found = await writes.WriteAsync(Right.Lead(userId, projectId), async (db, token) =>
        {
            await Of(db, projectId).Open().Where(j => j.Id == job)
                .ExecuteUpdateAsync(j => j.SetProperty(x => x.CancelRequested, true), token);
            return await Of(db, projectId).AnyAsync(j => j.Id == job, token);
        }, cancellation);
        bell.Ring();
        return found;
    }

    /// <summary>The project's exports, newest first.</summary>
    /// <param name="job">Only this one.</param>
    public async Task<IReadOnlyList<ExportLine>> ListAsync(int projectId, CancellationToken cancellation, int? job = null)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var jobs = await Of(db, projectId).AsNoTracking().Where(j => job == null || j.Id == job).OrderByDescending(j => j.Id)
            .ToListAsync(cancellation);
        var asked = jobs.ConvertAll(j => ExportAsk.FromJson(j.Payload));
        var people = asked.Select(a => a.By).Distinct().ToList();
        var names = await db.Users.Where(u => people.Contains(u.Id)).ToNamesAsync(cancellation);
        return [.. jobs.Zip(asked, (j, a) => new ExportLine(j, a, names.GetValueOrDefault(a.By, ExportWords.RemovedPerson)))];
    }

    /// <summary>Old exports go, and files that are nobody's.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var before = Now - (long)options.Value.Kept.TotalMilliseconds;
        await writes.WriteAsync((db, token) => db.Jobs.Where(j => j.Kind == JobKind.Export && j.FinishedAt < before)
            .ExecuteDeleteAsync(token), cancellation);
        // a file is begun after its row: one that is here now and has none is left over
        var stored = files.All();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var known = (await db.Jobs.Where(j => j.Kind == JobKind.Export).Select(j => j.Payload).ToListAsync(cancellation))
            .Select(p => ExportAsk.FromJson(p).File).ToHashSet();
        foreach (var file in stored.Where(f => !known.Contains(f))) files.Remove(file);
    }

    private static IQueryable<Job> Of(AppDbContext db, int projectId) =>
        db.Jobs.Where(j => j.ProjectId == projectId && j.Kind == JobKind.Export);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
