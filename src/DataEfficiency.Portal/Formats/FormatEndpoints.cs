using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Formats;

public static class FormatEndpoints
{
    public static void MapFormats(this IEndpointRouteBuilder app) =>
        app.MapProjectApi(ProjectPolicies.Lead).WithTags("Exports").MapGet("/export/{format}", WriteAsync);

    /// <param name="format">native, label-studio, argilla, prodigy, doccano, huggingface, conll, spacy or csv.</param>
    /// <param name="pseudonyms">People are u1, u2, ... in the place of their names.</param>
    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> WriteAsync(int id, string format, ClaimsPrincipal user,
        IDbContextFactory<AppDbContext> contexts, WriteQueue writes, ScratchFiles scratch, TimeProvider time, CancellationToken cancel,
        bool pseudonyms = false)
    {
        var names = string.Join(", ", FormatKinds.All.Select(f => f.Name));
        if (FormatKinds.Find(format) is not { } chosen)
            return ApiProblem.Of(StatusCodes.Status404NotFound, ApiCodes.NotFound, FormatsWords.NoSuchFormat,
                FormatsWords.FormatsAre(format: format, formats: names));
        await using (var db = await contexts.CreateDbContextAsync(cancel))
            if (await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == id, cancel) is { } project && !chosen.Holds(project))
                return ApiProblem.Of(StatusCodes.Status409Conflict, ApiCodes.BadFormat, FormatsWords.FormatCannotHold(chosen.Title),
                    FormatsWords.FormatHasNoSuchAnswers(format: chosen.Title, others: string.Join(", ",
                        FormatKinds.All.Where(f => f.Holds(project)).Select(f => f.Name))));
        return await ExportEndpoints.FileAsync(id, user, chosen.Ending, chosen.MediaType,
            (snapshot, output, token) => chosen.WriteAsync(new FormatSource(snapshot, pseudonyms), output, token), contexts, writes,
            scratch, time, cancel);
    }
}
