using System.Globalization;
using DataEfficiency.Portal.Agreement;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Reviewing;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tasks;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Stopping;

/// <summary>What a lead sees before the end of labeling, and what is still under way after it.</summary>
/// <param name="IsAdvised">The forecast says stop.</param>
/// <param name="Waits">It would, but for answers that are asked again.</param>
/// <param name="OnScreens">Items on people's screens.</param>
/// <param name="ToFinish">Further answers that items with an answer wait for.</param>
/// <param name="Single">Items that rest on one answer, which a second one could be spent on.</param>
public sealed record StopView(Project Project, bool IsAdvised, bool Waits, StopNumbers Numbers, int OnScreens, int ToFinish, int Single)
{
    public bool MayStop => (IsAdvised || Waits) && !Numbers.Lines.Any(l => l.IsOpen);
}

/// <summary>Reads what is looked at before a stop, line by line.</summary>
public sealed class StopReader(IDbContextFactory<AppDbContext> contexts, ForecastPublisher pictures, AgreementBook agreements,
    TimeProvider clock)
{
    /// <summary>Krippendorff's bounds: under the first nothing is concluded, from the second on firmly.</summary>
    public const double UsualAgreement = .667, FirmAgreement = .8;

    /// <summary>Null where the project is gone.</summary>
    public async Task<StopView?> ReadAsync(int projectId, CancellationToken cancellation = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null, cancellation)
            is not { } project) return null;
        if (await pictures.NewestAsync(projectId, project, cancellation) is not { View: { } view } picture) return null;
        var facts = VerdictFacts.Of(picture);
        var verdict = VerdictText.Of(facts, CultureInfo.CurrentCulture);
        var waivers = await WaiversAsync(db, projectId, cancellation);
        StopLine[] lines =
        [
            TestSetLine(view.Checks), AgreementLine(project, await agreements.OfAsync(projectId, AgreementBook.LiveAge, cancellation)),
            Waiting(StopPoint.Reviews, (await ReviewQueue.ReadAsync(db, projectId, "", cancellation)).Items.Count),
            Waiting(StopPoint.AskedAgain, picture.AnswerSet.AskedAgain) with { IsMet = !picture.AnswerSet.IsOpen },
            EarlyLine(facts),
        ];
        var measured = view.Checks.NewestPoint is { Score: { } score, Examples: { } examples } check
            && CheckText.Spread(check) is { } spread
            ? new StopCheck(check.Id, examples, score, Math.Max(0, score - spread), Math.Min(1, score + spread),
                facts.Numbered?.Posterior.PTargetMet) : null;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var ends = Finishing.IsAll(project);
        return new(project, verdict.StopAdvised, verdict.StopWaits,
            StopNumbers.Of(facts, measured, project.TargetValue,
                [.. lines.Select(l => l with { Waived = l.IsMet ? null : waivers.GetValueOrDefault(l.Point) })]),
            !ends ? 0 : await db.Slots.CountAsync(s => s.ProjectId == projectId && s.AnswerId == null && s.LeaseUntil >= now, cancellation),
            !ends ? 0 : await Finishing.Open(db, project.Id).CountAsync(cancellation),
            !verdict.StopAdvised && !verdict.StopWaits ? 0 : await Finishing.Single(db, projectId).CountAsync(cancellation));
    }

    // what was waived for one end says nothing of the next
    private static async Task<Dictionary<StopPoint, string?>> WaiversAsync(AppDbContext db, int projectId, CancellationToken cancellation)
    {
        var decided = await db.Decisions.Where(d => d.ProjectId == projectId && d.Kind != DecisionKind.Waive)
            .MaxAsync(d => (long?)d.Id, cancellation) ?? 0;
        return (await db.Decisions.Where(d => d.ProjectId == projectId && d.Kind == DecisionKind.Waive && d.Id > decided)
            .OrderBy(d => d.Id).Select(d => new { d.Point, d.Reason }).ToListAsync(cancellation))
            .GroupBy(d => d.Point!.Value).ToDictionary(g => g.Key, g => g.Last().Reason);
    }

    // a pool that is too small for a test set has none to fill
    private static StopLine TestSetLine(ChecksView checks) =>
        new(StopPoint.TestSet, checks.TestOpen == 0, checks.TestGiven, Of: checks.TestGiven + checks.TestOpen);

    private static StopLine AgreementLine(Project project, ProjectAgreement? agreement)
    {
        // of spans' exact F1 nobody has said how much is enough
        var bound = project.AgreementLeast ?? (agreement?.Shape == AnswerShape.Spans ? (double?)null : UsualAgreement);
        return new(StopPoint.Agreement, agreement?.Overall >= bound, agreement?.Overall, bound, agreement?.Items ?? 0)
        {
            Interval = agreement?.Interval, BoundIsOwn = project.AgreementLeast is not null,
        };
    }

    private static StopLine Waiting(StopPoint point, int items) => new(point, items == 0, items);

    private static StopLine EarlyLine(VerdictFacts facts)
    {
        var (early, bound) = (StopNumbers.Early(facts.Numbered), StopNumbers.EarlyBound(facts.Numbered));
        return new(StopPoint.Early, early <= bound + 1e-9, early, bound);
    }
}
