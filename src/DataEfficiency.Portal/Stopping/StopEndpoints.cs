using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Api;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Security;
using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataEfficiency.Portal.Stopping;

/// <summary>The end of labeling for programs: what is looked at before it, and the decisions.</summary>
public static class StopEndpoints
{
    /// <param name="Point">testSet, agreement, reviews, askedAgain or early.</param>
    /// <param name="State">green, open or waived.</param>
    /// <param name="Bound">What the value is compared with; null: it should be none, or no bound is usual.</param>
    /// <param name="Says">The same in words.</param>
    public sealed record LineReply(string Point, string State, double? Value, double? Bound, int? Of, string? Waived, string Says);

    /// <param name="Advised">The forecast says stop.</param>
    /// <param name="MayStop">It does, and no line is open.</param>
    /// <param name="Rule">A, B or none.</param>
    /// <param name="At">Labels at which the rule stops, or measures next.</param>
    /// <param name="Need">Labels, given that the target is reached; <paramref name="Low"/> and <paramref name="High"/>: 80 %.</param>
    /// <param name="Saved">Labels of the budget that are not bought.</param>
    /// <param name="OnScreens">After a stop: items that are still on screens.</param>
    /// <param name="ToFinish">After a stop: answers that items with one still wait for.</param>
    public sealed record StopReply(string State, bool Advised, bool MayStop, int Labels, string Rule, int? At, double? PReach, double? Need,
        double? Low, double? High, double? PEarly, StopCheck? Measured, int Saved, int OnScreens, int ToFinish,
        IReadOnlyList<LineReply> Lines);

    /// <param name="Kind">stop, stopByItself, goOn, raiseTarget, review, reopen or waive.</param>
    /// <param name="By">A name; null: the portal by itself.</param>
    /// <param name="Labels">As of then, with the probabilities.</param>
    public sealed record DecisionReply(long Id, long At, string? By, string Kind, string? Point, string? Reason, double? Value, int Labels,
        double? PReach, double? Need, double? PEarly);

    /// <param name="Next">What to ask for as <c>before</c>; null: these are the last.</param>
    public sealed record DecisionsReply(IReadOnlyList<DecisionReply> Items, long? Next);

    /// <param name="Kind">stop, goOn, raiseTarget, review, reopen or waive.</param>
    /// <param name="Point">Of a waiver.</param>
    /// <param name="Value">Labels to go on to; the new target, a share; items that get a second answer.</param>
    public sealed record DecisionRequest([property: JsonConverter(typeof(OneName))] DecisionKind Kind,
        [property: JsonConverter(typeof(OneName))] StopPoint? Point, string? Reason, double? Value);

    public static void AddStopping(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StopReader>();
        builder.Services.AddSingleton<StopService>();
        builder.Services.AddSingleton<IStopByItself>(provider => provider.GetRequiredService<StopService>());
        builder.Services.AddSingleton<DecisionBook>();
    }

    public static void MapStopping(this IEndpointRouteBuilder app)
    {
        var readers = app.MapProjectApi(ProjectPolicies.Reader).WithTags("Stopping");
        readers.MapGet("/stop", ReadAsync);
        readers.MapGet("/decisions", DecisionsAsync);
        app.MapProjectApi(ProjectPolicies.Lead).WithTags("Stopping").MapPost("/decisions", DecideAsync)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<StopReply>, ProblemHttpResult>> ReadAsync(int id, StopReader reader,
        CancellationToken cancellation)
    {
        if (await reader.ReadAsync(id, cancellation) is not { } view) return ApiProblem.NotFound(ApiWords.ProjectNotHere);
        var n = view.Numbers;
        return TypedResults.Ok(new StopReply(Word(view.Project.State), view.IsAdvised, view.MayStop, n.Labels, n.Rule, n.At, n.PReach,
            n.Need, n.Low, n.High, n.PEarly, n.Measured, n.Saved, view.OnScreens, view.ToFinish,
            [.. n.Lines.Select(l => new LineReply(Word(l.Point), l.IsMet ? "green" : l.IsOpen ? "open" : "waived", l.Value, l.Bound, l.Of,
                l.Waived, StopText.Of(l, CultureInfo.CurrentCulture)))]));
    }

    /// <param name="before">Ids below this one; without it the newest.</param>
    private static async Task<Ok<DecisionsReply>> DecisionsAsync(int id, DecisionBook book, CancellationToken cancellation,
        long? before = null)
    {
        var rows = await book.ReadAsync(id, before, cancellation);
        return TypedResults.Ok(new DecisionsReply([.. rows.Select(r => new DecisionReply(r.Id, r.At, r.By, Word(r.Kind),
            r.Point is { } point ? Word(point) : null, r.Reason, r.Value, r.Numbers.Labels, r.Numbers.PReach, r.Numbers.Need,
            r.Numbers.PEarly))], rows.Count == DecisionBook.Page ? rows[^1].Id : null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DecideAsync(int id, DecisionRequest request, ClaimsPrincipal user,
        StopService stops, CancellationToken cancellation)
    {
        var decision = new StopDecision(request.Kind, request.Point, request.Reason, request.Value);
        // the portal's own is nobody's to send
        var refusal = request.Kind == DecisionKind.StopByItself ? StoppingWords.NotAdvised
            : await stops.DecideAsync(id, user.PersonId()!, decision, cancellation);
        return refusal is null ? TypedResults.NoContent()
            : ApiProblem.Of(StatusCodes.Status409Conflict, ApiCodes.BadDecision, StoppingWords.NotDecided, refusal);
    }

    private static string Word(Enum value) => JsonNamingPolicy.CamelCase.ConvertName($"{value}");
}
