using System.Text.Json;
using System.Text.Json.Serialization;
using DataEfficiency.Portal.Accounts;
using DataEfficiency.Portal.Audit;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Projects;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Stopping;

/// <param name="Point">Of a waiver, with its reason.</param>
/// <param name="Value">Labels to go on to, the raised target, or items to ask a second person.</param>
public sealed record StopDecision(DecisionKind Kind, StopPoint? Point = null, string? Reason = null, double? Value = null);

/// <summary>Takes a lead's decision about the end of labeling: checked against what is known at that moment, which is stored with
/// it.</summary>
public sealed class StopService(IDbContextFactory<AppDbContext> contexts, StopReader reader, WriteQueue writes, IProjectChanged follower,
    TimeProvider clock) : IStopByItself
{
    public const int LongestReason = 500;

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <param name="userId">Null: the portal by itself.</param>
    /// <returns>Why it was not taken; null: it was.</returns>
    public async Task<Said?> DecideAsync(int projectId, string? userId, StopDecision decision, CancellationToken cancellation = default)
    {
        if (await reader.ReadAsync(projectId, cancellation) is not { } view) return StoppingWords.Gone;
        if (FaultOf(view, decision) is { } fault) return fault;
        var taken = await writes.WriteAsync(userId is null ? null : Right.Lead(userId, projectId), async (db, token) =>
        {
            var project = await db.Projects.SingleAsync(p => p.Id == projectId, token);
            // two leads may press at once
            if (project.State != view.Project.State || project.DeletedAt is not null) return false;
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            db.Decisions.Add(new Decision
            {
                ProjectId = projectId, UserId = userId, Kind = decision.Kind, Point = decision.Point, Reason = decision.Reason?.Trim(),
                Value = decision.Value, Numbers = JsonSerializer.Serialize(view.Numbers, Json), CreatedAt = now,
            });
            await ApplyAsync(db, project, decision, userId, now, token);
            await db.SaveChangesAsync(token);
            if (decision.Kind == DecisionKind.RaiseTarget && project.LabelVersion > 0)
                await LabelVersions.AdvanceAsync(db, projectId, token);
            return true;
        }, cancellation);
        if (!taken) return StoppingWords.StateChanged;
        await follower.ChangedAsync(projectId, cancellation);
        return null;
    }

    public async Task ConsiderAsync(int projectId, CancellationToken cancellation)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
            if (!await db.Projects.AnyAsync(p => p.Id == projectId && p.StopsByItself && p.State == ProjectState.Active, cancellation))
                return;
        await DecideAsync(projectId, null, new(DecisionKind.StopByItself), cancellation);
    }

    private static async Task ApplyAsync(AppDbContext db, Project project, StopDecision decision, string? userId, long now,
        CancellationToken cancellation)
    {
        switch (decision.Kind)
        {
            case DecisionKind.Stop or DecisionKind.StopByItself: ProjectMoves.Apply(db, project, ProjectMove.Stop, userId, now); break;
            case DecisionKind.Reopen:
                if (!ProjectMoves.Apply(db, project, ProjectMove.Reopen, userId, now)) Note(null, "");
                project.NothingNew = false;
                break;
            case DecisionKind.GoOn:
                Note($"{project.GoOnTo}", $"{decision.Value}");
                (project.GoOnTo, project.NothingNew) = ((int)decision.Value!, false);
                break;
            case DecisionKind.RaiseTarget:
                Note($"{project.TargetValue}", $"{decision.Value}");
                (project.TargetValue, project.NothingNew, project.GoOnTo) = (decision.Value!.Value, false, null);
                break;
            case DecisionKind.Review:
                Note(null, $"{decision.Value}");
                project.NothingNew = true;
                await SlotSql.AskTwiceAsync(db, project.Id, (int)decision.Value!, cancellation);
                break;
            default: Note(null, $"{decision.Point}: {decision.Reason!.Trim()}"); break;
        }

        void Note(string? before, string after) => AuditTrail.Add(db, now, userId ?? "",
            $"decision.{JsonNamingPolicy.CamelCase.ConvertName($"{decision.Kind}")}", before, after, project.Id);
    }

    private static Said? FaultOf(StopView view, StopDecision decision)
    {
        var project = view.Project;
        if (decision.Kind == DecisionKind.Reopen) return Finishing.IsAll(project) ? null : StoppingWords.NotStopped;
        if (project.State != ProjectState.Active) return StoppingWords.NotActive;
        if (!view.IsAdvised && !view.Waits) return StoppingWords.NotAdvised;
        return decision.Kind switch
        {
            DecisionKind.Stop or DecisionKind.StopByItself => view.MayStop ? null
                : StoppingWords.StillOpen(view.Numbers.Lines.Count(l => l.IsOpen)),
            DecisionKind.Waive => decision.Point is not { } point || !Enum.IsDefined(point) ? StoppingWords.NoPoint
                : string.IsNullOrWhiteSpace(decision.Reason) ? StoppingWords.NoReason
                : decision.Reason.Length > LongestReason ? StoppingWords.LongReason(LongestReason)
                : view.Numbers.Lines.Single(l => l.Point == point).IsMet ? StoppingWords.NothingToWaive : null,
            DecisionKind.GoOn => IsWhole(decision.Value) && decision.Value > view.Numbers.Labels
                && decision.Value <= Math.Min(project.MaximumBudget, project.ItemCount) ? null
                : StoppingWords.GoOnOutside(from: view.Numbers.Labels + 1, to: Math.Min(project.MaximumBudget, project.ItemCount)),
            DecisionKind.RaiseTarget => decision.Value > project.TargetValue && decision.Value <= HighestTarget(project) ? null
                : StoppingWords.TargetOutside(from: InPercent(project.TargetValue), to: InPercent(HighestTarget(project))),
            _ => IsWhole(decision.Value) && decision.Value >= 0 && decision.Value <= view.Single ? null
                : StoppingWords.ReviewOutside(view.Single),
        };
    }

    private static bool IsWhole(double? value) => value is { } v && v == Math.Floor(v);

    internal static double HighestTarget(Project project) => project.TargetKind == TargetKind.RawScore ? project.Ceiling : 1;

    private static string InPercent(double share) => $"{share * 100:0.##}";
}
