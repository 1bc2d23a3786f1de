using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Checks;

/// <summary>Checks for programs, and their models as files.</summary>
public static class CheckEndpoints
{
    /// <param name="State">offered, queued, running, done, failed, cancelled or skipped.</param>
    /// <param name="Examples">Labels that it trained on.</param>
    /// <param name="F1">Mean F1 of labels or marked words; null for kinds whose answers have no parts.</param>
    /// <param name="Share">Of the way from the untrained score to the ceiling, with its standard error.</param>
    /// <param name="Failure">A word for programs; <paramref name="Reason"/> says it to people.</param>
    public sealed record CheckReply(int Id, string State, string Kind, int? Examples, double? Score, double? ZeroShot, double? Ceiling,
        double? F1, double? ZeroShotF1, double? Share, double? StandardError, int? Tested, double? LabelRanking, double? Rate,
        int? Steps, double? Seconds, double? ExpectedSeconds, int LabelsSpent, long LabelVersion, string Model, string ModelSha256,
        int Recipe, bool HasModel, string? Failure, string? Reason);

    public static void MapChecks(this IEndpointRouteBuilder app)
    {
        app.MapProjectApi(ProjectPolicies.Reader).WithTags("Checks").MapGet("/checks", ListAsync);
        app.MapProjectApi(ProjectPolicies.Lead).WithTags("Checks").MapGet("/checks/{check:int}/model.zip", ModelAsync);
    }

    private static async Task<Ok<CheckReply[]>> ListAsync(int id, IDbContextFactory<AppDbContext> contexts, CheckFolders folders,
        CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Checks.AsNoTracking().Include(c => c.Job).Where(c => c.ProjectId == id).OrderBy(c => c.Id)
            .ToListAsync(cancellation);
        return TypedResults.Ok(rows.Select(c => new CheckReply(c.Id, State(c), c.Kind.ToString(), c.Examples, c.Score, c.ZeroShot,
            c.Ceiling, c.F1, c.ZeroShotF1, c.Share, c.StandardError, c.Tested, c.LabelRanking, c.Rate, c.Steps, c.Seconds,
            c.ExpectedSeconds, c.LabelsSpent, c.LabelVersion, c.Model, c.ModelSha256,
            c.Recipe, folders.Kept(c) is not null, c.FailureCode, CheckText.Trouble(c))).ToArray());
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ModelAsync(int id, int check, HttpContext context,
        IDbContextFactory<AppDbContext> contexts, CheckFolders folders, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.Checks.AsNoTracking().SingleOrDefaultAsync(c => c.Id == check && c.ProjectId == id, cancellation);
        if (row is null || folders.Kept(row) is not { } folder) return ApiProblem.NotFound(ChecksWords.NoSuchModel);
        // the archive's own ends are written at once, whatever the stream says
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control) control.AllowSynchronousIO = true;
        return TypedResults.Stream(output => CheckFolders.WriteZipAsync(folder, output, cancellation), "application/zip",
            $"check-{row.Id}-{row.Examples}-labels.zip");
    }

    internal static string State(Check check) => check.Job is { State: var state }
        ? System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(state.ToString())
        : check.SkippedAt is not null ? "skipped" : check.Failure is not null ? "failed" : "offered";
}
