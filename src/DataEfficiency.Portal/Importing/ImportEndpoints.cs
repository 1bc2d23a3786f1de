using System.Security.Claims;
using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>Uploads, imports and their errors over HTTP: files never travel over the circuit.</summary>
public static class ImportEndpoints
{
    public sealed record ImportRequest(Guid Upload, ColumnMapping Mapping);

    public sealed record ImportStarted(int Import);

    public sealed record ImportProgress(int Id, string FileName, WorkState State, long Bytes, long BytesRead, int Rows, int Added, int Bad,
        int Duplicates, string? Error, IReadOnlyDictionary<string, object?>? Arguments);

    public sealed record Uploaded(Guid Upload, string FileName, long Bytes, SourceFormat Format, IReadOnlyList<string> Columns,
        IReadOnlyList<SourceRow> Rows, ColumnMapping Proposed, IReadOnlyList<string> Sheets, IReadOnlyList<string> Paths,
        IReadOnlyList<JsonRows> Places, IReadOnlyList<string> Notes, HeaderReadings? Readings);

    public static void MapImporting(this IEndpointRouteBuilder app)
    {
        var limit = new RequestSizeLimitAttribute(ImportLimits.UploadBytes + 1);
        // a new project's file comes before the project: whoever may create one may upload
        app.MapApi().WithTags("Imports").MapPost("/uploads", UploadAsync).WithMetadata(limit).Produces<Uploaded>()
            .RequireAuthorization(p => p.RequireRole(GlobalRoles.Admin, GlobalRoles.Lead));
        var project = app.MapProjectApi(ProjectPolicies.Lead).WithTags("Imports");
        project.MapPost("/uploads", UploadAsync).WithMetadata(limit).Produces<Uploaded>();
        project.MapPost("/imports", StartAsync).Accepts<ImportRequest>("application/json")
            .Produces<ImportStarted>(StatusCodes.Status202Accepted);
        project.MapGet("/imports/{import:int}", ShowAsync).Produces<ImportProgress>();
        project.MapPost("/imports/{import:int}/cancel", CancelAsync);
        project.MapGet("/imports/{import:int}/errors.csv", ErrorsAsync);
    }

    /// <summary>The body is the file itself; <paramref name="fileName"/> is shown to people only.</summary>
    private static async Task<Results<JsonHttpResult<Uploaded>,
        ProblemHttpResult>> UploadAsync(HttpRequest request, UploadStore uploads, string? fileName, CancellationToken cancel)
    {
        try
        {
            var upload = await uploads.SaveAsync(request.Body, fileName ?? "upload",
                request.HttpContext.User.FindFirstValue(ClaimTypes.NameIdentifier)!, cancel);
            try
            {
                var preview = await Task.Run(() => ImportPreview.Of(() => uploads.Open(upload.Id), upload.FileName), cancel);
                return TypedResults.Json(new Uploaded(upload.Id, upload.FileName, upload.Bytes, preview.Format, preview.Columns,
                    preview.Rows, preview.Proposed, preview.Sheets, preview.Paths, preview.Places, preview.Notes,
                    preview.Readings), OneName.Web);
            }
            catch
            {
                uploads.Delete(upload.Id);
                throw;
            }
        }
        catch (ImportException e)
        {
            return ApiProblem.BadRequest(ApiCodes.BadFile, e.Said);
        }
    }

    private static async Task<Results<JsonHttpResult<ImportStarted>, ProblemHttpResult>> StartAsync(int id, HttpRequest request,
        [FromHeader(Name = IdempotencyKeys.Header)] string? key, ImportService imports, IdempotencyKeys keys, CancellationToken cancel)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<ImportRequest>(request.Body, OneName.Web, cancel);
            if (body is not { Mapping.Format: not null, Mapping.Text: not null })
                throw new ImportException(ImportingWords.SendUploadAndMapping);
            var by = request.HttpContext.User.FindFirstValue(ClaimTypes.NameIdentifier)!;
            var (started, refusal) = await keys.OnceAsync<ImportStarted>(id, by, key, new { route = "imports", body },
                async () => (new(await imports.StartAsync(id, body.Upload, body.Mapping, by, cancel)), null), cancel);
            return started is null ? refusal! : TypedResults.Json(started, OneName.Web, statusCode: StatusCodes.Status202Accepted);
        }
        catch (JsonException e)
        {
            return ApiProblem.BadRequest(ApiCodes.BadJson, ImportingWords.NotValidJson(e.Message));
        }
        catch (ImportException e)
        {
            return ApiProblem.BadRequest(ApiCodes.BadImport, e.Said);
        }
    }

    private static async Task<Results<JsonHttpResult<ImportProgress>, ProblemHttpResult>> ShowAsync(int id, int import,
        ImportService imports, CancellationToken cancel) =>
        await imports.FindAsync(id, import, cancel) is { } found
            ? TypedResults.Json(new ImportProgress(found.Id, found.FileName, found.State, found.Bytes, found.BytesRead, found.Rows,
                found.Added, found.Bad, found.Duplicates, found.Error is null ? null : StoredSaid.Words(found.Error),
                StoredSaid.ArgumentsOf(found.Error)), OneName.Web)
            : ApiProblem.NotFound(ImportingWords.ImportIsNotHere);

    private static async Task<Results<NoContent, ProblemHttpResult>> CancelAsync(int id, int import, ClaimsPrincipal user,
        ImportService imports, CancellationToken cancel)
    {
        if (await imports.FindAsync(id, import, cancel) is null) return ApiProblem.NotFound(ImportingWords.ImportIsNotHere);
        await imports.CancelAsync(id, import, user.PersonId()!, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ErrorsAsync(int id, int import, ImportService imports,
        IDbContextFactory<AppDbContext> contexts, CancellationToken cancel)
    {
        if (await imports.FindAsync(id, import, cancel) is null) return ApiProblem.NotFound(ImportingWords.ImportIsNotHere);
        return TypedResults.Stream(async output =>
        {
            await using var db = await contexts.CreateDbContextAsync(cancel);
            await IssueCsv.WriteAsync(db, import, output, cancel);
        }, "text/csv; charset=utf-8", $"import-{import}-errors.csv");
    }
}
