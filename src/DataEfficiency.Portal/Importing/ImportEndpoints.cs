using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Importing;

/// <summary>Uploads, imports and their errors over HTTP: files never travel over the circuit.</summary>
public static class ImportEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public sealed record ImportRequest(Guid Upload, ColumnMapping Mapping);

    public static void MapImporting(this IEndpointRouteBuilder app)
    {
        var limit = new RequestSizeLimitAttribute(ImportLimits.UploadBytes + 1);
        // a new project's file comes before the project: whoever may create one may upload
        app.MapApi().MapPost("/uploads", UploadAsync).WithMetadata(limit)
            .RequireAuthorization(p => p.RequireRole(GlobalRoles.Admin, GlobalRoles.Lead));
        var project = app.MapProjectApi(ProjectPolicies.Lead);
        project.MapPost("/uploads", UploadAsync).WithMetadata(limit);
        project.MapPost("/imports", StartAsync);
        project.MapGet("/imports/{import:int}", ShowAsync);
        project.MapPost("/imports/{import:int}/cancel", CancelAsync);
        project.MapGet("/imports/{import:int}/errors.csv", ErrorsAsync);
    }

    /// <summary>The body is the file itself; <paramref name="fileName"/> is shown to people only.</summary>
    private static async Task<IResult> UploadAsync(HttpRequest request, UploadStore uploads, string? fileName, CancellationToken cancel)
    {
        try
        {
            var upload = await uploads.SaveAsync(request.Body, fileName ?? "upload",
                request.HttpContext.User.FindFirstValue(ClaimTypes.NameIdentifier)!, cancel);
            try
            {
                var preview = await Task.Run(() => ImportPreview.Of(() => uploads.Open(upload.Id), upload.FileName), cancel);
                return Results.Json(new
                {
                    upload = upload.Id, upload.FileName, upload.Bytes, preview.Format, preview.Columns, preview.Rows, preview.Proposed,
                    preview.Sheets,
                    preview.Paths, preview.Places, preview.Notes, preview.Readings,
                }, Json);
            }
            catch
            {
                uploads.Delete(upload.Id);
                throw;
            }
        }
        catch (ImportException e)
        {
            return Results.Problem(title: e.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static async Task<IResult> StartAsync(int id, HttpRequest request, ImportService imports, CancellationToken cancel)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<ImportRequest>(request.Body, Json, cancel);
            if (body is not { Mapping.Format: not null, Mapping.Text: not null })
                throw new ImportException("Send {\"upload\": id, \"mapping\": {\"format\": .., \"text\": column}} as the upload's " +
                    "answer proposed it.");
            var import = await imports.StartAsync(id, body.Upload, body.Mapping,
                request.HttpContext.User.FindFirstValue(ClaimTypes.NameIdentifier)!, cancel);
            return Results.Json(new { import }, Json, statusCode: StatusCodes.Status202Accepted);
        }
        catch (JsonException e)
        {
            return Results.Problem(title: $"The request is not valid JSON: {e.Message}", statusCode: StatusCodes.Status400BadRequest);
        }
        catch (ImportException e)
        {
            return Results.Problem(title: e.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static async Task<IResult> ShowAsync(int id, int import, ImportService imports, CancellationToken cancel) =>
        await imports.FindAsync(id, import, cancel) is { } found
            ? Results.Json(new { found.Id, found.FileName, found.State, found.Bytes, found.BytesRead, found.Rows, found.Added, found.Bad,
                found.Duplicates, found.Error }, Json)
            : Results.NotFound();

    private static async Task<IResult> CancelAsync(int id, int import, ImportService imports, CancellationToken cancel)
    {
        await imports.CancelAsync(id, import, cancel);
        return Results.NoContent();
    }

    private static async Task<IResult> ErrorsAsync(int id, int import, ImportService imports, IDbContextFactory<AppDbContext> contexts,
        CancellationToken cancel)
    {
        if (await imports.FindAsync(id, import, cancel) is null) return Results.NotFound();
        return Results.Stream(async output =>
        {
            await using var db = await contexts.CreateDbContextAsync(cancel);
            await IssueCsv.WriteAsync(db, import, output, cancel);
        }, "text/csv; charset=utf-8", $"import-{import}-errors.csv");
    }
}
