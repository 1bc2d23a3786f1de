using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Export;

public static class ExportEndpoints
{
    private const string Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static void AddExport(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ExportOptions>().BindConfiguration(ExportOptions.Section)
            .Validate(o => o.Kept > TimeSpan.Zero, "Exports:Kept is a time, as 7.00:00:00").ValidateOnStart();
        builder.Services.AddSingleton<ScratchFiles>();
        builder.Services.AddSingleton<ExportFiles>();
        builder.Services.AddSingleton<Backup>();
    }

    public static void MapExport(this IEndpointRouteBuilder app)
    {
        var project = app.MapProjectApi(ProjectPolicies.Lead).WithTags("Exports");
        project.MapGet("/export.xlsx", WorkbookAsync);
        project.MapGet("/export.jsonl", LinesAsync);
        app.MapApi().WithTags("Exports").MapGet("/backup", BackupAsync).RequireAuthorization(p => p.RequireRole(GlobalRoles.Admin));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> WorkbookAsync(int id, ClaimsPrincipal user,
        IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ScratchFiles scratch, TimeProvider time, CancellationToken cancel)
    {
        await using var snapshot = await ExportSnapshot.OpenAsync(contexts, id, cancel);
        if (snapshot is null) return ApiProblem.NotFound(ApiWords.ProjectNotHere);
        var report = scratch.Create();
        try
        {
            var figures = await ReportFigures.ReadAsync(snapshot, time, cancel);
            using var small = ReportWorkbook.Write(snapshot, figures, await snapshot.SpokenAsync(cancel),
                await snapshot.ChecksAsync(cancel), await snapshot.TrackAsync(cancel), await snapshot.AgreementAsync(cancel),
                await snapshot.ReviewsAsync(cancel));
            ForecastChart.Add(small, figures.Estimates.Count);
            await LabelSheets.WriteAsync(small, report, snapshot, cancel);
            await AuditAsync(writes, id, user, "export.xlsx", snapshot.LabelCount, time, cancel);
        }
        catch
        {
            await report.DisposeAsync();
            throw;
        }
        report.Position = 0;
        return TypedResults.File(report, Excel, $"{snapshot.FileName}.xlsx");
    }

    private static Task<Results<FileStreamHttpResult, ProblemHttpResult>> LinesAsync(int id, ClaimsPrincipal user,
        IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ScratchFiles scratch, TimeProvider time, CancellationToken cancel) =>
        FileAsync(id, user, ".jsonl", "application/jsonl", FineTuningLines.WriteAsync, contexts, writes, scratch, time, cancel);

    /// <summary>A project in one file.</summary>
    /// <param name="ending">Of its name, and what the audit calls it.</param>
    internal static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> FileAsync(int id, ClaimsPrincipal user, string ending,
        string media, Func<ExportSnapshot, Stream, CancellationToken, Task> write, IDbContextFactory<AppDbContext> contexts,
        WriteQueue writes, ScratchFiles scratch, TimeProvider time, CancellationToken cancel)
    {
        await using var snapshot = await ExportSnapshot.OpenAsync(contexts, id, cancel);
        if (snapshot is null) return ApiProblem.NotFound(ApiWords.ProjectNotHere);
        var lines = scratch.Create();
        try
        {
            // into a file first: a slow reader would hold the snapshot open and keep the database's log from being folded in
            await write(snapshot, lines, cancel);
            await AuditAsync(writes, id, user, $"export{ending}", snapshot.LabelCount, time, cancel);
        }
        catch
        {
            await lines.DisposeAsync();
            throw;
        }
        lines.Position = 0;
        return TypedResults.File(lines, media, $"{snapshot.FileName}{ending}");
    }

    private static async Task<FileStreamHttpResult> BackupAsync(ClaimsPrincipal user, Backup backup, WriteQueue writes,
        ScratchFiles scratch, TimeProvider time, CancellationToken cancel)
    {
        var archive = scratch.Create();
        try
        {
            await backup.WriteAsync(archive, cancel);
            await AuditAsync(writes, null, user, "backup", (int)(archive.Length >> 10), time, cancel);
        }
        catch
        {
            await archive.DisposeAsync();
            throw;
        }
        archive.Position = 0;
        return TypedResults.File(archive, "application/zip", $"dataefficiency-{time.GetUtcNow():yyyy-MM-dd-HHmm}.zip");
    }

    // a large file takes minutes to write: whose right has ended meanwhile does not get it
    private static Task AuditAsync(WriteQueue writes, int? id, ClaimsPrincipal user, string what, int size, TimeProvider time,
        CancellationToken cancel) => writes.WriteAsync(id is { } project ? Right.Lead(user.PersonId(), project)
            : Right.Admin(user.PersonId()), (db, token) => ExportRecord.AddAsync(db, id, user.PersonId()!, what, size,
                time.GetUtcNow().ToUnixTimeMilliseconds(), token), cancel);
}
