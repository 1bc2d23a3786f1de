using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Jobs;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Formats;

/// <summary>A small project in one file, while its reader waits for it.</summary>
public static class FormatEndpoints
{
    public static void AddFormats(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ExportJobs>();
        builder.Services.AddSingleton<IJobWork, ExportWork>();
        builder.Services.AddHostedService<ExportSweep>();
    }

    public static void MapFormats(this IEndpointRouteBuilder app)
    {
        var project = app.MapProjectApi(ProjectPolicies.Lead).WithTags("Exports");
        project.MapGet("/export/{format}", WriteAsync);
        project.MapExportJobs();
    }

    /// <param name="format">native, label-studio, argilla, prodigy, doccano, huggingface, huggingface-parquet, conll, spacy or csv.</param>
    /// <param name="pseudonyms">People are u1, u2, ... in the place of their names.</param>
    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> WriteAsync(int id, string format, ClaimsPrincipal user,
        IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ScratchFiles scratch, TimeProvider time, CancellationToken cancel,
        bool pseudonyms = false)
    {
        if (FormatKinds.Find(format) is not { } chosen)
            return ApiProblem.Of(StatusCodes.Status404NotFound, ApiCodes.NotFound, FormatsWords.NoSuchFormat,
                FormatsWords.FormatsAre(format: format, formats: FormatKinds.Names(FormatKinds.All)));
        await using (var db = await contexts.CreateDbContextAsync(cancel))
            if (await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == id, cancel) is { } project
                && ExportJobs.Refusal(chosen, project) is { } refusal)
                return ApiProblem.Of(refusal.Status, refusal.Code, refusal.What, refusal.Why);
        return await ExportEndpoints.FileAsync(id, user, chosen.Ending, chosen.MediaType,
            (snapshot, output, token) => chosen.WriteAsync(new(snapshot, pseudonyms, chosen.Says[0]), output, token), contexts, writes,
            scratch, time, cancel);
    }
}
