using System.Security.Cryptography;
using System.Text.Json;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Portal.Checks;
using DataEfficiency.Portal.Labeling;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Storage.Sqlite;
using DataEfficiency.Portal.Tasks;
using DataEfficiency.Prompts;
using Microsoft.EntityFrameworkCore;

namespace DataEfficiency.Portal.Estimating;

/// <summary>Everything one forecast depends on, read in one go; the context is closed before the engine starts.</summary>
/// <param name="Items">Ids of the items of <paramref name="Examples"/>, in the same (drawn) order.</param>
/// <param name="Labels">All labels that count.</param>
/// <param name="Labelled">Every label that training may learn from, in the order of answering.</param>
public sealed record EstimateInputs(int ProjectId, long LabelVersion, string Model, TaskPrompt Task, IReadOnlyList<long> Items,
    IReadOnlyList<Example> Examples, TargetKind TargetKind, double TargetValue, double? ZeroShot, double Ceiling, int Cap, int Labels,
    IReadOnlyList<LabelledExample> Labelled)
{
    /// <summary>What checks have measured.</summary>
    public IReadOnlyList<MeasuredPoint> Measured { get; init; } = [];

    /// <summary>Of one point of the score, in labels; null: nobody said, or a label has no price.</summary>
    public double? PointWorth { get; init; }

    /// <summary>Seconds that the newest check took; null before one has.</summary>
    public double? CheckSeconds { get; init; }

    /// <summary>That in labels; null while nobody's pace is known.</summary>
    public double? CheckPrice { get; private init; }

    /// <summary>Of the installation's other projects; none before there are enough to change anything.</summary>
    public IReadOnlyList<MeasuredNeed>? OwnNeeds { get; private init; }

    public EstimateInputs With(IReadOnlyList<MeasuredNeed> needs) =>
        this with { OwnNeeds = needs.Count < OwnKappa.Fewest ? null : needs };

    public EstimateInputs At(Pace? pace) => this with { CheckPrice = CheckSeconds * pace?.PerHour / 3600 };

    /// <summary>The project's state now; null where it is gone.</summary>
    public static async Task<EstimateInputs?> ReadAsync(AppDbContext db, First32 first32, int projectId, CancellationToken cancel)
    {
        // one read transaction: label version and labels belong together
        await using var snapshot = await ReadSnapshot.BeginAsync(db, cancel);
        if (await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId && p.DeletedAt == null, cancel)
            is not { } project) return null;
        var definitions = await db.Labels.AsNoTracking().Where(d => d.ProjectId == projectId).ToListAsync(cancel);
        var first = await first32.ItemsAsync(db, projectId, cancel);
        var labelled = await LabelledExamples.ReadAsync(db, projectId, project.Kind(), definitions, cancel);
        var examples = labelled.ToDictionary(l => l.ItemId, l => l.Example);
        var items = first.Where(examples.ContainsKey).ToArray();
        return new(projectId, project.LabelVersion, project.Model, ProjectPrompt.Of(project, definitions), items,
            [.. items.Select(id => examples[id])],
            project.TargetKind, project.TargetValue, project.ZeroShot, project.Ceiling,
            Math.Max(1, Math.Min(project.MaximumBudget, project.ItemCount)), labelled.Count,
            [.. labelled.Where(l => !l.IsTest)])
        {
            Measured = await MeasuredChecks.ReadAsync(db, project, cancel),
            PointWorth = project is { PointValue: { } worth, PricePerLabel: > 0 and var price } ? (double)(worth / price) : null,
            CheckSeconds = await db.Checks.Where(c => c.ProjectId == projectId && c.Seconds != null).OrderByDescending(c => c.Id)
                .Select(c => c.Seconds).FirstOrDefaultAsync(cancel),
        };
    }

    /// <exception cref="ArgumentException">The target cannot be a share of the way; the message says what to change.</exception>
    public Target Target() => TargetKind == TargetKind.ShareOfTheWay
        ? new Target(TargetValue, ZeroShot, Ceiling)
        : Engine.Target.Raw(TargetValue, ZeroShot ?? throw new SaidException(EstimatingWords.ZeroShotUnknown), Ceiling);

    /// <summary>What the engine learns from, and how each came about: an imported answer stands for nothing but itself.</summary>
    public IReadOnlyList<Engine.LabelledExample> ForProbe() =>
        [.. Labelled.Select(l => new Engine.LabelledExample(l.Example, l.Stratum switch
    {
        Stratum.First32 => LabelOrigin.LeastConfident,
        Stratum.Random => LabelOrigin.Random,
        _ => LabelOrigin.Active,
    }, l.ModelAnswer))];

    /// <param name="pastStop">Whether the labels have passed the stop that the last estimate advised.</param>
    public string Hash(IEstimator estimator, bool pastStop) => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(new
    {
        estimator.Model.Sha256, Seed = AdapterSeed(estimator), estimator.Published?.Model, estimator.Calibration?.DurationSeconds,
        estimator.Calibration?.Coefficient, estimator.Calibration?.Intercept, Task, Examples,
        Labelled = Labelled.Select(l => new { l.ItemId, l.Example.Answer, l.Stratum, l.ModelAnswer }),
        TargetKind, TargetValue, ZeroShot, Ceiling, Cap, pastStop, Measured, PointWorth,
        // the price itself moves with everybody's pace
        CheckPoints.Steps(CheckPrice).SmallestStep,
        OwnNeeds,
    })));

    /// <summary>The seed of the adapter's A matrices is part of the estimate's identity: the calibration's, else the engine's
    /// default.</summary>
    public static long AdapterSeed(IEstimator estimator) => estimator.Calibration?.Recipe.AdapterSeed ?? 1;

}
