using System.Security.Claims;
using System.Text.Json;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataEfficiency.Portal.TrackRecords;

/// <summary>How far forecasts were off, for programs: of the projects that the caller leads.</summary>
public static class TrackRecordEndpoints
{
    /// <param name="From">none (curves of other tasks), meanOfTasks, cosLow or probe.</param>
    /// <param name="IsMeasured">A check was in the forecasts.</param>
    public sealed record MethodReply(string From, bool IsMeasured, TrackFigures Figures);

    public sealed record ProjectReply(int Id, string Name, TrackFigures Figures);

    /// <summary>A target that was reached, beside the last forecast of a method before it.</summary>
    /// <param name="From">As of a method.</param>
    /// <param name="Labels">That there were when the forecast was made.</param>
    /// <param name="Predicted">Median need given reach; null: the forecast said that no number would do.</param>
    /// <param name="Low">Of the 80 % interval.</param>
    /// <param name="Realised">Training labels at which the line between the measured points crosses the target.</param>
    public sealed record NeedReply(int Project, int Check, string From, bool IsMeasured, int Labels, double? Predicted, double? Low,
        double? High, double Realised, bool IsInside);

    /// <summary>What the safe stop without measuring rests on.</summary>
    /// <param name="Projects">Of the installation that reached their target after such advice.</param>
    /// <param name="IsOwn">There are enough of them, and it is fitted to them; else it is as published.</param>
    public sealed record SafeStopReply(int Projects, bool IsOwn);

    /// <param name="All">Null where nothing was measured after a forecast.</param>
    public sealed record TrackRecordReply(TrackFigures? All, IReadOnlyList<MethodReply> Methods, IReadOnlyList<ProjectReply> Projects,
        IReadOnlyList<NeedReply> Needs, SafeStopReply SafeStop);

    public static void MapTrackRecords(this IEndpointRouteBuilder app) => app.MapApi().WithTags("Figures")
        .MapGet("/track-record", ReadAsync).RequireAuthorization(ProjectPolicies.AnyLead);

    private static async Task<Ok<TrackRecordReply>> ReadAsync(ClaimsPrincipal user, ProjectAccess access, TrackBook book,
        IOwnNeeds needs, CancellationToken cancellation)
    {
        var names = (await access.LedProjectsAsync(user)).ToDictionary(p => p.Id, p => p.Name);
        var own = (await needs.ReadAsync(cancellation)).Count;
        var safe = new SafeStopReply(own, own >= OwnKappa.Fewest);
        if (await book.OfAsync(names.Keys, cancellation) is not { } record)
            return TypedResults.Ok(new TrackRecordReply(null, [], [], [], safe));
        return TypedResults.Ok(new TrackRecordReply(record.All,
            [.. record.Methods.Select(m => new MethodReply(From(m.Method), m.Method.IsMeasured, m.Figures))],
            [.. record.Projects.Select(p => new ProjectReply(p.ProjectId, names[p.ProjectId], p.Figures))],
            [.. record.Needs.Select(n => new NeedReply(n.ProjectId, n.CheckId, From(n.Method), n.Method.IsMeasured, n.Labels,
                n.Need.Median, n.Need.Low, n.Need.High, n.Need.Realised, n.Need.IsInside))], safe));
    }

    private static string From(TrackMethod method) => JsonNamingPolicy.CamelCase.ConvertName($"{method.Area}");
}
