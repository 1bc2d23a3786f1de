using System.Security.Claims;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Export;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Table;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace DataEfficiency.Portal.Formats;

/// <summary>Exports as jobs over HTTP: begun, watched, fetched.</summary>
public static class ExportJobEndpoints
{
    /// <param name="Format">native, label-studio, argilla, prodigy, doccano, huggingface, huggingface-parquet, conll, spacy or csv.</param>
    /// <param name="What">final (the answer that holds in the end), answers (each person's) or both, as far as the format has a place for
    /// it; without it, what the format usually says.</param>
    /// <param name="Filter">Which items: as behind the question mark of GET items, or the query of a saved view. Their order is that of the
    /// file.</param>
    /// <param name="Pseudonyms">People are u1, u2, ... in the place of their names.</param>
    public sealed record ExportRequest(string? Format, string? What, string? Filter, bool Pseudonyms = false);

    public sealed record ExportStarted(int Export);

    /// <param name="State">queued, running, done, failed or cancelled.</param>
    /// <param name="Done">Items that are written, of <see cref="Total"/>.</param>
    /// <param name="LabelVersion">The one state of the labels that the file shows.</param>
    /// <param name="File">Where it can be downloaded, as long as it is kept.</param>
    public sealed record ExportReply(int Id, string Format, string What, string Filter, bool Pseudonyms, string By, string State, long Done,
        long Total, DateTimeOffset At, long? LabelVersion, int? Items, long? Bytes, string? File, string? Error,
        IReadOnlyDictionary<string, object?>? Arguments);

    internal static void MapExportJobs(this IEndpointRouteBuilder project)
    {
        project.MapPost("/exports", StartAsync).Produces<ExportStarted>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict);
        project.MapGet("/exports", ListAsync);
        project.MapGet("/exports/{export:int}", ShowAsync);
        project.MapPost("/exports/{export:int}/cancel", CancelAsync);
        project.MapGet("/exports/{export:int}/file", FileAsync).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Accepted<ExportStarted>, ProblemHttpResult>> StartAsync(int id, ExportRequest request,
        [FromHeader(Name = IdempotencyKeys.Header)] string? key, ClaimsPrincipal user, ExportJobs exports, IdempotencyKeys keys,
        CancellationToken cancellation)
    {
        var whats = Enum.GetValues<ExportWhat>().ToDictionary(ItemQuery.NameOf);
        ExportWhat? what = null;
        if (request.What is { Length: > 0 } asked)
        {
            if (!whats.TryGetValue(asked, out var known))
                return ApiProblem.BadRequest(ApiCodes.BadRequest, FormatsWords.WhatsAre(what: asked,
                    choices: string.Join(", ", whats.Keys)));
            what = known;
        }
        var by = user.FindFirstValue(ClaimTypes.NameIdentifier)!;
        var (started, refusal) = await keys.OnceAsync<ExportStarted>(id, by, key, new { route = "exports", request }, async () =>
        {
            var (job, why) = await exports.StartAsync(id, request.Format ?? "", what, request.Filter ?? "", request.Pseudonyms, by,
                cancellation);
            return why is null ? (new(job), null) : (null, ApiProblem.Of(why.Status, why.Code, why.What, why.Why));
        }, cancellation);
        return started is null ? refusal! : TypedResults.Accepted($"/api/v1/projects/{id}/exports/{started.Export}", started);
    }

    private static async Task<Ok<IReadOnlyList<ExportReply>>> ListAsync(int id, ExportJobs exports, ExportFiles files,
        CancellationToken cancellation) =>
        TypedResults.Ok<IReadOnlyList<ExportReply>>([.. (await exports.ListAsync(id, cancellation)).Select(e => Reply(id, e, files))]);

    private static async Task<Results<Ok<ExportReply>, ProblemHttpResult>> ShowAsync(int id, int export, ExportJobs exports,
        ExportFiles files, CancellationToken cancellation) =>
        await exports.ListAsync(id, cancellation, export) is [var found] ? TypedResults.Ok(Reply(id, found, files))
            : ApiProblem.NotFound(FormatsWords.ExportNotHere);

    private static async Task<Results<NoContent, ProblemHttpResult>> CancelAsync(int id, int export, ClaimsPrincipal user,
        ExportJobs exports, CancellationToken cancellation) =>
        await exports.CancelAsync(id, export, user.PersonId()!, cancellation) ? TypedResults.NoContent()
            : ApiProblem.NotFound(FormatsWords.ExportNotHere);

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> FileAsync(int id, int export, ExportJobs exports,
        ExportFiles files, CancellationToken cancellation)
    {
        if (await exports.ListAsync(id, cancellation, export) is not [var found]) return ApiProblem.NotFound(FormatsWords.ExportNotHere);
        if (found.IsOpen)
            return ApiProblem.Of(StatusCodes.Status409Conflict, ApiCodes.UnderWay, FormatsWords.ExportUnderWay);
        return found.Ask.Made is { } made && files.Find(found.Ask.File) is { } path
            ? TypedResults.PhysicalFile(path, FormatKinds.Find(found.Ask.Format)!.MediaType, made.FileName, enableRangeProcessing: true)
            : ApiProblem.NotFound(FormatsWords.ExportHasNoFile);
    }

    private static ExportReply Reply(int project, ExportLine export, ExportFiles files)
    {
        var (job, ask) = (export.Job, export.Ask);
        return new(job.Id, ask.Format, ItemQuery.NameOf(ask.What), ask.Filter, ask.Pseudonyms, export.By, ItemQuery.NameOf(job.State),
            job.Done, job.Total, DateTimeOffset.FromUnixTimeMilliseconds(job.CreatedAt), ask.Made?.LabelVersion, ask.Made?.Items,
            ask.Made?.Bytes, ask.Made is not null && files.Find(ask.File) is not null ? PathOf(project, job.Id) : null,
            job.Error is null ? null : StoredSaid.Words(job.Error), StoredSaid.ArgumentsOf(job.Error));
    }

    /// <summary>Where the file of an export is fetched.</summary>
    internal static string PathOf(int project, int export) => $"/api/v1/projects/{project}/exports/{export}/file";
}
