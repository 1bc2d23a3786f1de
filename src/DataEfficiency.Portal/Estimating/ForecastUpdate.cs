using System.Text.Json.Serialization;
using DataEfficiency.Engine;
using DataEfficiency.Portal.Sentences;
using DataEfficiency.Portal.Storage;

namespace DataEfficiency.Portal.Estimating;

/// <summary>The state of a project's forecast as pages and outside clients get it: one whole picture each time, never a
/// difference.</summary>
/// <param name="LabelVersion">The label version the estimator has looked at.</param>
/// <param name="Labels">Current labels that count (no surplus) at that version.</param>
/// <param name="FirstLabels">How many of the first 32 are labelled.</param>
/// <param name="FirstSize">How many first labels there can be: 32, or fewer where the pool has fewer items that the model can use.</param>
/// <param name="EstimateId">Row of the newest estimate that succeeded; null before the first.</param>
/// <param name="Estimate">That estimate, without its cosine matrix.</param>
/// <param name="StoredError">Why the newest run failed, as it is stored; null where it did not.</param>
/// <param name="StoppedAt">When a lead confirmed the stop.</param>
/// <param name="Ranked">Some ranking has finished: there is an order and a draw, whatever became of a later one.</param>
public sealed record ForecastUpdate(int ProjectId, long LabelVersion, int Labels, int FirstLabels, int FirstSize,
    RankingProgress? Ranking, long? EstimateId, string Model, long? AdapterSeed, int? DurationMilliseconds, long? EstimatedAt,
    Estimate? Estimate, [property: JsonIgnore] string? StoredError, long? StoppedAt, bool Ranked)
{
    /// <summary>The same in the words of whoever reads it.</summary>
    public string? Error => StoredSaid.WordsOf(StoredError);

    /// <summary>What the estimate was made for and the settings no longer ask; it is being computed anew.</summary>
    public Outdated Outdated { get; init; }

    /// <summary>What a change of the answer set has left open.</summary>
    public AnswerSetState AnswerSet { get; init; } = AnswerSetState.Settled;

    /// <summary>Pictures of a project are numbered by what they show: a higher number is a later moment of the database.</summary>
    public long Number { get; init; }

    /// <summary>The project's figures, from which <see cref="Labels"/> and the first labels are.</summary>
    [JsonIgnore]
    public ProjectFigures? Figures { get; init; }

    /// <summary>What the project's own pages draw beside the forecast; outside clients do not get it.</summary>
    [JsonIgnore]
    public BudgetView? View { get; init; }

    /// <summary>True where another picture of the same project shows a later moment.</summary>
    public bool IsOlderThan(ForecastUpdate other) =>
        Number < other.Number || Number == other.Number && (Figures?.Version ?? 0) < (other.Figures?.Version ?? 0);

    /// <summary>The same with newer figures; with older ones itself.</summary>
    public ForecastUpdate With(ProjectFigures figures) => figures.Version <= Figures?.Version ? this : this with
    {
        Figures = figures, Labels = figures.Decided, FirstLabels = figures.First.Decided,
        FirstSize = Ranked ? figures.First.Items.Length : FirstSize,
    };
}

/// <summary>The newest rank job of a project.</summary>
public sealed record RankingProgress(int JobId, WorkState State, int Done, int Total, double ItemsPerSecond,
    [property: JsonIgnore] string? StoredError)
{
    public string? Error => StoredSaid.WordsOf(StoredError);

    public double Share => Total > 0 ? (double)Done / Total : 0;

    public bool IsUnderWay => State.IsOpen();

    public TimeSpan? Left => IsUnderWay && ItemsPerSecond > 0 ? TimeSpan.FromSeconds((Total - Done) / ItemsPerSecond) : null;
}
