using System.Text.Json;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataEfficiency.Portal.Estimating;

/// <summary>A project's progress and its people's for programs.</summary>
public static class FigureEndpoints
{
    /// <param name="Queue">first32, random, active, imported or test: which gave the item first.</param>
    /// <param name="Of">How many there can be; null: as many as the pool has.</param>
    public sealed record QueueReply(string Queue, int Labels, int? Of);

    /// <param name="PerHour">Of active time; null before there is a pace.</param>
    /// <param name="MedianSeconds">Of active time; a pause counts as a minute at most.</param>
    /// <param name="Quick">The median time is under a quarter of the others'.</param>
    public sealed record PersonReply(string Id, string Name, int Answers, double? PerHour, double? MedianSeconds, int Skips, int Edits,
        long? Last, bool Quick);

    /// <param name="People">By name.</param>
    public sealed record FiguresReply(long LabelVersion, int Labels, int Items, IReadOnlyList<QueueReply> Queues,
        IReadOnlyList<PersonReply> People);

    public static void MapFigures(this IEndpointRouteBuilder app) =>
        app.MapProjectApi(ProjectPolicies.Reader).WithTags("Figures").MapGet("/figures", ReadAsync);

    private static async Task<Results<Ok<FiguresReply>, ProblemHttpResult>> ReadAsync(int id, ForecastPublisher pictures,
        CancellationToken cancellation)
    {
        if (await pictures.NewestAsync(id, cancel: cancellation) is not { View: { } view, Figures: { } figures } picture)
            return ApiProblem.NotFound(ApiWords.ProjectNotHere);
        return TypedResults.Ok(new FiguresReply(figures.Version, picture.Labels, view.Project.ItemCount,
            [.. QueueProgress.All(figures, view.Checks).Select(q => new QueueReply(JsonNamingPolicy.CamelCase.ConvertName($"{q.Queue}"),
                q.Labels, q.Of))],
            [.. AnnotatorRow.Of(figures, view.Names, ranked: false).Select(p => new PersonReply(p.UserId, p.Name, p.Labels, p.PerHour,
                p.MedianSeconds, p.Skips, p.Edits, p.LastSeen, p.IsQuick))]));
    }
}
